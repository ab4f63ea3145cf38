/** What the row sums have in common: their buffers and parameters. */
import { NEEDS } from '../../core/format.ts';
import { dense } from '../../core/layout.ts';
import type { Problem } from '../../ops/types.ts';
import { params, solution } from '../draft.ts';
import { fold, number } from '../knobs.ts';
import type { Capabilities, Knobs, Solution } from '../types.ts';

export interface RowSumPlan {
  readonly id: string;
  /** How many rows one workgroup adds up. */
  readonly rowsOf: (workgroup: number) => number;
  readonly features?: readonly GPUFeatureName[];
  /** The lane that writes a row. */
  readonly lane: (row: number, workgroup: number) => number;
}

/** The plan of a kernel that reads x and writes y. Sums are f32; the output is stored as the input is. */
export function rowSumPlan(options: RowSumPlan, problem: Problem, knobs: Knobs, device: Capabilities): Solution {
  const { rows, columns } = problem.shape;
  const type = problem.dtype;
  const size = number(knobs, 'WORKGROUP');
  const shader = `row-sum/${options.id}.wgsl`;
  return solution({
    shader,
    constants: {},
    aliases: { Elem: type },
    enables: NEEDS[type].enables,
    features: [...NEEDS[type].features, ...(options.features ?? [])],
    buffers: [
      { use: 'input', name: 'x', tensor: 'x', type, layout: dense([rows, columns]) },
      { use: 'output', name: 'y', tensor: 'y', type, layout: dense([rows]) },
      params(shader, { rows, columns }),
    ],
    passes: [
      {
        entry: 'sumRows',
        workgroups: fold(Math.ceil(rows / options.rowsOf(size)), device),
        workgroupSize: [size, 1, 1],
        overrides: { WORKGROUP: size },
      },
    ],
    lane: (row) => options.lane(row, size),
    numerics: { output: type },
  });
}
