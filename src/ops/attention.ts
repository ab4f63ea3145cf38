/** Seeded inputs of attention, and what judges its results; `described/attention.ts` says what is computed. */
import { attentionInputs } from './attention-inputs.ts';
import { attentionJudge } from './attention-reference.ts';
import { attention as described } from './described/attention.ts';
import type { VerifiableOperation } from './types.ts';

export const attention: VerifiableOperation = {
  ...described,

  inputs: attentionInputs,

  judges: (problem, inputs, numerics) => [attentionJudge(problem, inputs, numerics)],
};
