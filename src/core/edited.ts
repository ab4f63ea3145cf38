/** Small changes of a text, such as a fault planted in a kernel or a line taken out of it. */
import { Failure } from './errors.ts';

/** A piece of the text that occurs exactly once, and what replaces it. */
export type Edit = readonly [find: string, replace: string];

/** The text with the edits made in their order. Throws a `Failure` ('internal') unless each piece occurs exactly once by then. */
export function edited(text: string, ...edits: readonly Edit[]): string {
  return edits.reduce((all, [find, replace]) => {
    const parts = all.split(find);
    if (parts.length !== 2)
      throw new Failure(
        'internal',
        `"${find}" occurs ${parts.length - 1} times in the text to edit, and must occur once`,
      );
    return parts.join(replace);
  }, text);
}
