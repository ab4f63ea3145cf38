/** A request for a kernel of the reader's own, whose text has to be parsed before it can be planned. */
import { compileFailure } from '../core/errors.ts';
import { OWN } from '../kernels/own/index.ts';
import type { Request } from './protocol.ts';

/**
 * The request with what its text declares. Throws a `Failure` ('compile') where nothing of the text can be read. The parser
 * is loaded for it.
 */
export async function ownRequest(
  request: Omit<Request, 'kernel' | 'outline'> & { readonly source: string },
): Promise<Request> {
  const { parse } = await import('../wgsl/parse.ts');
  const { outline, fault } = parse(request.source);
  // Of a text that the parser takes in part, the compiler says best what is wrong.
  if (fault && Object.keys(outline.entries).length === 0) throw compileFailure([fault]);
  return { ...request, kernel: OWN, outline };
}
