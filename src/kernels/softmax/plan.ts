/** What the softmax kernels have in common: their buffers, parameters, and the pattern of their loads. */
import { BYTES } from '../../core/dtype.ts';
import { dense, type Layout, pitched } from '../../core/layout.ts';
import type { BufferPlan, KernelPlan, PassPlan, Workgroups } from '../../gpu/plan.ts';
import type { Numerics, Problem } from '../../ops/types.ts';

export interface SoftmaxPlan {
  readonly problem: Problem;
  readonly id: string;
  /** Elements in one load. y is stored by elements. */
  readonly lanes?: 1 | 4;
  readonly features?: readonly GPUFeatureName[];
  /** Memory between the passes: binding 3 of all but a single pass. */
  readonly partialBytes?: number;
  readonly passes: readonly {
    readonly entry: string;
    readonly workgroups: Workgroups;
    readonly workgroupSize: Workgroups;
    readonly workgroupBytes?: number;
    readonly overrides?: Readonly<Record<string, number>>;
    readonly bindings?: PassPlan['bindings'];
  }[];
  /** What lane l of the first 32 loads in one step: its row and its first load. */
  readonly step: (lane: number) => readonly [row: number, load: number];
  readonly lane?: (row: number, column: number) => number;
}

const BINDINGS: PassPlan['bindings'] = { 0: 'x', 1: 'y', 2: 'p' };

/** The plan of a kernel whose bindings are x, y, the parameters and, where there are several passes, their scratch. */
export function softmaxPlan(options: SoftmaxPlan): KernelPlan {
  const { problem, lanes = 1, partialBytes, lane } = options;
  const { rows, columns } = problem.shape;
  const type = problem.dtype;
  const x: Layout = pitched([rows, columns], lanes);
  const loads = x.strides[0] / lanes;
  const scratch: readonly BufferPlan[] =
    partialBytes === undefined ? [] : [{ use: 'scratch', name: 'partial', bytes: partialBytes }];
  return {
    shader: `softmax/${options.id}.wgsl`,
    constants: {},
    aliases: { Elem: type, ...(lanes === 4 ? { Elem4: `vec4<${type}>` } : {}) },
    enables: type === 'f16' ? ['f16'] : [],
    features: [...(type === 'f16' ? ['shader-f16' as GPUFeatureName] : []), ...(options.features ?? [])],
    buffers: [
      { use: 'input', name: 'x', tensor: 'x', type, layout: x },
      { use: 'output', name: 'y', tensor: 'y', type, layout: dense([rows, columns]) },
      { use: 'uniform', name: 'p', data: new Uint32Array([rows, columns, loads, 0]).buffer },
      ...scratch,
    ],
    passes: options.passes.map((pass) => ({
      entry: pass.entry,
      workgroups: pass.workgroups,
      workgroupSize: pass.workgroupSize,
      workgroupBytes: pass.workgroupBytes ?? 0,
      bindings: pass.bindings ?? BINDINGS,
      overrides: pass.overrides ?? {},
    })),
    accesses: [
      {
        title: 'Scores loaded by 32 neighbouring lanes in one step',
        bytesPerLane: lanes * BYTES[type],
        addresses: Array.from({ length: 32 }, (_, at) => options.step(at))
          .filter(([row, load]) => row < rows && load < loads)
          .map(([row, load]) => (row * loads + load) * lanes * BYTES[type]),
      },
    ],
    ...(lane ? { lane } : {}),
  };
}

/** Sums are f32; the output is stored as the input is. `keyTile`: elements between two rescalings. */
export function softmaxNumerics(problem: Problem, keyTile: number): Numerics {
  return { output: problem.dtype, keyTile };
}
