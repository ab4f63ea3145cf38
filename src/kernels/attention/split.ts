/** Kernels 11, 12 and 14: the keys of each row split over workgroups, the parts merged by a second pass. */

import { Refusal } from '../../core/errors.ts';
import type { BufferPlan } from '../../gpu/plan.ts';
import { solution } from '../draft.ts';
import { countKnob, fold, number, workgroupKnob } from '../knobs.ts';
import type { Capabilities, Knob, Knobs, Solution } from '../types.ts';
import { attentionBuffers, attentionNumerics, attentionOverrides, attentionTypes, type Setting } from './plan.ts';

/** Rows that one workgroup works on: the four columns of a matrix. */
const ROWS = 4;
const VECTOR_BYTES = 16;

export const SPLIT_KNOBS: readonly Knob[] = [
  workgroupKnob(64, [8, 16, 32, 64, 128, 256]),
  countKnob(
    'SPLIT',
    'Keys of a part',
    'keys',
    256,
    [16, 32, 64, 128, 256, 512, 1024],
    'Keys that one workgroup walks through: fewer of them make more workgroups, and more parts to merge.',
  ),
];

/** What a kernel adds: pages have a table. */
export interface SplitExtras {
  /** Set if slices are added up before they are written, and a workgroup merges one row. */
  readonly byRow?: true;
  readonly constants?: Readonly<Record<string, number>>;
  readonly buffers?: readonly BufferPlan[];
}

/** Throws a `Refusal` where a value has more vectors than the workgroup has lanes. */
export function splitPlan(
  setting: Setting,
  knobs: Knobs,
  device: Capabilities,
  id: string,
  extras: SplitExtras = {},
): Solution {
  const { batch, heads, kvHeads, queries, keys, valueDim } = setting.shape;
  const size = number(knobs, 'WORKGROUP');
  const split = number(knobs, 'SPLIT');
  if (setting.valueDim > size) {
    const least = 2 ** Math.ceil(Math.log2(setting.valueDim));
    throw new Refusal(
      `A value of ${valueDim} has ${setting.valueDim} vectors, one for each lane; a workgroup of ${size} has too few`,
      {
        rule: 'workgroup-lanes',
        parameters: { lanes: setting.valueDim, workgroup: size },
        works: [{ WORKGROUP: least }],
        remedy: `use ${least} or more`,
      },
    );
  }
  const parts = Math.ceil(keys / split);
  const slices = extras.byRow ? 1 : Math.floor(size / setting.valueDim);
  const rows = batch * heads * queries;
  const tiles = parts * Math.ceil(((heads / kvHeads) * queries) / ROWS) * kvHeads * batch;
  const sizes = { WORKGROUP: size, SPLITS: parts };
  const shader = `attention/${id}.wgsl`;
  return solution({
    shader,
    constants: { DIM4: setting.dim, VALUE_DIM4: setting.valueDim, VALUE_DIM: valueDim, ...extras.constants },
    ...attentionTypes(setting),
    buffers: [
      ...attentionBuffers(shader, setting, tiles),
      { use: 'scratch', name: 'partial', bytes: rows * parts * slices * (setting.valueDim + 1) * VECTOR_BYTES },
      ...(extras.buffers ?? []),
    ],
    passes: [
      {
        entry: 'attend',
        workgroups: fold(tiles, device),
        workgroupSize: [size, 1, 1],
        overrides: { ...attentionOverrides(setting), ...sizes, SPLIT: split },
      },
      {
        entry: 'merge',
        workgroups: fold(extras.byRow ? rows : Math.ceil((rows * setting.valueDim) / size), device),
        workgroupSize: [size, 1, 1],
        overrides: { ...sizes, ROWS: rows },
      },
    ],
    lane: (row, column) => {
      const vector = Math.floor(column / setting.width);
      return extras.byRow ? vector : (row * setting.valueDim + vector) % size;
    },
    // A part is a tile: its maximum is its own until the merge.
    numerics: attentionNumerics(setting.problem, split),
  });
}
