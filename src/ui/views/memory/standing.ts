/** How a probe stands on one device: in the list of probes, and over its rows. */
import type { TemplateResult } from 'lit';
import type { ProbeResult } from '../../../lab/probe-result.ts';
import * as icons from '../../look/icons.ts';
import { STATES, type State } from '../../look/states.ts';

export interface Standing {
  /** Whose colour it has. */
  readonly look: State;
  readonly icon: TemplateResult;
  readonly word: string;
}

/** `result` of this device, or of a recording; undefined where it has none. */
export function standingOf(result: ProbeResult | null | undefined, isRunning: boolean): Standing {
  const state = result?.status ?? (isRunning ? 'running' : 'idle');
  if (!result || state !== 'correct') return { look: state, ...STATES[state] };
  const { rows, found } = result;
  const outside = found.filter((one) => one.outside).length;
  if (outside > 0)
    return { look: 'unresolved', icon: icons.alert, word: `${outside} of ${found.length} outside what is specified` };
  if (rows.some(({ check }) => check === 'before'))
    return { look: 'unresolved', icon: icons.alert, word: 'cut short, and not checked after timing' };
  // Where no output was compared with what it should be, none was correct.
  if (rows.every(({ check }) => check === 'none')) return { look: 'idle', icon: icons.check, word: 'measured' };
  return { look: state, ...STATES[state] };
}

/** A probe of a recorded device of which it is not known yet whether it has run it. */
export const LOADING: Standing = { look: 'idle', icon: icons.ring, word: 'loading' };

/** A probe that a recorded device has not run. */
export const NOT_RUN: Standing = { look: 'idle', icon: icons.ring, word: 'not run there' };
