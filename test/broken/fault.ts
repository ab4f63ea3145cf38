/**
 * A planted fault: one small edit of a real kernel, and the input that brings it to light.
 *
 * The edit is made in the kernel's WGSL as it stands, so a fault cannot drift away from the kernel it is planted in:
 * where the text to replace is not there exactly once, planting throws.
 */
import type { DType } from '../../src/core/format.ts';
import { findKernel, source } from '../../src/kernels/index.ts';
import type { Knobs } from '../../src/kernels/types.ts';
import type { Request } from '../../src/lab/protocol.ts';
import type { Shape } from '../../src/ops/types.ts';

/** The faults that a checker of kernels must see, in the order of the table. */
export const KINDS = [
  'last element dropped',
  'term counted twice',
  'tile off by one at an edge',
  'no barrier before the tile is used',
  'no barrier after the tile is used',
  'wrong stride',
  'stale tile',
  'f16 accumulation',
  'accumulator not rescaled',
  'denominator not rescaled',
  'no maximum subtracted',
  'maximum started at 0',
  'padding counted as a key',
  'mask ignored on the last tile',
  'hidden key weighed by 0',
  'probabilities not normalised',
  'term or factor left out',
  'causality or window off by one',
  'wrong page',
  'NaN hidden by ReLU',
  'in a part only',
  'short format',
  'threshold or clamp',
  'factor or constant added',
  'read past the end',
  'write out of range',
  'element never written',
  'subgroup size assumed',
  'value of the wrong lane',
] as const;
export type Kind = (typeof KINDS)[number];

/** How a fault shows: a wrong value, an element that still holds the poison, a write beside the result. */
export type Sign = 'value' | 'never written' | 'out of range';

/** A piece of the kernel's WGSL that occurs exactly once, and what stands there instead. */
export type Edit = readonly [find: string, replace: string];

export interface Fault {
  /** Unique within its operation. */
  readonly id: string;
  readonly kind: Kind;
  readonly op: string;
  readonly kernel: string;
  /** What is planted, in words. */
  readonly planted: string;
  readonly edits: readonly Edit[];
  readonly shape: Shape;
  readonly knobs?: Knobs;
  readonly dtype?: DType;
  /** Id of the input case that exposes it; the operation's first by default. */
  readonly input?: string;
  /** 'value' by default. */
  readonly sign?: Sign;
}

/** The kernel's WGSL with the edits made. Throws an Error unless each `find` occurs exactly once. */
export function plant(wgsl: string, edits: readonly Edit[], where: string): string {
  return edits.reduce((text, [find, replace]) => {
    const pieces = text.split(find);
    if (pieces.length !== 2) {
      throw new Error(`"${find}" occurs ${pieces.length - 1} times in ${where}; a fault needs it exactly once`);
    }
    return pieces.join(replace);
  }, wgsl);
}

/** The request that the right kernel must pass. Throws an Error where there is no such kernel. */
export function rightRequest(fault: Fault): Request {
  const { op, kernel, shape, knobs, dtype, input } = fault;
  if (!findKernel(op, kernel))
    throw new Error(`The fault ${op}/${fault.id} is planted in ${kernel}, which does not exist`);
  return { op, kernel, shape, ...(knobs ? { knobs } : {}), ...(dtype ? { dtype } : {}), ...(input ? { input } : {}) };
}

/** The same request with the fault planted. */
export function brokenRequest(fault: Fault): Request {
  const right = rightRequest(fault);
  const kernel = findKernel(fault.op, fault.kernel) as NonNullable<ReturnType<typeof findKernel>>;
  return { ...right, source: plant(source(kernel), fault.edits, `${fault.op}/${fault.kernel}.wgsl`) };
}
