/**
 * Scaled dot-product attention (Vaswani et al. 2017): o_i = sum_j p_ij v_j with p_i = softmax_j(scale q_i . k_j).
 *
 * q (batch, heads, queries, dim), k (batch, kvHeads, keys, dim), v (batch, kvHeads, keys, valueDim),
 * mask (1 or batch, 1 or heads, 1 or queries, keys), lengths (batch), o (batch, heads, queries, valueDim); row-major.
 * Query head h reads key head floor(h kvHeads / heads). In this order: scale, softcap, then what hides keys: mask,
 * length, causality, window. A hidden key changes nothing, whatever it holds; a query that sees no key gets zeros.
 *
 * A cache to which keys are appended is k and v with the new ones at their end: keys = past + new, queries = new, causal
 * with its default shift, so that the last query stands at the last key. A cache with room for more than it holds says
 * in `lengths` how many tokens it has: what lies beyond is never read into a sum, and one query for each sequence
 * (decoding) sees all that is there; several new queries then need causality with shift = length - keys.
 */
import { attentionInputs } from './attention-inputs.ts';
import { attentionJudge } from './attention-reference.ts';
import { attention as described } from './described/attention.ts';
import type { VerifiableOperation } from './types.ts';

export const attention: VerifiableOperation = {
  ...described,

  inputs: attentionInputs,

  judges: (problem, inputs, numerics) => [attentionJudge(problem, inputs, numerics)],
};
