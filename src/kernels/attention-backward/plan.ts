/** What the kernels of attention's backward pass have in common: their buffers, parameters and three passes. */
import { BYTES, NEEDS } from '../../core/format.ts';
import { dense, pitched } from '../../core/layout.ts';
import type { BufferPlan, Workgroups } from '../../gpu/plan.ts';
import { attentionShape } from '../../ops/attention-shape.ts';
import { attentionBackward } from '../../ops/described/attention-backward.ts';
import type { Problem } from '../../ops/types.ts';
import { maskOverride, tooLong } from '../attention/plan.ts';
import { type PassDraft, params, solution } from '../draft.ts';
import { fold } from '../knobs.ts';
import type { Capabilities, Solution } from '../types.ts';

/** Largest head and value size whose rows an invocation keeps. */
const MOST_DIM = 256;

export interface BackwardPlan {
  readonly problem: Problem;
  readonly device: Capabilities;
  readonly id: string;
  /** Elements in one load. Outputs are stored by elements. */
  readonly width: 1 | 4;
  readonly size: number;
  /** Rows of one workgroup in each pass. */
  readonly tile: number;
  /** Keys between two rescalings. */
  readonly keyTile: number;
  readonly constants: Readonly<Record<string, number>>;
  readonly features?: readonly GPUFeatureName[];
}

/**
 * WebGPU promises 8 storage buffers for a pass, and `keys` needs all of them: so only `books` reads the lengths, and
 * leaves them behind the rows, which the other passes only read, as a variable of their own.
 */
const BOUND = { written: 'rows' };

/** The plan of a kernel with the passes `books`, `keys` and `queries`. Throws a `Refusal` where rows are too long. */
export function backwardPlan(options: BackwardPlan): Solution {
  const { problem, device, width, size, tile } = options;
  const shader = `attention-backward/${options.id}.wgsl`;
  const type = problem.dtype;
  const s = attentionShape(problem.shape);
  for (const [key, length] of [
    ['dim', s.dim],
    ['valueDim', s.valueDim],
  ] as const) {
    if (length > MOST_DIM) throw tooLong(key, length, MOST_DIM);
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
      layout: isRows ? pitched(dims, width) : dense(dims),
      ...(isRows && width > 1 ? { padding: 'zero' as const } : {}),
    };
  });
  // Something must be bound where there is no mask, or no lengths; nothing reads it then.
  if (s.mask === 'none') buffers.push({ use: 'scratch', name: 'mask', bytes: 16, unused: true });
  if (!s.ragged) buffers.push({ use: 'scratch', name: 'lengths', bytes: BYTES.u32, unused: true });
  const [maskBatch, maskHeads, maskQueries] = s.maskDims;
  const perHead = maskQueries * s.keys;
  buffers.push(
    { use: 'scratch', name: 'rows', bytes: (queryHeads * s.queries + s.batch) * 16 },
    params(shader, {
      heads: s.heads,
      group: s.heads / s.kvHeads,
      queries: s.queries,
      keys: s.keys,
      queryRows: queryHeads * s.queries,
      keyRows: keyHeads * s.keys,
      maskBatch: maskBatch > 1 ? maskHeads * perHead : 0,
      maskHead: maskHeads > 1 ? perHead : 0,
      maskQuery: maskQueries > 1 ? s.keys : 0,
      offset: s.offset,
      window: s.window,
      scale: s.scale,
      softcap: s.softcap,
      dim: s.dim,
      valueDim: s.valueDim,
    }),
  );
  const pass = (entry: string, workgroups: number): PassDraft => ({
    entry,
    workgroups: fold(workgroups, device),
    workgroupSize: [size, 1, 1] satisfies Workgroups,
    bound: BOUND,
    overrides: {
      WORKGROUP: size,
      CAUSAL: Number(s.causal),
      WINDOWED: Number(s.window > 0),
      RAGGED: Number(s.ragged),
      SOFTCAPPED: Number(s.softcap > 0),
      MASK: maskOverride(s.mask, type),
    },
  });
  const tilesOf = (tokens: number): number => Math.ceil(tokens / tile);
  return solution({
    shader,
    constants: options.constants,
    aliases: {
      Elem: type,
      ...(width === 4 ? { Elem4: `vec4<${type}>` } : {}),
    },
    enables: NEEDS[type].enables,
    features: [...NEEDS[type].features, ...(options.features ?? [])],
    buffers,
    passes: [
      pass('books', queryHeads * tilesOf(s.queries)),
      pass('keys', keyHeads * tilesOf(s.keys)),
      pass('queries', queryHeads * tilesOf(s.queries)),
    ],
    numerics: { output: type, keyTile: options.keyTile },
  });
}
