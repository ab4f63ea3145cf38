/** What can be true of one measurement among many, by icon and by word. */
import type { TemplateResult } from 'lit';
import type { Result } from '../../lab/result.ts';
import * as icons from './icons.ts';

export type State = 'idle' | 'running' | 'correct' | 'unresolved' | 'wrong' | 'refused' | 'withheld' | 'failed';

export const STATES: Readonly<Record<State, { readonly icon: TemplateResult; readonly word: string }>> = {
  idle: { icon: icons.ring, word: 'not run yet' },
  running: { icon: icons.bar, word: 'running' },
  correct: { icon: icons.check, word: 'correct' },
  unresolved: { icon: icons.question, word: 'unresolved' },
  wrong: { icon: icons.cross, word: 'wrong' },
  refused: { icon: icons.dash, word: 'refused' },
  withheld: { icon: icons.question, word: 'withheld' },
  failed: { icon: icons.alert, word: 'failed' },
};

/** `isRefused` before a run; `isRunning` while there is no result. */
export function stateOf(result: Result | undefined, isRefused: boolean, isRunning: boolean): State {
  if (result?.status === 'correct' && result.time?.medianNs === null) return 'unresolved';
  return result?.status ?? (isRefused ? 'refused' : isRunning ? 'running' : 'idle');
}
