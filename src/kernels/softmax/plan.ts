/** What the softmax kernels have in common: their buffers and parameters. */
import { NEEDS } from '../../core/format.ts';
import { dense, type Layout, pitched } from '../../core/layout.ts';
import type { BufferPlan } from '../../gpu/plan.ts';
import type { Problem } from '../../ops/types.ts';
import { type PassDraft, params, solution } from '../draft.ts';
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
    ...(lane ? { lane } : {}),
    numerics: { output: type, keyTile },
  });
}
