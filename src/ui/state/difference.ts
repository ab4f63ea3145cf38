/** An edit in a few words, so that a reader can tell one edited run from another. */

export interface Difference {
  /** Of the first changed line, counted from 1 in the edited text. */
  readonly line: number;
  /** The line as edited, without its indentation; "" where it was only removed. */
  readonly text: string;
  /** Lines of the edited text that differ besides it. */
  readonly more: number;
}

/** Where two texts differ; null where they do not. */
export function difference(saved: string, edited: string): Difference | null {
  if (saved === edited) return null;
  const before = saved.split('\n');
  const after = edited.split('\n');
  let first = 0;
  while (first < before.length && before[first] === after[first]) first++;
  let same = 0;
  const most = Math.min(before.length, after.length) - first;
  while (same < most && before[before.length - 1 - same] === after[after.length - 1 - same]) same++;
  const changed = after.slice(first, after.length - same);
  return { line: first + 1, text: changed[0]?.trim() ?? '', more: Math.max(0, changed.length - 1) };
}
