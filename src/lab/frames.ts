/**
 * Messages as bytes, for hosts in other processes. A frame is
 *
 *     mark, 8 bytes | length of the header in bytes, u32 | header, UTF-8 | the bytes of its typed arrays
 *
 * and the header is two lines of JSON: type and length of each array, and the message with `{ "$array": i }` where the
 * i-th array belongs. Arrays travel as they lie in memory, so that NaN, infinities and -0 arrive bit for bit and
 * 64 MiB cost no more than a copy; both sides run on one machine. JSON alone would spell each number out, and a string
 * holds at most 2^29 characters.
 */
import type { DenseArray } from '../core/layout.ts';
import { withCommas } from '../core/words.ts';
import type { Message } from './protocol.ts';
import type { WireError } from './wire.ts';

/** 0xF5 occurs in no UTF-8 text: what a library prints into the stream is told from a frame, and skipped. */
const MARK = Uint8Array.of(0xf5, 0x54, 0x69, 0x6c, 0x65, 0x73, 0xf5, 0x01);
const PREFIX_BYTES = MARK.length + 4;
/** Bytes that are dropped at a time where there is no room for them. */
const DROPPED_BYTES = 2 ** 16;

const ARRAYS = { Float32Array, Uint32Array, Int32Array } as const;

interface Kind {
  readonly type: keyof typeof ARRAYS;
  readonly length: number;
}

/** The parts of a frame, in order: no array is copied. Throws a `RangeError` where the JSON is too long for a string. */
export function frame(message: Message): Uint8Array<ArrayBuffer>[] {
  const arrays: DenseArray[] = [];
  const place = (array: DenseArray): { $array: number } => ({ $array: arrays.push(array) - 1 });
  const text = JSON.stringify(message, (_, value) => (ArrayBuffer.isView(value) ? place(value as DenseArray) : value));
  const kinds = arrays.map((array): Kind => ({ type: array[Symbol.toStringTag], length: array.length }));
  const header = new TextEncoder().encode(`${JSON.stringify(kinds)}\n${text}`);
  const prefix = new Uint8Array(PREFIX_BYTES);
  prefix.set(MARK);
  new DataView(prefix.buffer).setUint32(MARK.length, header.length, true);
  return [prefix, header, ...arrays.map(bytesOf)];
}

/** Puts messages together from a stream that is cut anywhere. */
export class FrameReader {
  #parts: Generator<Uint8Array, never>;
  /** What the next bytes go into. */
  #wanted: Uint8Array;

  constructor(onMessage: (message: Message) => void) {
    this.#parts = parts(onMessage);
    this.#wanted = this.#parts.next().value;
  }

  /** Takes the next bytes; whoever listens is called before it returns. Throws for what is not a frame. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const taken = chunk.subarray(at, at + this.#wanted.length);
      this.#wanted.set(taken);
      this.#wanted = this.#wanted.subarray(taken.length);
      at += taken.length;
      while (this.#wanted.length === 0) this.#wanted = this.#parts.next().value;
    }
  }
}

/** Yields what is to be filled next, and goes on once it is. */
function* parts(onMessage: (message: Message) => void): Generator<Uint8Array, never> {
  for (;;) {
    const prefix = new Uint8Array(PREFIX_BYTES);
    for (let held = 0; held < PREFIX_BYTES; held = fromMark(prefix)) yield prefix.subarray(held);
    const header = new Uint8Array(new DataView(prefix.buffer).getUint32(MARK.length, true));
    yield header;
    const [first, second] = new TextDecoder().decode(header).split('\n');
    const kinds: Kind[] = JSON.parse(first);
    const arrays = allocate(kinds);
    if (arrays) {
      for (const array of arrays) yield bytesOf(array);
      onMessage(JSON.parse(second, (_, value) => arrays[value?.$array] ?? value));
    } else {
      const bytes = byteLength(kinds);
      onMessage({ id: JSON.parse(second).id, error: tooLarge(bytes) });
      for (let left = bytes; left > 0; left -= DROPPED_BYTES) yield new Uint8Array(Math.min(left, DROPPED_BYTES));
    }
  }
}

/** Moves a mark, or what may become one, to the front; returns how many bytes of the prefix are held then. */
function fromMark(prefix: Uint8Array): number {
  let start = 0;
  while (!MARK.every((byte, at) => start + at >= prefix.length || prefix[start + at] === byte)) start++;
  prefix.copyWithin(0, start);
  return prefix.length - start;
}

/** Null where there is no room. */
function allocate(kinds: readonly Kind[]): DenseArray[] | null {
  try {
    return kinds.map(({ type, length }) => new ARRAYS[type](length));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function byteLength(kinds: readonly Kind[]): number {
  return kinds.reduce((sum, { type, length }) => sum + length * ARRAYS[type].BYTES_PER_ELEMENT, 0);
}

function tooLarge(bytes: number): WireError {
  const message = `Tensors of ${withCommas(bytes)} bytes do not fit into memory; choose a smaller shape`;
  return { name: 'Failure', code: 'out-of-memory', message };
}

function bytesOf({ buffer, byteOffset, byteLength }: DenseArray): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}
