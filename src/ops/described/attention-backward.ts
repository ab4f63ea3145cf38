/**
 * Backward pass of attention: from the gradient g of its output, those of queries, keys and values.
 *
 * With P the probabilities and d_i = sum_c g_ic o_ic (Dao et al. 2022, appendix B.2):
 *   dV_j = sum_i P_ij g_i,  dS_ij = P_ij (g_i . v_j - d_i),  dQ_i = scale sum_j dS_ij k_j,  dK_j = scale sum_i dS_ij q_i
 * P is not kept from the forward pass but recomputed from the scores and two numbers for each row: its maximum and sum.
 * A softcap c bends a score x into c tanh(x / c): dS is then multiplied by its slope, 1 - tanh^2(x / c).
 *
 * q, g and dq, o alike (batch, heads, queries, dim or valueDim), k, v and dk, dv (batch, kvHeads, keys, dim or
 * valueDim), mask (1 or batch, 1 or heads, 1 or queries, keys), lengths (batch); row-major. Heads that share a key head
 * add up in its gradient. A key that no query sees, and a query that sees no key, have gradients of 0, whatever they
 * hold. The mask itself is given, not learnt: it has no gradient here.
 */
import { ATTENTION_PARAMETERS, attentionShape, checkAttention, visiblePairs } from '../attention-shape.ts';
import { item, operationCount, traffic } from '../quantities.ts';
import type { Operation, Shape, TensorSpec } from '../types.ts';
import { attention } from './attention.ts';

const defaults: Shape = Object.fromEntries(ATTENTION_PARAMETERS.map((parameter) => [parameter.key, parameter.default]));

export const attentionBackward: Operation = {
  id: 'attention-backward',
  title: 'Attention, backward',
  summary:
    'What training needs: how much each query, key and value has to change for the output to change as asked. The probabilities are computed again rather than kept, since reading them from memory would take longer.',
  formula: 'dV = P^T G, dS = P (G V^T - rowsum(G O)), dQ = scale dS K, dK = scale dS^T Q',
  parameters: ATTENTION_PARAMETERS,
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
  scales: ['batch', 'queries', 'keys'],

  check: checkAttention,

  tensors(shape) {
    const s = attentionShape(shape);
    const rows = (role: TensorSpec['role'], name: string, heads: number, tokens: number, size: number): TensorSpec => {
      return { name, dims: [s.batch, heads, tokens, size], role, type: 'storage' };
    };
    return [
      rows('input', 'q', s.heads, s.queries, s.dim),
      rows('input', 'k', s.kvHeads, s.keys, s.dim),
      rows('input', 'v', s.kvHeads, s.keys, s.valueDim),
      rows('input', 'g', s.heads, s.queries, s.valueDim),
      ...(s.mask === 'none'
        ? []
        : [{ name: 'mask', dims: s.maskDims, role: 'input', type: s.mask === 'boolean' ? 'u32' : 'storage' } as const]),
      ...(s.ragged ? [{ name: 'lengths', dims: [s.batch], role: 'input', type: 'u32' } as const] : []),
      rows('output', 'dq', s.heads, s.queries, s.dim),
      rows('output', 'dk', s.kvHeads, s.keys, s.dim),
      rows('output', 'dv', s.kvHeads, s.keys, s.valueDim),
    ];
  },

  /** Five products over the visible pairs: scores, g . v, dV, dQ, dK; two operations for each multiply-add. */
  quantities(shape, dtype) {
    const s = attentionShape(shape);
    const pairs = s.batch * s.heads * visiblePairs(s);
    return [
      operationCount(2 * pairs * (3 * s.dim + 2 * s.valueDim)),
      item('Fused multiply-adds along the head size', 3 * pairs * s.dim),
      item('Fused multiply-adds along the value size', 2 * pairs * s.valueDim),
      item('Exponentials', pairs),
      ...traffic(attentionBackward.tensors(shape), dtype),
    ];
  },

  gates: attention.gates,
};
