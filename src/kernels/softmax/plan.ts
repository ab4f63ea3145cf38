/** What the softmax kernels have in common: their buffers, parameters, and the pattern of their loads. */
import { BYTES, NEEDS } from '../../core/format.ts';
import { dense, type Layout, pitched } from '../../core/layout.ts';
import type { BufferPlan } from '../../gpu/plan.ts';
import type { Problem } from '../../ops/types.ts';
import { type PassDraft, params, solution } from '../draft.ts';
import { WARP } from '../knobs.ts';
import type { Solution } from '../types.ts';

export interface SoftmaxPlan {
  readonly problem: Problem;
  readonly id: string;
  /** Elements between two rescalings. */
  readonly keyTile: number;
  /** Elements in one load. y is stored by elements. */
  readonly width?: 1 | 4;
  readonly features?: readonly GPUFeatureName[];
  /** Memory between the passes, where there are two. */
  readonly partialBytes?: number;
  readonly passes: readonly PassDraft[];
  /** What lane l of the first 32 of a workgroup loads in one step: its row and its first load. */
  readonly step: (lane: number) => readonly [row: number, load: number];
  readonly lane?: (row: number, column: number) => number;
}

/** The plan of a kernel that reads x and writes y. Sums are f32; the output is stored as the input is. */
export function softmaxPlan(options: SoftmaxPlan): Solution {
  const { problem, keyTile, width = 1, partialBytes, lane } = options;
  const { rows, columns } = problem.shape;
  const type = problem.dtype;
  const x: Layout = pitched([rows, columns], width);
  const loads = x.strides[0] / width;
  const scratch: readonly BufferPlan[] =
    partialBytes === undefined ? [] : [{ use: 'scratch', name: 'partial', bytes: partialBytes }];
  const shader = `softmax/${options.id}.wgsl`;
  return solution({
    shader,
    constants: {},
    aliases: { Elem: type, ...(width === 4 ? { Elem4: `vec4<${type}>` } : {}) },
    enables: NEEDS[type].enables,
    features: [...NEEDS[type].features, ...(options.features ?? [])],
    buffers: [
      { use: 'input', name: 'x', tensor: 'x', type, layout: x },
      { use: 'output', name: 'y', tensor: 'y', type, layout: dense([rows, columns]) },
      params(shader, { rows, columns, ...(width === 4 ? { vectors: loads } : {}) }),
      ...scratch,
    ],
    passes: options.passes,
    ...(options.passes[0].workgroupSize[0] >= WARP
      ? {
          accesses: [
            {
              title: `Scores loaded by ${WARP} neighbouring lanes in one step`,
              bytesPerLane: width * BYTES[type],
              addresses: Array.from({ length: WARP }, (_, at) => options.step(at))
                .filter(([row, load]) => row < rows && load < loads)
                .map(([row, load]) => (row * loads + load) * width * BYTES[type]),
            },
          ],
        }
      : {}),
    ...(lane ? { lane } : {}),
    numerics: { output: type, keyTile },
  });
}
