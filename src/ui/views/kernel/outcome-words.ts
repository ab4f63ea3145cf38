/** What the kernel view says of an outcome in brief: beside Run, and to a screen reader. */
import type { Knob } from '../../../kernels/types.ts';
import { verdictWords } from '../../../lab/outcome.ts';
import type { Phase } from '../../../lab/protocol.ts';
import type { Result } from '../../../lab/result.ts';
import { capital, duration, figureText, stopped } from '../../look/format.ts';
import { STATES } from '../../look/states.ts';
import type { Ended } from '../../parts/ts-run-bar.ts';
import type { Entry } from '../../state/ledger.ts';
import { startWords } from '../../state/lock.ts';
import type { Outcome } from '../../state/outcome.ts';
import { ruleText } from '../../state/titles.ts';

/** How the result shown was measured. */
export function noteOn({ among, budget, tookMs }: Entry): string {
  if (among > 1) return `${budget} effort, one of ${among}`;
  if (tookMs === null) return '';
  return `finished in ${figureText(duration(tookMs * 1e6))}${budget === 'full' ? '' : `, ${budget} effort`}`;
}

/** The verdict in brief, for the bar, which stays visible when the verdict itself has scrolled away. */
export function verdictOf(outcome: Outcome): Ended | null {
  if (outcome.state === 'idle' || outcome.state === 'running') return null;
  const word = 'result' in outcome ? verdictWords(outcome.result) : STATES[outcome.state].word;
  const median = 'result' in outcome ? outcome.result.time?.medianNs : null;
  return { state: outcome.state, word: capital(word), time: median ? figureText(duration(median)) : '' };
}

/** How far a run got that has a verdict: a wrong output is not timed. */
export function phaseReached({ state }: Outcome): Phase | null {
  return state === 'correct' ? 'verify again' : state === 'wrong' ? 'verify' : null;
}

/** What a screen reader hears when a run waits or starts (`waits` is of the one in progress), and when it ends. */
export function announcement(outcome: Outcome, waits: boolean | null, knobs: readonly Knob[]): string {
  switch (outcome.state) {
    case 'idle':
      return '';
    case 'running':
      return startWords(waits);
    case 'refused':
      return `Refused: ${ruleText(outcome.rule, knobs)}`;
    case 'failed':
      return stopped(`Failed: ${outcome.reason}`);
    case 'correct':
    case 'wrong':
      return spoken(outcome.result);
    default:
      return outcome satisfies never;
  }
}

function spoken(result: Result): string {
  const { status, reason, time: measured } = result;
  const verdict = capital(verdictWords(result));
  if (status === 'wrong') return stopped(`${verdict}: ${reason}`);
  if (measured?.medianNs) return `${verdict}. ${figureText(duration(measured.medianNs))} a dispatch.`;
  return measured ? `${verdict}. The time is unresolved.` : `${verdict}.`;
}
