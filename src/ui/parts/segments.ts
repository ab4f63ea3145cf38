/** Which memory segments a load of neighbouring invocations touches: a model of the memory system, not a measurement. */
import type { AccessPattern } from '../../gpu/plan.ts';

/** The unit in which GPUs fetch from memory, in bytes: NVIDIA's L2 line; most others use 64 or 128. */
export const SEGMENT_BYTES = 128;

export interface Segments {
  /** Numbers of the segments touched, ascending; segment s holds bytes 128 s to 128 s + 127. */
  readonly touched: readonly number[];
  /** Fewest segments that could hold as many distinct bytes. */
  readonly fewest: number;
  /** Distinct bytes asked for. */
  readonly bytesUsed: number;
  /** Bytes fetched: whole segments. */
  readonly bytesMoved: number;
  /** Bytes used as a share of bytes moved. */
  readonly share: number;
}

export function segments({ addresses, bytesPerLane }: AccessPattern): Segments {
  const touched = new Set<number>();
  const spans = [...new Set(addresses)].sort((a, b) => a - b);
  let bytesUsed = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const address of spans) {
    bytesUsed += address + bytesPerLane - Math.max(address, end);
    end = address + bytesPerLane;
    for (let s = Math.floor(address / SEGMENT_BYTES); s * SEGMENT_BYTES < end; s++) touched.add(s);
  }
  const bytesMoved = touched.size * SEGMENT_BYTES;
  return {
    touched: [...touched].sort((a, b) => a - b),
    fewest: Math.ceil(bytesUsed / SEGMENT_BYTES),
    bytesUsed,
    bytesMoved,
    share: bytesMoved === 0 ? 1 : bytesUsed / bytesMoved,
  };
}
