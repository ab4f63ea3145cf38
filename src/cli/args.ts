/**
 * Reading a command line: flags with their values, and the nearest alternative for whatever is misspelt.
 *
 * `parseArgs` of Node splits the words; the rules and the sentences are ours, since its own messages name neither the
 * nearest flag nor what would work. Everything thrown here is a `Refusal`.
 */
import { parseArgs } from 'node:util';
import { Refusal } from '../core/errors.ts';
import { withCommas } from '../core/words.ts';

export interface FlagSpec {
  /** A flag without a value. */
  readonly boolean?: true;
  /** May be given more than once. */
  readonly multiple?: true;
}
export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

export interface Arguments {
  readonly positionals: readonly string[];
  /** Every value that was given for a flag, in order; empty where it was not given. */
  values(flag: string): readonly string[];
  value(flag: string): string | undefined;
  has(flag: string): boolean;
}

/** Splits `argv` (without the command) into positional words and the flags of `specs`. Throws a `Refusal`. */
export function parseFlags(argv: readonly string[], specs: FlagSpecs): Arguments {
  const names = Object.keys(specs);
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    tokens: true,
    allowPositionals: true,
    options: Object.fromEntries(
      names.map((name) => [name, { type: specs[name].boolean ? 'boolean' : 'string', multiple: true }] as const),
    ),
  });
  const positionals: string[] = [];
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    if (!names.includes(name) || !rawName.startsWith('--')) {
      throw new Refusal(`There is no flag ${rawName}${didYouMean(name, names, '--')}`);
    }
    if (specs[name].boolean) {
      if (token.inlineValue) throw new Refusal(`--${name} takes no value; omit "=${value}".`);
    } else if (value === undefined || value === '' || (!token.inlineValue && value.startsWith('--'))) {
      throw new Refusal(`--${name} needs a value${value ? `, and "${value}" is the next flag` : ''}.`);
    }
    const values = given.get(name) ?? [];
    if (values.length > 0 && !specs[name].multiple && !specs[name].boolean) {
      throw new Refusal(`--${name} can be given once; here it is given as "${values[0]}" and as "${value}".`);
    }
    given.set(name, [...values, value ?? '']);
  }
  return {
    positionals,
    values: (flag) => given.get(flag) ?? [],
    value: (flag) => given.get(flag)?.[0],
    has: (flag) => given.has(flag),
  };
}

/** The file that a flag names in a command line that may not even parse, so that a refusal can be written there too. */
export function fileOf(argv: readonly string[], flag: '--json' | '--resume'): string | undefined {
  for (let i = 0; i < argv.length && argv[i] !== '--'; i++) {
    const inline = argv[i].startsWith(`${flag}=`) ? argv[i].slice(flag.length + 1) : undefined;
    const target = argv[i] === flag ? argv[i + 1] : inline;
    if (target && !target.startsWith('--')) return target;
  }
  return undefined;
}

/** A number as people write it: "512", "-3", "0.5", "1e-3". Not "", "0x10", "12px". */
export function parseNumber(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

/** A whole number from `low` to `high`, or a `Refusal` that names the flag. */
export function wholeNumber(text: string, flag: string, low: number, high: number): number {
  const number = parseNumber(text);
  if (number === undefined || !Number.isInteger(number) || number < low || number > high) {
    const range =
      high === Number.MAX_SAFE_INTEGER
        ? `of ${withCommas(low)} or more`
        : `from ${withCommas(low)} to ${withCommas(high)}`;
    throw new Refusal(`${flag} takes a whole number ${range}, not "${text}".`);
  }
  return number;
}

/** "KEY=v1,v2" into its key and its values. */
export function parseAssignment(text: string, flag: string): { key: string; values: string[] } {
  const equals = text.indexOf('=');
  const key = text.slice(0, equals).trim();
  const values = text
    .slice(equals + 1)
    .split(',')
    .map((value) => value.trim());
  if (equals < 1 || key === '' || values.some((value) => value === '')) {
    throw new Refusal(`${flag} takes KEY=VALUE${flag === '--set' ? ' or KEY=v1,v2,...' : ''}, not "${text}".`);
  }
  return { key, values };
}

/** "a=1,b=2" into pairs. */
export function parsePairs(text: string, flag: string): [key: string, value: string][] {
  return text.split(',').map((item) => {
    const { key, values } = parseAssignment(item, flag);
    return [key, values[0]];
  });
}

/** One of `choices` by its exact name, or a `Refusal` with the nearest. */
export function choose<T extends string>(text: string, choices: readonly T[], what: string): T {
  const found = choices.find((choice) => choice === text);
  if (found === undefined) throw new Refusal(`There is no ${what} "${text}"${didYouMean(text, choices)}`);
  return found;
}

/** The end of a message that says what there is instead: ": did you mean X?" or ": use X, Y or Z". */
export function didYouMean(word: string, choices: readonly string[], prefix = ''): string {
  if (choices.length === 0) return '';
  const near = nearest(word, choices);
  const list = choices.map((choice) => `${prefix}${choice}`);
  const all = list.length > 1 ? `${list.slice(0, -1).join(', ')} or ${list.at(-1)}` : list[0];
  if (near === undefined) return `: use ${all}`;
  return `: did you mean ${prefix}${near}${list.length > 1 && list.length <= 12 ? ` (there is ${all})` : ''}?`;
}

/** The choice that is fewest edits away, where that is near enough to be what was meant. */
export function nearest(word: string, choices: readonly string[]): string | undefined {
  const target = word.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 3)) + 1;
  for (const choice of choices) {
    const candidate = choice.toLowerCase();
    const contains = target.length >= 3 && (candidate.includes(target) || target.includes(candidate));
    const distance = contains ? 1 : edits(target, candidate);
    if (distance < bestDistance && distance < Math.max(target.length, candidate.length)) {
      best = choice;
      bestDistance = distance;
    }
  }
  return best;
}

/** The number among `choices` nearest to `value`. */
export function nearestNumber(value: number, choices: readonly number[]): number | undefined {
  return [...choices].sort((a, b) => Math.abs(a - value) - Math.abs(b - value))[0];
}

/** Optimal string alignment distance: insertions, deletions, substitutions, swaps of neighbours. */
function edits(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => new Array<number>(b.length + 1).fill(i));
  for (let j = 0; j <= b.length; j++) rows[0][j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      rows[i][j] = Math.min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        rows[i][j] = Math.min(rows[i][j], rows[i - 2][j - 2] + 1);
      }
    }
  }
  return rows[a.length][b.length];
}
