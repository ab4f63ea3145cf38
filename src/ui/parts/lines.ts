/** Which memory lines a load of neighbouring invocations touches: a model of the memory system, not a measurement. */
import type { AccessPattern } from '../../gpu/plan.ts';

/** The unit in which caches keep memory, in bytes: NVIDIA's, of which it fetches sectors of 32; most others use 64 or 128. */
export const LINE_BYTES = 128;

export interface Lines {
  /** Numbers of the lines touched, ascending; line s holds bytes 128 s to 128 s + 127. */
  readonly touched: readonly number[];
  /** Fewest lines that could hold as many distinct bytes. */
  readonly fewest: number;
  /** Different addresses among the lanes: fewer than lanes where several want the same. */
  readonly distinct: number;
  /** Distinct bytes asked for. */
  readonly bytesUsed: number;
  /** Bytes that the touched lines hold. */
  readonly bytesHeld: number;
  /** Bytes used as a share of bytes held. */
  readonly share: number;
}

export function lines({ addresses, bytesPerLane }: AccessPattern): Lines {
  const touched = new Set<number>();
  const spans = [...new Set(addresses)].sort((a, b) => a - b);
  let bytesUsed = 0;
  let end = Number.NEGATIVE_INFINITY;
  for (const address of spans) {
    bytesUsed += address + bytesPerLane - Math.max(address, end);
    end = address + bytesPerLane;
    for (let s = Math.floor(address / LINE_BYTES); s * LINE_BYTES < end; s++) touched.add(s);
  }
  const bytesHeld = touched.size * LINE_BYTES;
  return {
    touched: [...touched].sort((a, b) => a - b),
    fewest: Math.ceil(bytesUsed / LINE_BYTES),
    distinct: spans.length,
    bytesUsed,
    bytesHeld,
    share: bytesHeld === 0 ? 1 : bytesUsed / bytesHeld,
  };
}
