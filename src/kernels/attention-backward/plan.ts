/** What the kernels of attention's backward pass have in common: their buffers, parameters and three passes. */
import { BYTES } from '../../core/dtype.ts';
import { Refusal } from '../../core/errors.ts';
import { pitched } from '../../core/layout.ts';
import type { BufferPlan, KernelPlan, PassPlan, Workgroups } from '../../gpu/plan.ts';
import { attentionBackward, forwardShape } from '../../ops/attention-backward.ts';
import { attentionShape } from '../../ops/attention-shape.ts';
import type { Problem } from '../../ops/types.ts';
import { fold } from '../knobs.ts';
import type { Capabilities } from '../types.ts';

/** Largest head and value size whose rows an invocation keeps. */
const MOST_DIM = 256;

export interface BackwardPlan {
  readonly problem: Problem;
  readonly device: Capabilities;
  readonly id: string;
  /** Elements in one load. Outputs are stored by elements. */
  readonly lanes: 1 | 4;
  readonly size: number;
  /** Rows of one workgroup in each pass. */
  readonly tile: number;
  readonly constants: Readonly<Record<string, number>>;
  readonly features?: readonly GPUFeatureName[];
}

/** Inputs and outputs by binding; which ones a pass uses. */
const BINDINGS = ['q', 'k', 'v', 'g', 'lengths', 'rows', 'dq', 'dk', 'dv', 'p'] as const;

/** The plan of a kernel with the passes `books`, `keys` and `queries`. Throws a `Refusal` where rows are too long. */
export function backwardPlan(options: BackwardPlan): KernelPlan {
  const { problem, device, lanes, size, tile } = options;
  const type = problem.dtype;
  const s = attentionShape(forwardShape(problem.shape));
  for (const [key, length] of [
    ['dim', s.dim],
    ['valueDim', s.valueDim],
  ] as const) {
    if (length > MOST_DIM) {
      throw new Refusal(`${key} ${length} does not fit in the registers of one invocation: use ${MOST_DIM} or less`);
    }
  }
  const queryHeads = s.batch * s.heads;
  const keyHeads = s.batch * s.kvHeads;
  const buffers = attentionBackward.tensors(problem.shape).map((spec): BufferPlan => {
    const isInput = spec.role === 'input';
    const layout = pitched(spec.dims, isInput && spec.name !== 'lengths' ? lanes : 1);
    return {
      use: spec.role,
      name: spec.name,
      tensor: spec.name,
      type: spec.type === 'storage' ? type : spec.type,
      layout,
      ...(isInput && lanes > 1 ? { padding: 'zero' as const } : {}),
    };
  });
  // Something must be bound where there are no lengths; nothing reads it then.
  if (!s.ragged) buffers.push({ use: 'scratch', name: 'lengths', bytes: BYTES.u32 });
  const params = new ArrayBuffer(48);
  new Int32Array(params).set([
    ...[s.heads, s.heads / s.kvHeads, s.queries, s.keys, queryHeads * s.queries, keyHeads * s.keys],
    ...[s.offset, s.window],
  ]);
  new Float32Array(params).set([s.scale], 8);
  buffers.push(
    { use: 'scratch', name: 'rows', bytes: queryHeads * s.queries * 8 },
    { use: 'uniform', name: 'p', data: params },
  );
  const pass = (entry: string, workgroups: number, outputs: readonly string[]): PassPlan => ({
    entry,
    workgroups: fold(workgroups, device),
    workgroupSize: [size, 1, 1] satisfies Workgroups,
    workgroupBytes: 0,
    bindings: Object.fromEntries(
      [...BINDINGS.entries()].filter(([, name]) => !/^d[qkv]$/.test(name) || outputs.includes(name)),
    ),
    overrides: {
      WORKGROUP: size,
      CAUSAL: Number(s.causal),
      WINDOWED: Number(s.window > 0),
      RAGGED: Number(s.ragged),
    },
  });
  const perHead = (tokens: number): number => Math.ceil(tokens / tile);
  return {
    shader: `attention-backward/${options.id}.wgsl`,
    constants: options.constants,
    aliases: { Elem: type, ...(lanes === 4 ? { Elem4: `vec4<${type}>` } : {}) },
    enables: type === 'f16' ? ['f16'] : [],
    features: [...(type === 'f16' ? ['shader-f16' as GPUFeatureName] : []), ...(options.features ?? [])],
    buffers,
    passes: [
      pass('books', queryHeads * perHead(s.queries), []),
      pass('keys', keyHeads * perHead(s.keys), ['dk', 'dv']),
      pass('queries', queryHeads * perHead(s.queries), ['dq']),
    ],
  };
}
