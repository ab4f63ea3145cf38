/** Seeded inputs of attention's backward pass, and what judges its results; `described/attention-backward.ts` says what is computed. */
import { Random } from '../core/random.ts';
import { backwardJudges } from './attention-backward-reference.ts';
import { attentionInputs, poisonBlind } from './attention-inputs.ts';
import { columnScales, scaleColumns } from './attention-rows.ts';
import { attentionShape } from './attention-shape.ts';
import { attentionBackward as described } from './described/attention-backward.ts';
import { normals } from './inputs.ts';
import type { VerifiableOperation } from './types.ts';

export const attentionBackward: VerifiableOperation = {
  ...described,

  inputs(problem) {
    const s = attentionShape(problem.shape);
    const { batch, heads, queries, valueDim } = s;
    const random = new Random(problem.seed, 'g');
    const g = normals(random, batch * heads * queries * valueDim, problem.dtype);
    // One element alone in each row: g . v is then one product, known to the last bit but one, and a sum of dV has few terms.
    for (let at = 0; problem.input === 'mixed' && at < g.length; at += valueDim) {
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
    const inputs = attentionInputs(problem);
    if (problem.input === 'padding') poisonBlind(s, g, valueDim, inputs);
    return { ...inputs, g };
  },

  judges: backwardJudges,
};
