/**
 * Which lesson is open, and its form in the address bar:
 *
 *   ?view=learn&lesson=coalescing
 *
 * Which lessons there are is known only once the view is loaded.
 */
import { Reader } from '../../state/reader.ts';
import { type Parsed, search } from '../../state/settings.ts';

export interface LearnSettings {
  /** Id of a lesson; "" for the front door. */
  readonly lesson: string;
  /** What other views show, as their part of the address: carried along for the way back. */
  readonly elsewhere: string;
}

export function learnFromSearch(address: string): Parsed<LearnSettings> {
  const reader = new Reader(address);
  const settings = { lesson: reader.id('lesson'), elsewhere: reader.besides(['lesson']) };
  return { settings, notices: reader.notices };
}

export function learnSearch({ lesson, elsewhere }: LearnSettings): string {
  return search([
    ['view', 'learn'],
    ...new URLSearchParams(elsewhere),
    ...(lesson === '' ? [] : [['lesson', lesson] as const]),
  ]);
}
