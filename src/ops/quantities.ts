/** The quantities of operations: what the mathematics asks for, whatever the kernel. */
import { BYTES, type DType } from '../core/format.ts';
import type { Quantity } from '../core/quantity.ts';
import type { TensorSpec } from './types.ts';

/** Floating-point operations; a fused multiply-add counts 2. The headline of every operation. */
export function operationCount(count: number): Quantity {
  return { key: 'flop', title: 'Operations', unit: 'FLOP', count, note: 'a fused multiply-add counts as 2' };
}

/** What there is to compute, in the words of the lesson: "Fused multiply-adds", 1,024. */
export function item(title: string, count: number): Quantity {
  return { key: title.toLowerCase().replaceAll(' ', '-'), title, unit: '', count, rated: false };
}

/** Compulsory traffic in bytes: each input read once, each output written once. */
export function traffic(tensors: readonly TensorSpec[], dtype: DType): readonly Quantity[] {
  const bytes = (wanted: TensorSpec['role']): number =>
    tensors
      .filter(({ role }) => role === wanted)
      .map(({ dims, type }) => dims.reduce((a, b) => a * b, 1) * BYTES[type === 'storage' ? dtype : type])
      .reduce((a, b) => a + b, 0);
  const [read, written] = [bytes('input'), bytes('output')];
  return [
    { key: 'bytes', title: 'Bytes moved', unit: 'B', count: read + written },
    { key: 'bytes-read', title: 'Bytes read', unit: 'B', count: read, note: 'each input once', rated: false },
    { key: 'bytes-written', title: 'Bytes written', unit: 'B', count: written, rated: false },
  ];
}
