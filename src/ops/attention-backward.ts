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
import { Random } from '../core/random.ts';
import { backwardJudges } from './attention-backward-reference.ts';
import { attentionInputs } from './attention-inputs.ts';
import { columnScales, scaleColumns } from './attention-rows.ts';
import { attentionShape } from './attention-shape.ts';
import { attentionBackward as described } from './described/attention-backward.ts';
import { normals } from './inputs.ts';
import type { VerifiableOperation } from './types.ts';

export const attentionBackward: VerifiableOperation = {
  ...described,

  inputs(problem) {
    const { batch, heads, queries, valueDim } = attentionShape(problem.shape);
    const random = new Random(problem.seed, 'g');
    const g = normals(random, batch * heads * queries * valueDim, problem.dtype);
    // One element alone in every other row: g . v is then one product, known to the last bit but one.
    for (let at = 0; problem.input === 'mixed' && at < g.length; at += 2 * valueDim) {
      const kept = at + random.integer(0, valueDim - 1);
      const value = g[kept];
      g.fill(0, at, at + valueDim);
      g[kept] = value;
    }
    if (problem.input === 'mixed') {
      scaleColumns(
        g,
        0,
        g.length / valueDim,
        columnScales(valueDim, problem.dtype, problem.seed).map((scale) => 1 / scale),
      );
    }
    return { ...attentionInputs(problem), g };
  },

  judges: backwardJudges,
};
