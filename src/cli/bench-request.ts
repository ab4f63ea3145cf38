/** From the words of a `bench` command line to the requests it stands for. Everything thrown is a `Refusal`. */
import type { DType } from '../core/dtype.ts';
import { Refusal } from '../core/errors.ts';
import { kernelsOf, operations } from '../kernels/index.ts';
import type { Kernel, Knobs, KnobValue } from '../kernels/types.ts';
import { type Budget, FULL, QUICK, type Request } from '../lab/protocol.ts';
import type { Operation } from '../ops/types.ts';
import {
  type Arguments,
  choose,
  didYouMean,
  type FlagSpecs,
  group,
  nearestNumber,
  parseAssignment,
  parseNumber,
  parsePairs,
  wholeNumber,
} from './args.ts';

export const BENCH_FLAGS: FlagSpecs = {
  kernel: { multiple: true },
  shape: { multiple: true },
  dtype: {},
  set: { multiple: true },
  host: {},
  adapter: {},
  json: {},
  quick: { boolean: true },
  samples: {},
  seed: {},
  input: {},
  help: { boolean: true },
};

const DTYPES: readonly DType[] = ['f32', 'f16'];
/** More variants than this are a slip of the keyboard rather than a sweep. */
const MOST_REQUESTS = 2000;

export interface BenchPlan {
  readonly requests: readonly Request[];
  readonly budget: Budget;
}

/** Every variant that the command line asks for, operation by operation, kernel by kernel. */
export function benchPlan(args: Arguments): BenchPlan {
  const selected = selectOperations(args.positionals);
  const kernels = selectKernels(selected, args.values('kernel'));
  const fixed = args.values('shape').flatMap((text) => parsePairs(text, '--shape'));
  const swept = args.values('set').map((text) => parseAssignment(text, '--set'));
  const repeated = [...fixed.map(([key]) => key), ...swept.map(({ key }) => key)].find(
    (key, at, keys) => keys.indexOf(key) !== at,
  );
  if (repeated !== undefined)
    throw new Refusal(`${repeated} is given twice; give all of its values in one --set ${repeated}=v1,v2.`);
  checkShapeKeys(selected, fixed);
  const knobs = kernels.flatMap((kernel) => kernel.knobs);
  for (const { key, values } of swept) checkSwept(key, values, selected, kernels);
  const common = commonFields(args, selected);
  const axes = kernels.map((kernel) => {
    const operation = selected.find(({ id }) => id === kernel.op) as Operation;
    const has = (key: string): boolean => operation.parameters.some((parameter) => parameter.key === key);
    const shapes = swept.filter(({ key }) => has(key) && !knobs.some((knob) => knob.key === key));
    const settings = swept.filter(({ key }) => kernel.knobs.some((knob) => knob.key === key));
    return { kernel, operation, has, shapes, settings };
  });
  const variants = axes.reduce(
    (sum, { shapes, settings }) =>
      sum + [...shapes, ...settings].reduce((product, { values }) => product * values.length, 1),
    0,
  );
  if (variants > MOST_REQUESTS) {
    throw new Refusal(`That sweep has ${group(variants)} variants; at most ${group(MOST_REQUESTS)} are run at once.`);
  }
  const requests = axes.flatMap(({ kernel, operation, has, shapes, settings }) => {
    const start = args.has('quick') ? operation.quick : {};
    return product(shapes).flatMap((shape) =>
      product(settings).map(
        (setting): Request => ({
          op: kernel.op,
          kernel: kernel.id,
          shape: { ...start, ...numbers([...fixed.filter(([key]) => has(key)), ...Object.entries(shape)]) },
          knobs: Object.fromEntries(
            Object.entries(setting).map(([key, text]) => [key, knobValue(kernel, key, text)]),
          ) as Knobs,
          ...common,
        }),
      ),
    );
  });
  return { requests, budget: budgetOf(args) };
}

function selectOperations(words: readonly string[]): readonly Operation[] {
  const ids = operations.map(({ id }) => id);
  if (words.length === 0) throw new Refusal(`bench needs an operation: one of ${[...ids, 'all'].join(', ')}.`);
  if (words.length > 1) {
    throw new Refusal(`bench takes one operation or "all", not ${words.length}: "${words.join('", "')}".`);
  }
  const id = choose(words[0], [...ids, 'all'], 'operation');
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

function checkShapeKeys(selected: readonly Operation[], pairs: readonly (readonly [string, string])[]): void {
  const parameters = selected.flatMap((operation) => operation.parameters);
  const keys = [...new Set(parameters.map(({ key }) => key))];
  for (const [key, text] of pairs) {
    if (!keys.includes(key)) {
      throw new Refusal(`${nameOf(selected)} no shape key "${key}"${didYouMean(key, keys)}`);
    }
    shapeNumber(key, text);
  }
}

function checkSwept(
  key: string,
  values: readonly string[],
  selected: readonly Operation[],
  kernels: readonly Kernel[],
): void {
  const owners = kernels.filter((kernel) => kernel.knobs.some((knob) => knob.key === key));
  if (owners.length === 0) {
    const shapeKeys = selected.flatMap(({ parameters }) => parameters.map((parameter) => parameter.key));
    if (shapeKeys.includes(key)) {
      for (const text of values) shapeNumber(key, text);
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

function shapeNumber(key: string, text: string): number {
  const number = parseNumber(text);
  if (number === undefined) throw new Refusal(`${key} takes a number; "${text}" is none.`);
  return number;
}

function numbers(pairs: readonly (readonly [string, string])[]): Record<string, number> {
  return Object.fromEntries(pairs.map(([key, text]) => [key, shapeNumber(key, text)]));
}

/** In the knob's own type: "8" is the number 8 where the knob has numbers. */
function knobValue(kernel: Kernel, key: string, text: string): KnobValue {
  const knob = kernel.knobs.find((candidate) => candidate.key === key);
  const same = knob?.values.find((value) => String(value) === text || value === parseNumber(text));
  return same ?? parseNumber(text) ?? text;
}

function commonFields(args: Arguments, selected: readonly Operation[]): Pick<Request, 'dtype' | 'seed' | 'input'> {
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

/** Every choice of one value a key. */
function product(
  axes: readonly { readonly key: string; readonly values: readonly string[] }[],
): Record<string, string>[] {
  return axes.reduce<Record<string, string>[]>(
    (rows, { key, values }) => rows.flatMap((row) => [...new Set(values)].map((value) => ({ ...row, [key]: value }))),
    [{}],
  );
}
