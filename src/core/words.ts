/** Lists and numbers in sentences. */

/** "4", "4 or 8", "4, 8 or 16"; "nothing" of nothing. */
export function either(values: readonly (number | string)[]): string {
  return listed(values, 'or');
}

/** "4", "4 and 8", "4, 8 and 16"; "nothing" of nothing. */
export function both(values: readonly (number | string)[]): string {
  return listed(values, 'and');
}

function listed(values: readonly (number | string)[], word: string): string {
  return values.length < 2
    ? String(values[0] ?? 'nothing')
    : `${values.slice(0, -1).join(', ')} ${word} ${values.at(-1)}`;
}

/** "12,345", with every digit that the number has. */
export function withCommas(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 20 });
}

/** "12,345.7", with so many decimals. */
export function toDecimals(value: number, decimals: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
