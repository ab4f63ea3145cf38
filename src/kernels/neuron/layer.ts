/** What the neuron kernels share: tensors in their places and the parameters. */
import { NEEDS } from '../../core/format.ts';
import { columnMajor, dense, pitched } from '../../core/layout.ts';
import type { Workgroups } from '../../gpu/plan.ts';
import type { Problem } from '../../ops/types.ts';
import { params, solution } from '../draft.ts';
import { number, offsetInLoads, pitchInElements } from '../knobs.ts';
import type { Knobs, Solution } from '../types.ts';

export interface LayerPlan {
  readonly problem: Problem;
  readonly knobs: Knobs;
  readonly id: string;
  readonly order: 'row' | 'column';
  /** Elements in one load of the weights. */
  readonly width: 1 | 4;
  /** Vector kernels that realign take any element offset. */
  readonly anyOffset?: boolean;
  readonly features?: readonly GPUFeatureName[];
  readonly workgroups: Workgroups;
  readonly workgroupSize: Workgroups;
  readonly overrides?: Readonly<Record<string, number>>;
  readonly lane?: (neuron: number) => number;
}

/**
 * The plan of a kernel that reads x, w and b and writes y. Sums are f32; the output is stored as the inputs are.
 */
export function layerPlan(options: LayerPlan): Solution {
  const { problem, knobs, width } = options;
  const { inputs, neurons } = problem.shape;
  const type = problem.dtype;
  const bytes = number(knobs, 'offset');
  const offsetWidth = options.anyOffset ? 1 : width;
  const wOffset = offsetInLoads(bytes, type, offsetWidth);
  const align = pitchInElements(number(knobs, 'pitch'), type, width);
  const start = wOffset * offsetWidth;
  const w =
    options.order === 'row' ? pitched([neurons, inputs], align, start) : columnMajor([neurons, inputs], align, start);
  // Vector loads end at a whole vector, and a realigning kernel loads one beyond it.
  const tail = width === 1 ? 0 : options.anyOffset ? 2 * width : width;
  const xLength = Math.ceil(inputs / width) * width;
  const padding = width === 1 ? {} : { padding: 'zero' as const };
  const [wRow, wColumn] = w.strides;
  const shader = `neuron/${options.id}.wgsl`;
  const p = params(shader, {
    inputs,
    neurons,
    wOffset,
    wRow: wRow / width,
    // Vectors lie along rows: a kernel that loads them never steps by a column.
    wColumn: Math.floor(wColumn / width),
    relu: problem.shape.relu,
  });
  const elem = { Elem: type, ...(width === 4 ? { Elem4: `vec4<${type}>` } : {}) };
  return solution({
    shader,
    constants: {},
    aliases: elem,
    enables: NEEDS[type].enables,
    features: [...NEEDS[type].features, ...(options.features ?? [])],
    buffers: [
      { use: 'input', name: 'x', tensor: 'x', type, layout: { ...dense([inputs]), length: xLength }, ...padding },
      { use: 'input', name: 'w', tensor: 'w', type, layout: { ...w, length: w.length + tail }, ...padding },
      { use: 'input', name: 'b', tensor: 'b', type, layout: dense([neurons]) },
      { use: 'output', name: 'y', tensor: 'y', type, layout: dense([neurons]) },
      p,
    ],
    passes: [
      {
        entry: 'layer',
        workgroups: options.workgroups,
        workgroupSize: options.workgroupSize,
        overrides: options.overrides ?? {},
      },
    ],
    ...(options.lane ? { lane: options.lane } : {}),
    numerics: { output: type },
  });
}
