/** The name that somebody may have meant. */

/** Farther from every name than this share of its letters, a text is no slip of the keyboard. */
const MOST = 0.4;

/** The name with the fewest letters to change, in any case; null where none is near. */
export function near(text: string, names: readonly string[]): string | null {
  const ranked = names
    .map((name) => ({ name, steps: distance(text.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.steps - b.steps);
  const [best] = ranked;
  return best && best.steps <= MOST * best.name.length ? best.name : null;
}

/** Letters to insert, remove or replace (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
