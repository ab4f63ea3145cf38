/** Logarithmic scales: their ends and their ticks. */

export type Domain = readonly [low: number, high: number];

/** Whole decades around the values, at least one, so that the scale seldom changes while values arrive. */
export function decades(values: readonly number[]): Domain | null {
  if (values.length === 0) return null;
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return [10 ** low, 10 ** high];
}

/** So many ticks at most that a linear scale of whole numbers has none between them. */
export function wholeTicks([low, high]: Domain, most: number): number {
  return Math.max(1, Math.min(10, most, Math.floor(high - low)));
}

/** Powers of ten from end to end; with 2 and 5 between them where they are few. */
export function ticks([low, high]: Domain): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const steps = last - first <= 1 ? [1, 2, 5] : [1];
  const found: number[] = [];
  for (let power = first; power <= last; power++) {
    for (const step of steps) {
      // 10 ** -2 * 2 and its like are off by a bit: the text of the number is what is meant.
      const tick = Number(`${step}e${power}`);
      if (tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9)) found.push(tick);
    }
  }
  return found;
}
