/** Lists and numbers in sentences. */

/** "4", "4 or 8", "4, 8 or 16"; "nothing" of nothing. */
export function either(values: readonly (number | string)[]): string {
  return values.length < 2 ? String(values[0] ?? 'nothing') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`;
}

/** "12,345", with every digit that the number has. */
export function withCommas(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 20 });
}
