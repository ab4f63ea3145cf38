/** What the attention kernels have in common: their buffers, layouts and parameters. */
import { Refusal } from '../../core/errors.ts';
import { type DType, NEEDS } from '../../core/format.ts';
import { dense, type Layout, ordered } from '../../core/layout.ts';
import type { BufferPlan, KernelPlan, Workgroups } from '../../gpu/plan.ts';
import { type AttentionShape, attentionShape, type MaskKind } from '../../ops/attention-shape.ts';
import type { Numerics, Problem } from '../../ops/types.ts';
import { type Members, params, solution } from '../draft.ts';
import { number, offsetInLoads, pitchInElements } from '../knobs.ts';
import type { Knobs, Solution } from '../types.ts';

/** Largest head and value size that kernels with rows in registers take. */
export const MOST_DIM = 256;

/** The problem, where its tensors lie, and how many elements one load takes. */
export interface Setting {
  readonly problem: Problem;
  readonly shape: AttentionShape;
  /** Elements in one load of q, k and v. The output is stored by elements. */
  readonly width: 1 | 4;
  readonly q: Layout;
  readonly k: Layout;
  readonly v: Layout;
  readonly o: Layout;
  /** Head size and value size in loads, rounded up. */
  readonly dim: number;
  readonly valueDim: number;
}

/** The refusal of rows that one invocation cannot hold. */
export function tooLong(key: string, size: number, most: number): Refusal {
  return new Refusal(`${key} ${size} does not fit in the registers of one invocation`, {
    rule: 'registers',
    parameters: { parameter: key, size, most },
    works: [],
    remedy: `use ${most} or less`,
  });
}

/**
 * Lays the tensors out as the knobs `layout`, `pitch` and `offset` say (all optional: heads first, packed, 0).
 * Throws a `Refusal` where a load would start in the middle of a vector, or a row does not fit in registers.
 */
export function attentionSetting(problem: Problem, knobs: Knobs, width: 1 | 4, mostDim = MOST_DIM): Setting {
  const shape = attentionShape(problem.shape);
  const type = problem.dtype;
  for (const [key, size] of [
    ['dim', shape.dim],
    ['valueDim', shape.valueDim],
  ] as const) {
    if (size > mostDim) throw tooLong(key, size, mostDim);
  }
  const order = knobs.layout === 'tokens' ? [0, 2, 1, 3] : [0, 1, 2, 3];
  const align = 'pitch' in knobs ? pitchInElements(number(knobs, 'pitch'), type, width) : width;
  const start = 'offset' in knobs ? offsetInLoads(number(knobs, 'offset'), type, width) * width : 0;
  const place = (heads: number, tokens: number, size: number, elements = align, from = 0): Layout =>
    ordered([shape.batch, heads, tokens, size], order, elements, from);
  return {
    problem,
    shape,
    width,
    q: place(shape.heads, shape.queries, shape.dim),
    k: place(shape.kvHeads, shape.keys, shape.dim, align, start),
    v: place(shape.kvHeads, shape.keys, shape.valueDim, align, start),
    o: place(shape.heads, shape.queries, shape.valueDim, 1),
    dim: Math.ceil(shape.dim / width),
    valueDim: Math.ceil(shape.valueDim / width),
  };
}

/** The buffers q, k, v, mask, lengths, o and p. `tiles`: how many workgroups have work. */
export function attentionBuffers(shader: string, setting: Setting, tiles: number): readonly BufferPlan[] {
  const { problem, shape, width, q, k, v, o } = setting;
  const type = problem.dtype;
  const padding = width === 1 ? {} : { padding: 'zero' as const };
  const masked = shape.mask !== 'none';
  return [
    { use: 'input', name: 'q', tensor: 'q', type, layout: q, ...padding },
    { use: 'input', name: 'k', tensor: 'k', type, layout: k, ...padding },
    { use: 'input', name: 'v', tensor: 'v', type, layout: v, ...padding },
    // Something must be bound where there is no mask, or no lengths; nothing reads it then.
    masked
      ? { use: 'input', name: 'mask', tensor: 'mask', type: maskType(setting), layout: dense(shape.maskDims) }
      : { use: 'scratch', name: 'mask', bytes: 16, unused: true },
    shape.ragged
      ? { use: 'input', name: 'lengths', tensor: 'lengths', type: 'u32', layout: dense([shape.batch]) }
      : { use: 'scratch', name: 'lengths', bytes: 16, unused: true },
    { use: 'output', name: 'o', tensor: 'o', type, layout: o },
    params(shader, parameters(setting, tiles)),
  ];
}

function maskType({ problem, shape }: Setting): 'u32' | 'f32' | 'f16' {
  return shape.mask === 'additive' ? problem.dtype : 'u32';
}

/** What every attention kernel declares in `Params`; strides count loads. */
function parameters({ shape, width, q, k, v, o }: Setting, tiles: number): Members {
  const strides = ({ offset, strides: [batch, head, token] }: Layout, load: number) => ({
    start: offset / load,
    batch: batch / load,
    head: head / load,
    token: token / load,
  });
  const [maskBatch, maskHeads, maskQueries, keys] = shape.maskDims;
  const perHead = maskQueries * keys;
  return {
    q: strides(q, width),
    k: strides(k, width),
    v: strides(v, width),
    o: strides(o, 1),
    mask: {
      start: 0,
      batch: maskBatch > 1 ? maskHeads * perHead : 0,
      head: maskHeads > 1 ? perHead : 0,
      token: maskQueries > 1 ? keys : 0,
    },
    heads: shape.heads,
    group: shape.heads / shape.kvHeads,
    queries: shape.queries,
    keys: shape.keys,
    tiles,
    offset: shape.offset,
    window: shape.window,
    scale: shape.scale,
    softcap: shape.softcap,
  };
}

/** Options of the problem that every attention kernel declares as overrides, so that what is not asked costs nothing. */
export function attentionOverrides({ problem, shape }: Setting): Readonly<Record<string, number>> {
  return {
    CAUSAL: Number(shape.causal),
    WINDOWED: Number(shape.window > 0),
    RAGGED: Number(shape.ragged),
    SOFTCAPPED: Number(shape.softcap > 0),
    MASK: maskOverride(shape.mask, problem.dtype),
  };
}

/** What kernels are told of a mask. They read it as words, so an additive one comes in two forms. */
export function maskOverride(mask: MaskKind, dtype: DType): number {
  switch (mask) {
    case 'none':
      return 0;
    case 'boolean':
      return 1;
    case 'additive':
      return dtype === 'f16' ? 3 : 2;
    default:
      return mask satisfies never;
  }
}

/** Aliases, directives and features that go with a storage type. */
export function attentionTypes(
  setting: Setting,
  features: readonly GPUFeatureName[] = [],
): Pick<KernelPlan, 'aliases' | 'enables' | 'features'> {
  const type = setting.problem.dtype;
  return {
    aliases: {
      Elem: type,
      ...(setting.width === 4 ? { Elem4: `vec4<${type}>` } : {}),
    },
    enables: NEEDS[type].enables,
    features: [...NEEDS[type].features, ...features],
  };
}

export interface AttentionPlan {
  readonly setting: Setting;
  readonly id: string;
  readonly workgroups: Workgroups;
  /** How many of the workgroups have work; the grid may be folded. */
  readonly tiles: number;
  readonly workgroupSize: Workgroups;
  readonly constants?: Readonly<Record<string, number>>;
  readonly overrides?: Readonly<Record<string, number>>;
  readonly features?: readonly GPUFeatureName[];
  /** Of a kernel whose file names its storage type itself, or has types of its own. */
  readonly types?: Pick<KernelPlan, 'aliases' | 'enables'>;
  /** Keys between two rescalings. */
  readonly keyTile: number;
  /** What else it does to numbers. */
  readonly numerics?: Partial<Numerics>;
  /** Queries that one workgroup computes; null where it takes rows of several heads. */
  readonly queryTile: number | null;
  /** Invocation that writes element (query, column), `row` being the query counted over all heads and sequences. */
  readonly lane?: (query: number, column: number, row: number) => number;
}

/** The plan of a kernel with one pass named `attend`, and what it does to numbers. */
export function attentionPlan(options: AttentionPlan): Solution {
  const { setting, queryTile, lane } = options;
  const { queries, valueDim } = setting.shape;
  const shader = `attention/${options.id}.wgsl`;
  return solution({
    shader,
    constants: options.constants ?? {},
    ...attentionTypes(setting, options.features),
    ...options.types,
    buffers: attentionBuffers(shader, setting, options.tiles),
    passes: [
      {
        entry: 'attend',
        workgroups: options.workgroups,
        workgroupSize: options.workgroupSize,
        overrides: { ...attentionOverrides(setting), ...options.overrides },
      },
    ],
    ...(queryTile === null ? {} : { tile: { rows: queryTile, columns: valueDim } }),
    ...(lane ? { lane: (row: number, column: number) => lane(row % queries, column, row) } : {}),
    numerics: { ...attentionNumerics(setting.problem, options.keyTile), ...options.numerics },
  });
}

/** Sums are f32; the output is stored as the inputs are. `keyTile`: keys between two rescalings. */
export function attentionNumerics(problem: Problem, keyTile: number): Numerics {
  return { output: problem.dtype, keyTile };
}
