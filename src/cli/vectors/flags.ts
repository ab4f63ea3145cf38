/** Flags of the command line that belong to a form: what an `.npz` cannot say itself. */
import { Refusal } from '../../core/errors.ts';
import { type Arguments, parseNumber, wholeNumber } from '../args.ts';

export interface Flag {
  readonly name: string;
  /** What stands for its value in the help; null for a flag without one. */
  readonly value: string | null;
  readonly help: string;
  /** The number that it stands for, 1 for a flag without a value. Throws a `Refusal`. */
  read(text: string): number;
}

/** Numbers by flag; those that were not given are missing. */
export type FlagValues = Readonly<Partial<Record<string, number>>>;

export function toggle(name: string, help: string): Flag {
  return { name, value: null, help, read: () => 1 };
}

/** A whole number from `low` to 2^31. */
export function whole(name: string, low: number, help: string): Flag {
  return { name, value: 'N', help, read: (text) => wholeNumber(text, `--${name}`, low, 2 ** 31) };
}

/** Any number above 0. */
export function positive(name: string, help: string): Flag {
  const read = (text: string): number => {
    const number = parseNumber(text);
    if (number === undefined || number <= 0) throw new Refusal(`--${name} takes a number above 0, not "${text}".`);
    return number;
  };
  return { name, value: 'X', help, read };
}

/** Those that a command line gives. Throws a `Refusal`. */
export function readFlags(flags: readonly Flag[], args: Arguments): FlagValues {
  const given = flags.filter(({ name }) => args.has(name));
  return Object.fromEntries(given.map((flag) => [flag.name, flag.read(args.value(flag.name) ?? '')]));
}
