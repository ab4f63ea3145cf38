/** Reads the values of an address and collects one sentence for each that could not be used. */
import { withCommas } from '../../core/words.ts';
import type { Parameter } from '../../ops/types.ts';

export class Reader {
  /** What could not be used, and what stands in its place. */
  readonly notices: string[] = [];
  private readonly query: URLSearchParams;
  /** The page's own: which view, which adapter to ask for, and whether the kernel is meant as saved. */
  private readonly known = new Set(['view', 'power', 'code']);

  constructor(search: string) {
    this.query = new URLSearchParams(search);
  }

  has(key: string): boolean {
    return this.query.has(key);
  }

  /** The value as written, or null. */
  text(key: string): string | null {
    this.known.add(key);
    return this.query.get(key);
  }

  /** The thing that a value names; `fallback` where it names none. `what` is e.g. "an operation here". */
  named<T extends { readonly id: string } | string>(key: string, things: readonly T[], fallback: T, what: string): T {
    const written = this.text(key);
    if (written === null) return fallback;
    const found = things.find((thing) => idOf(thing) === written);
    if (found === undefined) this.notices.push(`${key}=${written} is not ${what}; you see ${idOf(fallback)} instead.`);
    return found ?? fallback;
  }

  /** A parameter's value; `fallback` where there is none within its range. */
  parameter(parameter: Parameter, fallback: number): number {
    const value = this.number(parameter.key);
    if (value === null) return fallback;
    const fault = parameterFault(parameter, value);
    if (fault === null) return value;
    this.notices.push(
      `${parameter.key}=${this.text(parameter.key)} was not used: ${fault}; it is ${withCommas(fallback)}.`,
    );
    return fallback;
  }

  /** NaN where what is written is no number, null where nothing is. */
  number(key: string): number | null {
    const written = this.text(key);
    if (written === null) return null;
    return written.trim() === '' ? Number.NaN : Number(written);
  }

  /** Names what nothing has read. `what` is e.g. "a setting of this kernel". */
  rest(what: string): void {
    for (const key of new Set(this.query.keys())) {
      if (!this.known.has(key)) this.notices.push(`${key}=${this.query.get(key)} is not ${what} and was left out.`);
    }
  }
}

/** Why a parameter cannot have this value, or null where it can. */
export function parameterFault(parameter: Parameter, value: number): string | null {
  const { min, max, kind, choices } = parameter;
  const range = choices
    ? choices.map((word, at) => `${at} (${word})`).join(' or ')
    : kind === 'flag'
      ? '0 or 1'
      : `${kind === 'size' ? 'a whole number' : 'a number'} from ${withCommas(min)} to ${withCommas(max)}`;
  const fits = Number.isFinite(value) && value >= min && value <= max && (kind === 'real' || Number.isInteger(value));
  return fits ? null : `${parameter.title} must be ${range}`;
}

function idOf(thing: { readonly id: string } | string): string {
  return typeof thing === 'string' ? thing : thing.id;
}
