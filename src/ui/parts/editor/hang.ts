/** Wrapped lines of code go on under where their text begins, comments under the words and not under the slashes. */

/** Deeper indents hang no further. */
export const MOST_HANG = 48;

/** Columns by which a line that is too wide goes on further right than it begins. */
export function hangOf(line: string): number {
  const width = /^\s*(?:\/\/ ?)?/.exec(line)?.[0].length ?? 0;
  const hang = line.trimStart().startsWith('//') ? width : width + 2;
  return Math.min(hang, MOST_HANG);
}
