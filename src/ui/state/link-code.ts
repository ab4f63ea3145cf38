/**
 * Code in a link's fragment: deflated with a checksum (zlib, RFC 1950) and written in base64url, so that what a mailer or
 * a chat has damaged is found out and never shown as if it were what was sent.
 *
 *   #code=eJzLSM3JyQcABiwCFQ
 */
import { decoded, Reader } from './reader.ts';

/** A kernel may have as many bytes on the command line too. */
const MOST_BYTES = 2 ** 18;

const DAMAGED = 'The code in this link was damaged on its way here, so you see the saved kernel.';
const TOO_LONG = 'The code in this link is longer than any kernel may be, so you see the saved kernel.';

export interface Linked {
  /** Undefined where the link brings none, or none that could be read. */
  readonly code?: string;
  /** One sentence on each part of the fragment that could not be used. */
  readonly notices: readonly string[];
}

/** A fragment, "#" included, that brings this text. */
export async function toFragment(code: string): Promise<string> {
  const packed = await bytesOf(new Blob([code]).stream().pipeThrough(new CompressionStream('deflate')));
  const binary = Array.from(packed ?? [], (byte) => String.fromCharCode(byte)).join('');
  return `#code=${btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/** What a fragment brings along; "" and the names of places within a page bring nothing. */
export async function fromFragment(fragment: string): Promise<Linked> {
  const text = fragment.replace(/^#/, '');
  if (!decoded(text).includes('=')) return { notices: [] };
  // A "+" is a space in a query, and in a fragment that somebody has made of plain base64 it is a digit.
  const reader = new Reader(`?${text.replaceAll('+', '-')}`);
  const written = reader.text('code');
  reader.rest('part of a link to this page');
  const { notices } = reader;
  if (written === null) return { notices };
  const [digits] = /^[\w/-]*/.exec(written.trim()) ?? [''];
  // An underscore is a digit of base64url, and also what some set around a link to mark it. A run of them is tried from its
  // start alone: a link may hold millions in a row.
  for (const candidate of [digits, digits.replace(/(?<![_-])[_-]+$/, '')]) {
    const code = await unpacked(candidate);
    if (code === TOO_LONG) return { notices: [...notices, TOO_LONG] };
    if (code !== null) return { code: code.text, notices };
  }
  return { notices: [...notices, DAMAGED] };
}

async function unpacked(digits: string): Promise<{ readonly text: string } | typeof TOO_LONG | null> {
  try {
    const binary = atob(digits.replaceAll('-', '+').replaceAll('_', '/'));
    const packed = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    const bytes = await bytesOf(new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate')));
    if (bytes === null) return TOO_LONG;
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return null;
  }
}

/** All of a stream; null as soon as it is longer than a kernel may be, however little it was compressed to. */
async function bytesOf(stream: ReadableStream<BufferSource>): Promise<Uint8Array<ArrayBuffer> | null> {
  const reader = stream.getReader() as ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    length += next.value.length;
    if (length > MOST_BYTES) {
      await reader.cancel();
      return null;
    }
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}
