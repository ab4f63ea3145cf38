/**
 * Reads the values of an address and collects one sentence for each that could not be used. An address has often been
 * through a mailer or a chat on its way here: what these do to it is undone without a word.
 */
import { withCommas } from '../../core/words.ts';
import type { Parameter } from '../../ops/types.ts';
import { near } from './near.ts';
import { parameterFault } from './parameter-fault.ts';

/** Keys that others add to links: they mean nothing to the page and are no fault of the reader's. */
const TRACKERS = /^(utm_.*|mc_.*|fbclid|gclid|dclid|msclkid|igshid|ref|ref_src|si)$/;
/** What a sentence or a pair of brackets leaves at the end of a link. */
const TRAILING = /[\s.,;:!?)\]}>"'*_’”]+$/;

type Named = { readonly id: string } | string;

export class Reader {
  /** What could not be used, and what stands in its place. */
  readonly notices: string[] = [];
  private readonly query = new Map<string, string>();
  /** The page's own: which view, which adapter to ask for, and whether the kernel is meant as saved. */
  private readonly known = new Set(['view', 'power', 'code']);
  /** Whether the address is about something that is not here, so that the rest of it means nothing. */
  private muted = false;

  constructor(search: string) {
    for (const [written, value] of new URLSearchParams(separated(search))) {
      // "&amp;" of a page whose source was copied.
      const key = written.replace(/^(amp;)+/, '');
      const text = decoded(value);
      const before = this.query.get(key);
      if (before === undefined) this.query.set(key, text);
      else if (before !== text) this.complain(`${key} is given twice: ${before} was used, ${text} was not.`);
    }
  }

  /** One sentence on what could not be used. */
  complain(notice: string): void {
    if (!this.muted) this.notices.push(notice);
  }

  /** The value as written, or null. A key that somebody has put into another case is the same one. */
  text(key: string): string | null {
    this.known.add(key);
    if (this.muted) return null;
    const same = (other: string): boolean => other.toLowerCase() === key.toLowerCase();
    const written = this.query.has(key) ? key : [...this.query.keys()].find(same);
    if (written === undefined) return null;
    this.known.add(written);
    return this.query.get(written) ?? null;
  }

  /** The value for which `parse` has something, as written or without what trails it; null where it has nothing. */
  parsed<T>(key: string, parse: (text: string) => T | undefined): T | null {
    const written = this.text(key);
    if (written === null) return null;
    return parse(written) ?? parse(trimmed(written)) ?? null;
  }

  /** The thing that a value names; `fallback` where it names none. `what` is e.g. "an operation here". */
  named<T extends Named>(key: string, things: readonly T[], fallback: T, what: string): T {
    const written = this.text(key);
    if (written === null) return fallback;
    const found = this.parsed(key, (text) => meant(text, things));
    if (found !== null) return found;
    const guess = near(written, things.map(idOf));
    const instead = `see ${idOf(fallback)} instead.`;
    this.complain(
      `${key}=${written} is not ${what}; ${guess === null ? `you ${instead}` : `did you mean ${guess}? You ${instead}`}`,
    );
    return fallback;
  }

  /** Whether the address names one of these, or leaves it open. */
  names(key: string, things: readonly Named[]): boolean {
    return this.text(key) === null || this.parsed(key, (text) => meant(text, things)) !== null;
  }

  /** What keys that begin so have behind that, with their values as written. */
  under(prefix: string): Readonly<Record<string, string>> {
    const keys = [...this.query.keys()].filter((key) => key.startsWith(prefix) && key !== prefix);
    return Object.fromEntries(keys.map((key) => [key.slice(prefix.length), this.text(key) ?? '']));
  }

  /** Keys that begin so belong to what has been complained about. */
  ignore(prefix: string): void {
    for (const key of this.query.keys()) if (key.startsWith(prefix)) this.known.add(key);
  }

  /** One complaint was enough: what else the address says belongs to what is not here, and is not read. */
  mute(): void {
    this.muted = true;
  }

  /** A parameter's value; `fallback` where there is none within its range. */
  parameter(parameter: Parameter, fallback: number): number {
    const value = this.number(parameter.key);
    if (value === null) return fallback;
    const fault = parameterFault(parameter, value);
    if (fault === null) return value;
    this.complain(
      `${parameter.key}=${this.text(parameter.key)} was not used: ${fault}; it is ${withCommas(fallback)}.`,
    );
    return fallback;
  }

  /** NaN where what is written is not a number, null where nothing is. */
  number(key: string): number | null {
    if (this.text(key) === null) return null;
    return (
      this.parsed(key, (text) => {
        const value = text.trim() === '' ? Number.NaN : Number(text);
        return Number.isNaN(value) ? undefined : value;
      }) ?? Number.NaN
    );
  }

  /** The id that a value names where only a later module has their list: in lower case, without what trails it; "" for none. */
  id(key: string): string {
    return (
      this.parsed(key, (text) => (/^[a-z0-9_-]+$/i.test(text) ? text.toLowerCase() : undefined)) ?? this.text(key) ?? ''
    );
  }

  /**
   * What the address has besides these keys, and besides which view and adapter it means: what other views show, as a query to
   * be carried along for the way back.
   */
  besides(own: readonly string[]): string {
    const keys = ['view', 'power', ...own];
    const others = [...this.query].filter(([key]) => !keys.includes(key.toLowerCase()) && !TRACKERS.test(key));
    return String(new URLSearchParams(others));
  }

  /** Names in one sentence what nothing has read. `what` is e.g. "a setting of this kernel". */
  rest(what: string): void {
    const left = [...this.query].filter(([key]) => !this.known.has(key) && !TRACKERS.test(key) && key !== '');
    if (left.length === 0) return;
    const [[key, value]] = left;
    this.complain(
      left.length === 1
        ? `${key}=${value} is not ${what} and was left out.`
        : `${left.map(([other]) => other).join(', ')} were left out: none of them is ${what}.`,
    );
  }
}

/** A value without what trails it in a sentence. */
export function trimmed(value: string): string {
  return value.trim().replace(TRAILING, '');
}

/** A link whose separators were percent-encoded, once or more often, has them back. */
function separated(search: string): string {
  return search
    .replace(/%(?:25)*26(?=(?:amp;)*[\w.]+(?:=|%(?:25)*3d))/gi, '&')
    .replace(/(^|[?&])((?:amp;)*[\w.]+)%(?:25)*3d/gi, '$1$2=');
}

/** A value that was encoded twice on its way still has its percent signs, which nothing here is written with. */
export function decoded(value: string): string {
  let text = value;
  for (let times = 0; times < 3 && /%[0-9a-f]{2}/i.test(text); times++) {
    try {
      text = decodeURIComponent(text);
    } catch {
      return text;
    }
  }
  return text;
}

/** By its name in any case, or, where it is numbered, by its number. */
function meant<T extends Named>(text: string, things: readonly T[]): T | undefined {
  const lower = text.toLowerCase();
  return (
    things.find((thing) => idOf(thing) === text) ??
    things.find((thing) => idOf(thing).toLowerCase() === lower) ??
    (/^\d+$/.test(text) ? things.find((thing) => idOf(thing).startsWith(`${text}_`)) : undefined)
  );
}

function idOf(thing: Named): string {
  return typeof thing === 'string' ? thing : thing.id;
}
