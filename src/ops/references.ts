/**
 * What decides whether a kernel is right, by operation: the page has no use for it until something is run. The file of an
 * operation's name here has it; nothing else lists them.
 */
import { Failure } from '../core/errors.ts';
import type { Reference, VerifiableOperation } from './types.ts';

const files = import.meta.glob<Record<string, unknown>>(['./*.ts', '!./index.ts', '!./references.ts', '!./types.ts'], {
  eager: true,
});

/** The inputs and the judges of an operation. Throws a `Failure` for an id that is no operation's. */
export function referenceOf(op: string): Reference {
  const isOwn = (value: unknown): value is VerifiableOperation =>
    typeof value === 'object' && value !== null && 'judges' in value && 'id' in value && value.id === op;
  const found = Object.values(files[`./${op}.ts`] ?? {}).find(isOwn);
  if (!found) throw new Failure('internal', `The operation "${op}" has no reference`);
  return found;
}
