/** How long the rest of a batch takes, as far as the part that is done tells. */

/** Requests that were measured in one call, and how long that took. */
export interface Turn {
  readonly done: number;
  readonly seconds: number;
}

/** One turn says nothing of how much they differ. */
const LEAST_TURNS = 2;

/**
 * The shortest and the longest time that `left` more requests may take, in seconds: at the pace of the fastest turn so
 * far, and of the slowest. Requests of one batch differ by factors, so a single number would be a guess. Null while
 * there are too few turns to tell.
 */
export function timeLeft(turns: readonly Turn[], left: number): readonly [shortest: number, longest: number] | null {
  if (turns.length < LEAST_TURNS) return null;
  const paces = turns.map(({ done, seconds }) => seconds / done);
  return [left * Math.min(...paces), left * Math.max(...paces)];
}

/** "20 s to 2 min"; "about 20 s" where both ends say the same. */
export function timeLeftWords([shortest, longest]: readonly [number, number]): string {
  const low = rounded(shortest);
  const high = rounded(longest);
  return low === high ? `about ${high}` : `${low} to ${high}`;
}

/** "at most 25 s". */
export function atMostWords(seconds: number): string {
  return `at most ${rounded(seconds, Math.ceil)}`;
}

/** In steps that claim no more than is known: seconds, fives and tens of seconds, minutes. */
function rounded(seconds: number, round = Math.round): string {
  const step = seconds < 10 ? 1 : seconds < 30 ? 5 : 10;
  const near = Math.max(1, step * round(seconds / step));
  return near < 60 ? `${near} s` : `${round(seconds / 60)} min`;
}
