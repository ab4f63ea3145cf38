/**
 * Backward pass of attention: from the gradient g of its output, those of queries, keys and values.
 *
 * With P the probabilities and d_i = sum_c g_ic o_ic (Dao et al. 2022, appendix B.2):
 *   dV_j = sum_i P_ij g_i,  dS_ij = P_ij (g_i . v_j - d_i),  dQ_i = scale sum_j dS_ij k_j,  dK_j = scale sum_i dS_ij q_i
 * P is not kept from the forward pass but recomputed from the scores and one number for each row, lse = log sum exp s.
 *
 * q, g and dq, o alike (batch, heads, queries, dim or valueDim), k, v and dk, dv (batch, kvHeads, keys, dim or
 * valueDim), lengths (batch); row-major. Heads that share a key head add up in its gradient. A key that no query sees,
 * and a query that sees no key, have gradients of 0, whatever they hold.
 */
import { BYTES } from '../core/dtype.ts';
import { Random } from '../core/random.ts';
import { attention } from './attention.ts';
import { backwardJudges } from './attention-backward-reference.ts';
import { attentionInputs } from './attention-inputs.ts';
import { ATTENTION_PARAMETERS, attentionShape, checkAttention, visiblePairs } from './attention-shape.ts';
import { normals } from './inputs.ts';
import type { Operation, Problem, Shape, TensorSpec } from './types.ts';

/** Options of the forward pass that have no kernel here yet. */
const LEFT_OUT = ['softcap', 'mask', 'maskBatch', 'maskHeads', 'maskRow'];
const parameters = ATTENTION_PARAMETERS.filter(({ key }) => !LEFT_OUT.includes(key));
const defaults: Shape = Object.fromEntries(parameters.map((parameter) => [parameter.key, parameter.default]));
const GATES = ['rising', 'falling', 'low', 'high'] as const;
const GATE_QUERIES = 64;

/** The forward pass's shape: what is left out here is off. */
export function forwardShape(shape: Shape): Shape {
  return { ...Object.fromEntries(LEFT_OUT.map((key) => [key, 0])), ...shape };
}

function forward(problem: Problem): Problem {
  return { ...problem, op: attention.id, shape: forwardShape(problem.shape) };
}

export const attentionBackward: Operation = {
  id: 'attention-backward',
  title: 'Attention, backward',
  summary:
    'What training needs: how much each query, key and value has to change for the output to change as asked. The probabilities are computed again rather than kept, since reading them from memory would take longer.',
  formula: 'dV = P^T G, dS = P (G V^T - d), dQ = dS K / sqrt(d), dK = dS^T Q / sqrt(d)',
  parameters,
  inputCases: attention.inputCases,
  presets: [
    { title: '256 tokens, 4 heads', shape: { ...defaults } },
    { title: '1,024 tokens, 8 heads, causal', shape: { ...defaults, queries: 1024, heads: 8, causal: 1 } },
    { title: 'Grouped heads: 8 queries share 2 keys', shape: { ...defaults, heads: 8, kvHeads: 2, causal: 1 } },
    {
      title: 'Odd sizes: 67 queries, 109 keys, 40 wide',
      shape: { ...defaults, queries: 67, keys: 109, dim: 40, valueDim: 24 },
    },
  ],
  quick: { ...defaults, heads: 2, queries: 64 },

  check: (shape) => checkAttention(forwardShape(shape)),

  tensors(shape) {
    const s = attentionShape(forwardShape(shape));
    const rows = (role: TensorSpec['role'], name: string, heads: number, tokens: number, size: number): TensorSpec => {
      return { name, dims: [s.batch, heads, tokens, size], role, type: 'storage' };
    };
    return [
      rows('input', 'q', s.heads, s.queries, s.dim),
      rows('input', 'k', s.kvHeads, s.keys, s.dim),
      rows('input', 'v', s.kvHeads, s.keys, s.valueDim),
      rows('input', 'g', s.heads, s.queries, s.valueDim),
      ...(s.ragged ? [{ name: 'lengths', dims: [s.batch], role: 'input', type: 'u32' } as const] : []),
      rows('output', 'dq', s.heads, s.queries, s.dim),
      rows('output', 'dk', s.kvHeads, s.keys, s.dim),
      rows('output', 'dv', s.kvHeads, s.keys, s.valueDim),
    ];
  },

  /** Five products over the visible pairs: scores, g . v, dV, dQ, dK; two flops for each multiply-add. */
  work(shape, dtype) {
    const s = attentionShape(forwardShape(shape));
    const pairs = s.batch * s.heads * visiblePairs(s);
    let bytesRead = 0;
    let bytesWritten = 0;
    for (const { dims, role, type } of attentionBackward.tensors(shape)) {
      const bytes = dims.reduce((product, extent) => product * extent, 1) * BYTES[type === 'storage' ? dtype : type];
      if (role === 'input') bytesRead += bytes;
      else bytesWritten += bytes;
    }
    return {
      flops: 2 * pairs * (3 * s.dim + 2 * s.valueDim),
      bytesRead,
      bytesWritten,
      items: [
        ['fused multiply-adds along the head size', 3 * pairs * s.dim],
        ['fused multiply-adds along the value size', 2 * pairs * s.valueDim],
        ['exponentials', pairs],
      ],
    };
  },

  inputs(problem) {
    const { batch, heads, queries, valueDim } = attentionShape(forwardShape(problem.shape));
    const g = normals(new Random(problem.seed, 'g'), batch * heads * queries * valueDim, problem.dtype);
    return { ...attentionInputs(forward(problem)), g };
  },

  gates(problem) {
    const { ragged, causal, window } = problem.shape;
    const s = attentionShape(forwardShape(problem.shape));
    const shape = {
      ...problem.shape,
      batch: s.ragged ? Math.min(s.batch, 3) : 1,
      heads: s.heads / s.kvHeads,
      kvHeads: 1,
      queries: Math.min(s.queries, GATE_QUERIES),
      keys: s.keys,
    };
    return [...GATES, ...(ragged > 0 || causal > 0 || window > 0 ? ['padding'] : [])]
      .filter((input) => input !== problem.input)
      .map((input) => ({
        name: input === 'padding' ? 'NaN in hidden keys' : `${input} scores`,
        problem: { ...problem, input, shape },
      }));
  },

  judge: (problem, inputs, numerics) => backwardJudges(forward(problem), inputs, numerics),
};
