/** Knobs that several kernels share, and the arithmetic behind them. */

import { Refusal } from '../core/errors.ts';
import { BYTES, type DType } from '../core/format.ts';
import type { Workgroups } from '../gpu/plan.ts';
import type { Capabilities, Knob, Knobs } from './types.ts';

/** Invocations in a one-dimensional workgroup, powers of two. */
export function workgroupKnob(
  initial: number,
  values: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
): Knob {
  return {
    key: 'WORKGROUP',
    title: 'Workgroup size',
    unit: 'invocations',
    default: initial,
    values,
    doc: 'How many invocations share a compute unit, its workgroup memory and its barriers; too few leave lanes idle, too many limit how many workgroups fit.',
  };
}

/** A knob over a list of whole numbers. */
export function countKnob(
  key: string,
  title: string,
  unit: string,
  initial: number,
  values: readonly number[],
  doc: string,
): Knob {
  return { key, title, unit, default: initial, values, doc };
}

/** Bytes from the start of the weights' buffer to the first weight. */
export const OFFSET: Knob = {
  key: 'offset',
  title: 'Base offset',
  unit: 'bytes',
  default: 0,
  values: Array.from({ length: 127 }, (_, i) => 2 * i),
  fixed: true,
  doc: 'Shifts the first weight away from a 128-byte line, so that a load which filled one line may touch two.',
};

const PITCHES: readonly number[] = [4, 8, 16, 32, 64, 128, 256, 512];

/** Row pitches are rounded up to a multiple of this many bytes. */
export function pitchKnob(initial: number): Knob {
  return {
    key: 'pitch',
    title: 'Pitch alignment',
    unit: 'bytes',
    default: initial,
    values: PITCHES,
    fixed: true,
    doc: 'Pads each row (or column) so that the next one starts at a multiple of this: more bytes stored, fewer lines straddled.',
  };
}

export function number(knobs: Knobs, key: string): number {
  const value = knobs[key];
  if (typeof value !== 'number') {
    throw new Refusal(`Knob ${key} must be a number`, { rule: 'knob-value', parameters: { knob: key } });
  }
  return value;
}

/**
 * An offset in bytes as a number of loads of `width` elements each.
 * Throws a `Refusal` with the nearest offsets that work, since an index can only step by whole loads.
 */
export function offsetInLoads(bytes: number, dtype: DType, width: number): number {
  const step = BYTES[dtype] * width;
  if (bytes % step === 0) return bytes / step;
  const below = Math.floor(bytes / step) * step;
  const load = width === 1 ? `an element of ${dtype}` : `a vec${width} of ${dtype}`;
  throw new Refusal(`A base offset of ${bytes} bytes splits ${load}, which is read in steps of ${step} bytes`, {
    rule: 'whole-loads',
    parameters: { offset: bytes, step },
    works: [below, below + step].filter((offset) => OFFSET.values.includes(offset)).map((offset) => ({ offset })),
  });
}

/** A pitch alignment in bytes as elements. Throws a `Refusal` where it is not a multiple of one load. */
export function pitchInElements(bytes: number, dtype: DType, width: number): number {
  const step = BYTES[dtype] * width;
  if (bytes % step === 0) return bytes / BYTES[dtype];
  throw new Refusal(
    `Rows aligned to ${bytes} bytes would start in the middle of a vec${width} of ${dtype}, ${step} bytes long`,
    {
      rule: 'whole-rows',
      parameters: { pitch: bytes, step },
      works: PITCHES.filter((pitch) => pitch % step === 0).map((pitch) => ({ pitch })),
      remedy: `use ${step} or more`,
    },
  );
}

/** The refusal of a workgroup that has fewer invocations than `lanes` have to load. */
function tooFewLanes(lanes: number, workgroup: number): Refusal {
  return new Refusal(`A workgroup of ${workgroup} has no ${lanes} lanes to load`, {
    rule: 'workgroup-lanes',
    parameters: { lanes, workgroup },
    works: [{ WORKGROUP: lanes }],
    remedy: `use ${lanes} or more`,
  });
}

/** The smallest subgroup that WebGPU allows. */
const SMALLEST_SUBGROUP = 4;

/**
 * The knob LANES: how many neighbours in a subgroup load something different. Throws a `Refusal` where a subgroup of
 * this device, or the workgroup, may be smaller.
 */
export function loadingLanes(knobs: Knobs, device: Capabilities): number {
  const lanes = number(knobs, 'LANES');
  const smallest = device.subgroupMinSize || SMALLEST_SUBGROUP;
  if (lanes > smallest) {
    throw new Refusal(`LANES ${lanes} needs subgroups of ${lanes} lanes; this device may run ${smallest}`, {
      rule: 'subgroup-lanes',
      parameters: { lanes, smallest },
      works: [{ LANES: SMALLEST_SUBGROUP }],
    });
  }
  const size = number(knobs, 'WORKGROUP');
  if (lanes > size) throw tooFewLanes(lanes, size);
  return lanes;
}

/**
 * A one-dimensional grid of `count` workgroups, folded into two dimensions where one is too short (65,535 on most
 * devices). The kernel finds its number as x + y * grid.x and leaves where that is past the end.
 */
export function fold(count: number, device: Capabilities): Workgroups {
  const most = device.limits.maxComputeWorkgroupsPerDimension;
  if (count <= most) return [Math.max(count, 1), 1, 1];
  const rows = Math.ceil(count / most);
  return [Math.ceil(count / rows), rows, 1];
}
