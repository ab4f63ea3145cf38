/** Two texts line by line: what was removed, what was added, and the lines around that. */

export interface DiffLine {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
  /** Counted from 1 in the first and in the second text; null where it is not in it. */
  readonly before: number | null;
  readonly after: number | null;
}

/** Unchanged lines that are kept before and after a change. */
const AROUND = 2;

/**
 * The changes from one text to another by their longest common subsequence of lines (Wagner and Fischer 1974), with two
 * lines around each; null stands for lines that are left out. Nothing where the texts are equal.
 */
export function lineDiff(before: string, after: string): readonly (DiffLine | null)[] {
  const all = allLines(before.split('\n'), after.split('\n'));
  const changed = all.flatMap(({ kind }, at) => (kind === 'same' ? [] : [at]));
  const isNear = (at: number): boolean => changed.some((other) => Math.abs(other - at) <= AROUND);
  const kept: (DiffLine | null)[] = [];
  for (const [at, line] of all.entries()) {
    if (isNear(at)) kept.push(line);
    else if (kept.length > 0 && kept.at(-1) !== null) kept.push(null);
  }
  if (kept.at(-1) === null) kept.pop();
  return kept;
}

function allLines(a: readonly string[], b: readonly string[]): readonly DiffLine[] {
  let head = 0;
  while (head < Math.min(a.length, b.length) && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  const [rows, columns] = [a.length - head - tail, b.length - head - tail];
  const width = columns + 1;
  // length[i * width + j]: of the longest common subsequence of what follows line i of one and line j of the other.
  const length = new Uint32Array((rows + 1) * width);
  for (let i = rows - 1; i >= 0; i--)
    for (let j = columns - 1; j >= 0; j--)
      length[i * width + j] =
        a[head + i] === b[head + j]
          ? length[(i + 1) * width + j + 1] + 1
          : Math.max(length[(i + 1) * width + j], length[i * width + j + 1]);
  const lines: DiffLine[] = [];
  const same = (i: number, j: number): void => {
    lines.push({ kind: 'same', text: a[i], before: i + 1, after: j + 1 });
  };
  for (let at = 0; at < head; at++) same(at, at);
  let [i, j] = [0, 0];
  while (i < rows || j < columns) {
    if (i < rows && j < columns && a[head + i] === b[head + j]) same(head + i++, head + j++);
    else if (j >= columns || (i < rows && length[(i + 1) * width + j] >= length[i * width + j + 1])) {
      lines.push({ kind: 'removed', text: a[head + i], before: head + i + 1, after: null });
      i++;
    } else {
      lines.push({ kind: 'added', text: b[head + j], before: null, after: head + j + 1 });
      j++;
    }
  }
  for (let at = 0; at < tail; at++) same(a.length - tail + at, b.length - tail + at);
  return lines;
}
