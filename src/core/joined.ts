/** Several verdicts as one: on the outputs of a kernel, or on the problems that a case was split into. */
import type { Verdict } from './judge.ts';
import { withCommas } from './words.ts';

export type Judged = Omit<Verdict, 'gates'>;

/** Right where all are; its worst element, ratio and reason are those of the worst. Takes at least one. */
export function joined(verdicts: readonly Judged[]): Judged {
  const worst = verdicts[worstOf(verdicts)];
  if (verdicts.length === 1) return worst;
  const sum = (pick: (verdict: Judged) => number): number =>
    verdicts.reduce((total, verdict) => total + pick(verdict), 0);
  const [checked, total] = [sum((verdict) => verdict.checked), sum((verdict) => verdict.total)];
  return {
    ...worst,
    correct: verdicts.every(({ correct }) => correct),
    checked,
    total,
    method: checked === total ? `all ${withCommas(total)}` : `${withCommas(checked)} of ${withCommas(total)}`,
  };
}

/** Place of the verdict with the largest ratio, the first of several. */
export function worstOf(verdicts: readonly Judged[]): number {
  return verdicts.reduce((most, { ratio }, at) => (Number(ratio) > Number(verdicts[most].ratio) ? at : most), 0);
}
