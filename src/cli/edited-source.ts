/** `--source FILE.wgsl`: a text of the reader's own in place of a kernel's, through the same verdict. */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { Refusal } from '../core/errors.ts';
import { withCommas } from '../core/words.ts';
import { findKernel, findOperation, shaderPath } from '../kernels/index.ts';
import { hasHeader, MARK, ownKernel } from '../kernels/own/index.ts';
import type { Kernel } from '../kernels/types.ts';
import type { Request } from '../lab/protocol.ts';
import type { ResultSource } from '../lab/result.ts';
import type { Operation } from '../ops/types.ts';
import { parse } from '../wgsl/parse.ts';
import type { Arguments } from './args.ts';
import { reason } from './document.ts';

export interface EditedSource extends ResultSource {
  readonly text: string;
}

/** Ten times the longest kernel here. */
const MOST_BYTES = 2 ** 18;
/** Every variant carries the text to the host; a browser's message ends at about four times as much. */
const MOST_SENT_BYTES = 2 ** 26;

/** A kernel of the user's own, which is not an edit of one in the registry. */
export interface OwnSource {
  readonly kernel: Kernel;
  readonly edited: EditedSource;
  /** What a request for it carries. */
  readonly fields: Pick<Request, 'source' | 'outline'>;
}

/**
 * The kernel that `--source` brings where no `--kernel` is named and its text has a header; null otherwise. Throws a `Refusal`.
 */
export function ownSource(args: Arguments, selected: readonly Operation[]): OwnSource | null {
  const path = args.value('source');
  if (path === undefined || args.has('kernel')) return null;
  const text = readSource(path);
  if (!hasHeader(text)) {
    throw new Refusal(
      `--source replaces the WGSL of one kernel, and no --kernel is given: name one operation and one --kernel, or begin ` +
        `the file with a header, "${MARK}" and below it // op, // entry, // workgroup and // dispatch.`,
    );
  }
  if (selected.length !== 1) throw new Refusal(`--source ${path} is a kernel for one operation: name that one.`);
  const { outline, fault } = parse(text);
  if (fault && Object.keys(outline.entries).length === 0)
    throw new Refusal(`--source ${path} is not WGSL: line ${fault.line}: ${fault.message}`);
  const kernel = ownKernel(selected[0].id, text, outline, { findOperation, findKernel });
  return { kernel, edited: { file: path, digest: digestOf(text), text }, fields: { source: text, outline } };
}

/** What `--source` names; null where it is not given. Throws a `Refusal`. */
export function editedSource(args: Arguments, kernels: readonly Kernel[]): EditedSource | null {
  const path = args.value('source');
  if (path === undefined) return null;
  if (!args.has('kernel') || kernels.length !== 1) {
    const given = args.has('kernel') ? `these are ${kernels.length} kernels` : 'no --kernel is given';
    throw new Refusal(`--source replaces the WGSL of one kernel, and ${given}: name one operation and one --kernel.`);
  }
  const [kernel] = kernels;
  if (kernel.shader !== undefined) {
    const [, other] = /([^/]+)\.wgsl$/.exec(shaderPath(kernel)) ?? [];
    throw new Refusal(
      `--source cannot replace the WGSL of ${kernel.op} ${kernel.id}, which has none of its own and runs that of ` +
        `other kernels: name one of them, such as --kernel ${other}.`,
    );
  }
  const text = readSource(path);
  return { file: path, digest: digestOf(text), text };
}

/** Throws a `Refusal` where the variants of a sweep would carry more text than a host takes at once. */
export function checkVolume({ file, text }: EditedSource, variants: number): void {
  const bytes = Buffer.byteLength(text);
  if (bytes * variants <= MOST_SENT_BYTES) return;
  throw new Refusal(
    `--source ${file} has ${withCommas(bytes)} bytes and this sweep ${withCommas(variants)} variants, each of which takes the ` +
      `text along: sweep at most ${withCommas(Math.floor(MOST_SENT_BYTES / bytes))} at once.`,
  );
}

/** What tells two texts apart. */
export function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

/** The text of a WGSL file. Throws a `Refusal` that says why it cannot be one. */
export function readSource(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return refuse(path, 'there is no such file');
  if (stat.isDirectory()) return refuse(path, 'it is a folder; name a WGSL file in it');
  if (!stat.isFile()) return refuse(path, 'it is neither a file nor a link to one');
  if (stat.size > MOST_BYTES) {
    return refuse(
      path,
      `it has ${withCommas(stat.size)} bytes, and a kernel may have at most ${withCommas(MOST_BYTES)}`,
    );
  }
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    return refuse(path, reason(error));
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse(path, 'it is not UTF-8 text, which WGSL must be');
  }
  if (text.includes('\0')) return refuse(path, 'it holds a null character, which WGSL may not');
  return text.trim() === '' ? refuse(path, 'it is empty; the saved kernels under shaders/ are where to start') : text;
}

function refuse(path: string, why: string): never {
  throw new Refusal(`--source cannot read ${path}: ${why}.`);
}
