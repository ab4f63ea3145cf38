/**
 * Checks of what a file holds, small enough to travel with the page: each says whether a value of unknown origin has a
 * form. The JSON Schemas in bench/ say the same and more; tests hold the two against each other.
 */

export type Check = (value: unknown) => boolean;
export type Fields = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const text: Check = (value) => typeof value === 'string';
export const flag: Check = (value) => typeof value === 'boolean';
export const number: Check = (value) => typeof value === 'number' && Number.isFinite(value);
/** A whole number from 0 up. */
export const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const positive: Check = (value) => number(value) && (value as number) > 0;

/** One of these strings. */
export const word =
  (...words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string);

export const either =
  (...checks: readonly Check[]): Check =>
  (value) =>
    checks.some((check) => check(value));

export const orNull = (check: Check): Check => either((value) => value === null, check);

export const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

/** An object whose values all pass, whatever their names. */
export const table =
  (check: Check): Check =>
  (value) =>
    isRecord(value) && Object.values(value).every(check);

/** An object with at least these fields; of the optional ones each that is there must pass. */
export const fields =
  (required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check =>
  (value) =>
    isRecord(value) &&
    Object.entries(required).every(([name, check]) => check(value[name])) &&
    Object.entries(optional).every(([name, check]) => value[name] === undefined || check(value[name]));

/** [low, high], or null. */
export const interval: Check = orNull(
  (value) => Array.isArray(value) && value.length === 2 && value.every(number) && value[0] <= value[1],
);
