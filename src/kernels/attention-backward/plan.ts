/** What the kernels of attention's backward pass have in common: their buffers, parameters and three passes. */
import { BYTES } from '../../core/dtype.ts';
import { Refusal } from '../../core/errors.ts';
import { dense, pitched } from '../../core/layout.ts';
import type { BufferPlan, KernelPlan, PassPlan, Workgroups } from '../../gpu/plan.ts';
import { attentionBackward } from '../../ops/attention-backward.ts';
import { attentionShape } from '../../ops/attention-shape.ts';
import type { Problem } from '../../ops/types.ts';
import { accessesOfK, maskOverride } from '../attention/plan.ts';
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
  /** Key and load of its row that a lane asks for in one step of `books`. */
  readonly loadsK: (lane: number) => readonly [key: number, load: number];
  readonly constants: Readonly<Record<string, number>>;
  readonly features?: readonly GPUFeatureName[];
}

/**
 * What all passes bind, and what each adds. WebGPU promises 8 storage buffers for a pass, and `keys` needs all of them:
 * so only `books` reads the lengths, and leaves them behind the rows, which the other passes only read.
 */
const COMMON = { 0: 'q', 1: 'k', 2: 'v', 3: 'g', 4: 'mask', 11: 'p' } as const;
const OWN: Readonly<Record<string, PassPlan['bindings']>> = {
  books: { 5: 'lengths', 6: 'rows' },
  keys: { 7: 'rows', 9: 'dk', 10: 'dv' },
  queries: { 7: 'rows', 8: 'dq' },
};

/** The plan of a kernel with the passes `books`, `keys` and `queries`. Throws a `Refusal` where rows are too long. */
export function backwardPlan(options: BackwardPlan): KernelPlan {
  const { problem, device, lanes, size, tile } = options;
  const type = problem.dtype;
  const s = attentionShape(problem.shape);
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
    const { name, dims, role } = spec;
    const isRows = role === 'input' && name !== 'mask' && name !== 'lengths';
    return {
      use: role,
      name,
      tensor: name,
      type: spec.type === 'storage' ? type : spec.type,
      layout: isRows ? pitched(dims, lanes) : dense(dims),
      ...(isRows && lanes > 1 ? { padding: 'zero' as const } : {}),
    };
  });
  // Something must be bound where there is no mask, or no lengths; nothing reads it then.
  if (s.mask === 'none') buffers.push({ use: 'scratch', name: 'mask', bytes: 16 });
  if (!s.ragged) buffers.push({ use: 'scratch', name: 'lengths', bytes: BYTES.u32 });
  const [maskBatch, maskHeads, maskQueries] = s.maskDims;
  const perHead = maskQueries * s.keys;
  const integers = [
    ...[s.heads, s.heads / s.kvHeads, s.queries, s.keys, queryHeads * s.queries, keyHeads * s.keys],
    ...[maskBatch > 1 ? maskHeads * perHead : 0, maskHeads > 1 ? perHead : 0, maskQueries > 1 ? s.keys : 0],
    ...[s.offset, s.window],
  ];
  const params = new ArrayBuffer(64);
  new Int32Array(params).set(integers);
  new Float32Array(params).set([s.scale, s.softcap], integers.length);
  new Uint32Array(params).set([s.dim, s.valueDim], integers.length + 2);
  buffers.push(
    { use: 'scratch', name: 'rows', bytes: (queryHeads * s.queries + s.batch) * 16 },
    { use: 'uniform', name: 'p', data: params },
  );
  const pass = (entry: string, workgroups: number): PassPlan => ({
    entry,
    workgroups: fold(workgroups, device),
    workgroupSize: [size, 1, 1] satisfies Workgroups,
    workgroupBytes: 0,
    bindings: { ...COMMON, ...OWN[entry] },
    overrides: {
      WORKGROUP: size,
      CAUSAL: Number(s.causal),
      WINDOWED: Number(s.window > 0),
      RAGGED: Number(s.ragged),
      SOFTCAPPED: Number(s.softcap > 0),
      MASK: maskOverride(s.mask, type),
    },
  });
  const k = pitched([s.batch, s.kvHeads, s.keys, s.dim], lanes);
  const tilesOf = (tokens: number): number => Math.ceil(tokens / tile);
  return {
    shader: `attention-backward/${options.id}.wgsl`,
    constants: options.constants,
    aliases: {
      Elem: type,
      ...(lanes === 4 ? { Elem4: `vec4<${type}>` } : {}),
    },
    enables: type === 'f16' ? ['f16'] : [],
    features: [...(type === 'f16' ? ['shader-f16' as GPUFeatureName] : []), ...(options.features ?? [])],
    buffers,
    passes: [
      pass('books', queryHeads * tilesOf(s.queries)),
      pass('keys', keyHeads * tilesOf(s.keys)),
      pass('queries', queryHeads * tilesOf(s.queries)),
    ],
    accesses: [accessesOfK({ problem, shape: s, lanes, k, dim: Math.ceil(s.dim / lanes) }, options.loadsK)],
  };
}
