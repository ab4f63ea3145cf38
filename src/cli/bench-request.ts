/** From the words of a `bench` command line to the requests it stands for. Everything thrown is a `Refusal`. */

import { Refusal } from '../core/errors.ts';
import { DTYPES } from '../core/format.ts';
import { withCommas } from '../core/words.ts';
import { kernelsOf, operations } from '../kernels/index.ts';
import { OWN } from '../kernels/own/index.ts';
import type { Kernel, KnobValue } from '../kernels/types.ts';
import { type Budget, FULL, QUICK, type Request } from '../lab/protocol.ts';
import { type Axis, sweep } from '../lab/sweep.ts';
import type { Operation, Parameter } from '../ops/types.ts';
import {
  type Arguments,
  choose,
  didYouMean,
  type FlagSpecs,
  nearestNumber,
  parseAssignment,
  parseNumber,
  parsePairs,
  wholeNumber,
} from './args.ts';
import { checkVolume, type EditedSource, editedSource, ownSource } from './edited-source.ts';
import { ALLOW_LONG } from './long-dispatch.ts';

export const BENCH_FLAGS: FlagSpecs = {
  kernel: { multiple: true },
  shape: { multiple: true },
  dtype: {},
  set: { multiple: true },
  host: {},
  adapter: {},
  limits: {},
  json: {},
  quick: { boolean: true },
  'no-race': { boolean: true },
  'repeat-kernel': {},
  [ALLOW_LONG]: { boolean: true },
  resume: {},
  samples: {},
  source: {},
  beside: { multiple: true },
  seed: {},
  input: {},
  tries: {},
  help: { boolean: true },
};

/** More variants than this are a slip of the keyboard rather than a sweep. */
const MOST_REQUESTS = 2000;

/** What a kernel is varied over: the axes with several values, in the order of the command line. */
export interface Sweep {
  readonly op: string;
  readonly kernel: string;
  readonly axes: readonly Axis[];
}

export interface BenchPlan {
  readonly requests: readonly Request[];
  readonly budget: Budget;
  /** Empty where nothing is varied. */
  readonly sweeps: readonly Sweep[];
  /** The text that stands in for the kernel's own; null where that runs as saved. */
  readonly edited: EditedSource | null;
}

/** Every variant that the command line asks for, operation by operation, kernel by kernel. */
export function benchPlan(args: Arguments): BenchPlan {
  const selected = selectOperations('bench', args.positionals, ['all']);
  const own = ownSource(args, selected);
  const kernels = own ? [own.kernel, ...beside(args, selected)] : selectKernels(selected, args.values('kernel'));
  if (!own && args.has('beside')) throw new Refusal('--beside belongs to a --source with a header, without --kernel.');
  const fixed = args.values('shape').flatMap((text) => parsePairs(text, '--shape'));
  const swept = args.values('set').map((text) => parseAssignment(text, '--set'));
  once([...fixed.map(([key]) => key), ...swept.map(({ key }) => key)], (key) => {
    return `; give all of its values in one --set ${key}=v1,v2`;
  });
  checkShapeKeys(selected, fixed);
  for (const { key, values } of swept) checkSwept(key, values, selected, kernels);
  const edited = own?.edited ?? editedSource(args, kernels);
  const common = commonFields(args, selected);
  const ownFields = own?.fields ?? (edited ? { source: edited.text } : {});
  const knobs = new Set(kernels.flatMap((kernel) => kernel.knobs.map(({ key }) => key)));
  const varied = kernels.map((kernel) => {
    const operation = selected.find(({ id }) => id === kernel.op) as Operation;
    const has = (key: string): boolean => operation.parameters.some((parameter) => parameter.key === key);
    const axes = swept.flatMap(({ key, values }): Axis[] => {
      if (kernel.knobs.some((knob) => knob.key === key)) {
        return [{ key, of: 'knob', values: distinct(values.map((text) => knobValue(kernel, key, text))) }];
      }
      // What is a knob of any kernel here is not taken for a size of the others.
      if (!has(key) || knobs.has(key)) return [];
      return [
        { key, of: 'shape', values: distinct(values.map((text) => shapeNumber(operation.parameters, key, text))) },
      ];
    });
    return { kernel, operation, has, axes };
  });
  const variants = varied.reduce(
    (sum, { axes }) => sum + axes.reduce((product, { values }) => product * values.length, 1),
    0,
  );
  if (variants > MOST_REQUESTS) {
    throw new Refusal(
      `That sweep has ${withCommas(variants)} variants; at most ${withCommas(MOST_REQUESTS)} are run at once.`,
    );
  }
  if (edited) checkVolume(edited, variants);
  const requests = varied.flatMap(({ kernel, operation, has, axes }) => {
    const shape = {
      ...(args.has('quick') ? operation.quick : {}),
      ...numbers(
        operation.parameters,
        fixed.filter(([key]) => has(key)),
      ),
    };
    // Shapes vary slowest: the variants of one problem are timed side by side.
    const ordered = [...axes.filter((axis) => axis.of === 'shape'), ...axes.filter((axis) => axis.of === 'knob')];
    const text = own && kernel !== own.kernel ? {} : ownFields;
    return sweep(
      { op: kernel.op, kernel: own?.kernel === kernel ? OWN : kernel.id, shape, knobs: {}, ...common, ...text },
      ordered,
    );
  });
  const sweeps = varied
    .map(({ kernel, axes }) => ({
      op: kernel.op,
      kernel: kernel.id,
      axes: axes.filter(({ values }) => values.length > 1),
    }))
    .filter(({ axes }) => axes.length > 0);
  return { requests, budget: budgetOf(args), sweeps, edited };
}

/** The kernels of the registry that are timed side by side with one of the user's own. */
function beside(args: Arguments, selected: readonly Operation[]): readonly Kernel[] {
  const names = args.values('beside');
  if (names.length === 0) return [];
  return selectKernels(selected, names.includes('all') ? [] : names);
}

/** The operations that the words of a command name: one, or all of them where `more` has "all". Throws a `Refusal`. */
export function selectOperations(
  command: string,
  words: readonly string[],
  more: readonly 'all'[] = [],
): readonly Operation[] {
  const names = [...operations.map(({ id }) => id), ...more];
  if (words.length === 0) throw new Refusal(`${command} needs an operation: one of ${names.join(', ')}.`);
  if (words.length > 1) {
    const or = more.length > 0 ? ' or "all"' : '';
    throw new Refusal(`${command} takes one operation${or}, not ${words.length}: "${words.join('", "')}".`);
  }
  const id = choose(words[0], names, 'operation');
  return id === 'all' ? operations : operations.filter((operation) => operation.id === id);
}

/** `--kernel` names a kernel by its whole id, its number, or a part that only one kernel of an operation has. */
export function selectKernels(selected: readonly Operation[], names: readonly string[]): readonly Kernel[] {
  const all = selected.flatMap(({ id }) => kernelsOf(id));
  if (all.length === 0) throw new Refusal(`${selected[0].id} has no kernels yet.`);
  if (names.length === 0) return all;
  const chosen = new Set<Kernel>();
  for (const name of names) {
    let found = 0;
    for (const { id } of selected) {
      const own = kernelsOf(id);
      const exact = own.filter((kernel) => kernel.id === name || kernel.id.split('_')[0] === name);
      const matches = exact.length > 0 ? exact : own.filter((kernel) => kernel.id.includes(name));
      if (matches.length > 1) {
        const list = matches.map((kernel) => kernel.id).join(', ');
        throw new Refusal(`--kernel ${name} could be ${list}; give the whole name or the number.`);
      }
      for (const kernel of matches) chosen.add(kernel);
      found += matches.length;
    }
    if (found === 0) {
      const of = selected.length === 1 ? `${selected[0].id} has no kernel` : 'There is no kernel';
      throw new Refusal(
        `${of} "${name}"${didYouMean(
          name,
          all.map((kernel) => kernel.id),
        )}`,
      );
    }
  }
  return all.filter((kernel) => chosen.has(kernel));
}

/** Throws a `Refusal` for a key that is given twice; `advice` says what to do instead. */
export function once(keys: readonly string[], advice: (key: string) => string = () => ''): void {
  const repeated = keys.find((key, at) => keys.indexOf(key) !== at);
  if (repeated !== undefined) throw new Refusal(`${repeated} is given twice${advice(repeated)}.`);
}

/** Throws a `Refusal` for a key that no operation has, or a value that is no number. */
export function checkShapeKeys(selected: readonly Operation[], pairs: readonly (readonly [string, string])[]): void {
  const parameters = selected.flatMap((operation) => operation.parameters);
  const keys = [...new Set(parameters.map(({ key }) => key))];
  for (const [key, text] of pairs) {
    if (!keys.includes(key)) {
      throw new Refusal(`${nameOf(selected)} no shape key "${key}"${didYouMean(key, keys)}`);
    }
    shapeNumber(parameters, key, text);
  }
}

/** Throws a `Refusal` for a key that is neither a knob nor a size, or a value that cannot be picked. */
export function checkSwept(
  key: string,
  values: readonly string[],
  selected: readonly Operation[],
  kernels: readonly Kernel[],
): void {
  const owners = kernels.filter((kernel) => kernel.knobs.some((knob) => knob.key === key));
  if (owners.length === 0) {
    const parameters = selected.flatMap((operation) => operation.parameters);
    const shapeKeys = parameters.map((parameter) => parameter.key);
    if (shapeKeys.includes(key)) {
      for (const text of values) shapeNumber(parameters, key, text);
      return;
    }
    const known = [...new Set([...kernels.flatMap(({ knobs }) => knobs.map((knob) => knob.key)), ...shapeKeys])];
    const who = kernels.length === 1 ? `${kernels[0].id} has` : 'These kernels have';
    throw new Refusal(`${who} no knob "${key}"${didYouMean(key, known)}`);
  }
  for (const text of values) {
    const legal = owners.flatMap((kernel) =>
      kernel.knobs.filter((knob) => knob.key === key).flatMap((knob) => knob.values),
    );
    if (legal.some((value) => String(value) === text || value === parseNumber(text))) continue;
    throw new Refusal(`${key} cannot be ${text}: ${nearLegal(text, [...new Set(legal)])}.`);
  }
}

function nearLegal(text: string, legal: readonly KnobValue[]): string {
  const list = legal.length <= 12 ? ` (there is ${legal.join(', ')})` : '';
  const number = parseNumber(text);
  const near =
    number === undefined
      ? undefined
      : nearestNumber(
          number,
          legal.filter((value) => typeof value === 'number'),
        );
  if (near !== undefined) return `the nearest that can be picked is ${near}${list}`;
  return `pick one of ${legal.slice(0, 12).join(', ')}`;
}

/** A choice may be named: mask=boolean is mask=1. */
function shapeNumber(parameters: readonly Parameter[], key: string, text: string): number {
  const choices = parameters.find((parameter) => parameter.key === key)?.choices;
  const named = choices?.indexOf(text.toLowerCase()) ?? -1;
  const number = named < 0 ? parseNumber(text) : named;
  if (number !== undefined) return number;
  throw new Refusal(
    choices ? `${key} is one of ${choices.join(', ')}, not "${text}".` : `${key} takes a number, not "${text}".`,
  );
}

export function numbers(
  parameters: readonly Parameter[],
  pairs: readonly (readonly [string, string])[],
): Record<string, number> {
  return Object.fromEntries(pairs.map(([key, text]) => [key, shapeNumber(parameters, key, text)]));
}

/** In the knob's own type: "8" is the number 8 where the knob has numbers. */
export function knobValue(kernel: Kernel, key: string, text: string): KnobValue {
  const knob = kernel.knobs.find((candidate) => candidate.key === key);
  const same = knob?.values.find((value) => String(value) === text || value === parseNumber(text));
  return same ?? parseNumber(text) ?? text;
}

export function commonFields(
  args: Arguments,
  selected: readonly Operation[],
): Pick<Request, 'dtype' | 'seed' | 'input'> {
  const dtype = args.value('dtype');
  const seed = args.value('seed');
  const input = args.value('input');
  const cases = [...new Set(selected.flatMap(({ inputCases }) => inputCases.map(({ id }) => id)))];
  return {
    dtype: dtype === undefined ? 'f32' : choose(dtype, DTYPES, 'dtype'),
    ...(seed === undefined ? {} : { seed: wholeNumber(seed, '--seed', 0, Number.MAX_SAFE_INTEGER) }),
    ...(input === undefined ? {} : { input: choose(input, cases, 'input case') }),
  };
}

function budgetOf(args: Arguments): Budget {
  const budget = args.has('quick') ? QUICK : FULL;
  const samples = args.value('samples');
  return samples === undefined ? budget : { ...budget, samples: wholeNumber(samples, '--samples', 0, 1000) };
}

function nameOf(selected: readonly Operation[]): string {
  return selected.length === 1 ? `${selected[0].id} has` : 'The operations have';
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
