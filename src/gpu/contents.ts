/** What buffers hold before a run, and what is read out of them after it: values, poison and guards. */
import { view } from '../core/elements.ts';
import { BYTES, type ElementType } from '../core/format.ts';
import { type DenseArray, forEachRun, gather, type Layout, scatter } from '../core/layout.ts';
import type { ScratchBuffer, TensorBuffer } from './plan.ts';

/** A bit pattern for each element type. */
export type Pattern = Readonly<Record<ElementType, number>>;

/** Quiet NaNs with payloads of their own, so that poison is told from a NaN that arithmetic made. */
export const OUTPUT_POISON: Pattern = {
  f32: 0x7fc5a5a5,
  u32: 0x7fc5a5a5,
  i32: 0x7fc5a5a5,
  f16: 0x7e5a,
};
const PADDING_POISON: Pattern = {
  f32: 0x7fc01234,
  u32: 0x7fc01234,
  i32: 0x7fc01234,
  f16: 0x7e12,
};
export const SCRATCH_POISON = PADDING_POISON.f32;
/** 1.7e38: a maximum or a counter that starts from what scratch held starts too high. */
export const SCRATCH_CLUTTER = 0x7f000001;

/**
 * What gaps within a tensor hold besides NaN, in f16 too, and how many elements of each follow one another: a NaN shows
 * where a gap is multiplied by 0, a number where a kernel drops what is NaN. Behind the tensor all is NaN.
 */
const GARBAGE = 7776;
const GARBAGE_RUN = 64;
/** Elements of the widest load. */
const VECTOR = 4;

/** What was read back of one buffer: a tensor, or of scratch the guard behind it, which has no values. */
export interface Output {
  readonly use: 'output' | 'scratch';
  /** Name of the tensor, or of the scratch. */
  readonly tensor: string;
  /** Dense, row-major. */
  readonly values: DenseArray;
  /** 1 where the element was never written; null where all were, or where no poison could tell. */
  readonly unwritten: Uint8Array | null;
  /** Elements (of scratch: words) from the buffer's start to the first write outside of it; null where there was none. */
  readonly stray: number | null;
  /** The buffer's raw bytes, to compare runs bit for bit. */
  readonly raw: Uint32Array;
}

/** An input's bytes: its values in their places, zeros beside them where the kernel may count on some, poison elsewhere. */
export function packed(buffer: TensorBuffer, values: ArrayLike<number>, bytes: number): ArrayBuffer {
  const memory = new ArrayBuffer(bytes);
  new Uint32Array(memory).fill(word(PADDING_POISON, buffer.type));
  const elements = view(memory, buffer.type);
  const { length } = buffer.layout;
  const isFloat = buffer.type === 'f32' || buffer.type === 'f16';
  for (let at = GARBAGE_RUN; isFloat && at < length; at += 2 * GARBAGE_RUN) {
    elements.fill(GARBAGE, at, Math.min(at + GARBAGE_RUN, length));
  }
  if (buffer.padding === 'zero') fillVectors(buffer.layout, elements);
  scatter(values, buffer.layout, elements as unknown as { [index: number]: number });
  return memory;
}

/** Zeros up to whole vec4s along each dimension, and no further: a kernel that reads beyond them meets the poison. */
function fillVectors(layout: Layout, elements: { [index: number]: number }): void {
  const { dims, starts } = layout;
  const whole = dims.map((extent, axis) =>
    starts && axis < dims.length - 1 ? extent : Math.ceil(extent / VECTOR) * VECTOR,
  );
  forEachRun({ ...layout, dims: whole }, (_, from, extent, step) => {
    for (let i = 0; i < extent && from + i * step < layout.length; i++) elements[from + i * step] = 0;
  });
}

/**
 * An output's values, and what lies beside them. `around` is what filled the buffer last, and `isPoisoned` says that its
 * elements held it too before the run: only then does poison tell that an element was never written.
 */
export function inspect(buffer: TensorBuffer, memory: ArrayBuffer, around: Pattern, isPoisoned: boolean): Output {
  const raw = new Uint32Array(memory.slice(0));
  const values = gather(view(memory, buffer.type), buffer.layout);
  const bits = BYTES[buffer.type] === 2 ? new Uint16Array(memory) : new Uint32Array(memory);
  const filling = around[buffer.type];
  let unwritten: Uint8Array | null = null;
  forEachRun(buffer.layout, (dense, position, length, step) => {
    for (let i = 0; i < length; i++) {
      const at = position + i * step;
      if (isPoisoned && bits[at] === filling) {
        unwritten ??= new Uint8Array(values.length);
        unwritten[dense + i] = 1;
      }
      bits[at] = filling;
    }
  });
  let stray: number | null = null;
  for (let i = 0; i < bits.length && stray === null; i++) if (bits[i] !== filling) stray = i;
  return { use: 'output', tensor: buffer.tensor, values, unwritten, stray, raw };
}

/** Numbers between 1 and 2, drawn at random: what an earlier kernel might have left, which no kernel can foresee. */
export function clutter(): Pattern {
  const bits = Math.floor(Math.random() * 2 ** 23);
  const single = 0x3f800000 + bits;
  return { f32: single, u32: single, i32: single, f16: 0x3c00 + (bits >> 13) };
}

/** A 32-bit word full of a pattern. */
export function word(pattern: Pattern, type: ElementType): number {
  return BYTES[type] === 2 ? pattern[type] * 0x10001 : pattern[type];
}

/** Of scratch only what lies behind it: what it holds is the kernel's affair. */
export function inspectGuard({ name, bytes }: ScratchBuffer, memory: ArrayBuffer): Output {
  const raw = new Uint32Array(memory);
  const written = raw.findIndex((bits) => bits !== SCRATCH_POISON);
  return {
    use: 'scratch',
    tensor: name,
    values: new Float32Array(),
    unwritten: null,
    stray: written < 0 ? null : bytes / 4 + written,
    raw,
  };
}

/** Fills a buffer, or the whole words of its first `bytes`, in pieces of 1 MiB: poisoning costs no second copy of it. */
export function fill(queue: GPUQueue, buffer: GPUBuffer, pattern: number, bytes = buffer.size): void {
  const words = Math.floor(bytes / 4);
  const piece = new Uint32Array(Math.min(words, 2 ** 18)).fill(pattern);
  for (let at = 0; at < words; at += piece.length) {
    queue.writeBuffer(buffer, 4 * at, piece, 0, Math.min(piece.length, words - at));
  }
}
