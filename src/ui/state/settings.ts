/**
 * What the reader has chosen, and its form in the address bar. The address is the state; what is at its default is
 * left out, so that a link is short enough to read.
 *
 *   ?op=neuron&kernel=3_column_major&neurons=4096&set.WORKGROUP=128
 */
import type { DType } from '../../core/format.ts';
import type { Quantity } from '../../core/quantity.ts';
import { findKernel, kernelsOf, operations } from '../../kernels/index.ts';
import type { Kernel, Knobs, KnobValue } from '../../kernels/types.ts';
import type { Request } from '../../lab/protocol.ts';
import type { Operation, Problem, Shape } from '../../ops/types.ts';
import type { Reader } from './reader.ts';

export interface Settings extends Problem {
  readonly kernel: string;
  readonly knobs: Knobs;
}

export const DEFAULT_SEED = 1;
export const KNOB_PREFIX = 'set.';

/** Operations that some kernel computes. */
export const playable: readonly Operation[] = operations.filter(({ id }) => kernelsOf(id).length > 0);

export function operationOf({ op }: Pick<Problem, 'op'>): Operation {
  return playable.find(({ id }) => id === op) ?? playable[0];
}

export function kernelOf(settings: Settings): Kernel {
  return findKernel(settings.op, settings.kernel) ?? firstKernel(settings.op);
}

/** What a problem asks of every kernel; nothing where there is no problem. */
export function quantitiesOf(problem: Problem | null): readonly Quantity[] {
  return problem ? operationOf(problem).quantities(problem.shape, problem.dtype) : [];
}

/** A kernel's place in the reading order; 0 for one that only chooses among the others. */
export function numberOf(kernel: Kernel): number {
  return Number.parseInt(kernel.id, 10);
}

/** Where a reader starts: the kernel that says so, or the first with a lesson of its own. */
function firstKernel(op: string): Kernel {
  const kernels = kernelsOf(op);
  return kernels.find(({ start }) => start) ?? kernels.find((kernel) => numberOf(kernel) > 0) ?? kernels[0];
}

/** Storage types that at least one kernel of an operation takes. */
export function dtypesOf(operation: Operation): readonly DType[] {
  return [...new Set(kernelsOf(operation.id).flatMap(({ dtypes }) => dtypes))];
}

/** The operation's worked example on the kernel that a reader starts with, or on the one given. */
export function defaults(operation: Operation = playable[0], kernel: Kernel = firstKernel(operation.id)): Settings {
  return {
    ...defaultProblem(operation, kernel.dtypes),
    kernel: kernel.id,
    knobs: defaultKnobs(kernel),
  };
}

/** The operation's worked example: in f32 on every device, so that a class compares the same thing. */
export function defaultProblem(operation: Operation, dtypes: readonly DType[]): Problem {
  return {
    op: operation.id,
    shape: { ...defaultShape(operation), ...operation.presets[0]?.shape },
    dtype: dtypes.includes('f32') ? 'f32' : dtypes[0],
    seed: DEFAULT_SEED,
    input: operation.inputCases[0].id,
  };
}

export function defaultShape(operation: Operation): Shape {
  return Object.fromEntries(operation.parameters.map((parameter) => [parameter.key, parameter.default]));
}

export function defaultKnobs(kernel: Kernel): Knobs {
  return Object.fromEntries(kernel.knobs.map((knob) => [knob.key, knob.default]));
}

/** A problem on a kernel with its own knobs. */
export function onKernel(problem: Problem, kernel: Kernel): Settings {
  return { ...problem, kernel: kernel.id, knobs: defaultKnobs(kernel) };
}

/**
 * The same problem on another kernel. Knobs that the reader has turned are kept where the other one offers the value;
 * the rest take its own defaults, since what one kernel starts from another may refuse.
 */
export function withKernel(settings: Settings, kernel: Kernel): Settings {
  const before = defaultKnobs(kernelOf(settings));
  const knobs = kernel.knobs.map((knob) => {
    const held = settings.knobs[knob.key];
    const kept = held !== undefined && held !== before[knob.key] && knob.values.includes(held);
    return [knob.key, kept ? held : knob.default] as const;
  });
  const dtype = kernel.dtypes.includes(settings.dtype) ? settings.dtype : kernel.dtypes[0];
  return { ...settings, kernel: kernel.id, dtype, knobs: Object.fromEntries(knobs) };
}

export function isSeed(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

export function toRequest(settings: Settings, source?: string): Request {
  return source === undefined ? settings : { ...settings, source };
}

/** Whether two settings ask for the same output, by whatever kernel and knobs. */
export function sameProblem(a: Problem, b: Problem): boolean {
  const keys = Object.keys(a.shape);
  const isAlike = a.op === b.op && a.dtype === b.dtype && a.seed === b.seed && a.input === b.input;
  return isAlike && keys.every((key) => a.shape[key] === b.shape[key]);
}

export type Pairs = readonly (readonly [key: string, value: string | number])[];

/** Pairs as the query part of an address, "?" included. */
export function search(pairs: Pairs): string {
  return `?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]))}`;
}

/** What is not as the operation's worked example has it. */
export function problemPairs(problem: Problem): Pairs {
  const operation = operationOf(problem);
  const initial = defaultProblem(operation, dtypesOf(operation));
  const { shape, dtype, seed, input } = problem;
  return [
    ...Object.entries(shape).filter(([key, value]) => value !== initial.shape[key]),
    ...(dtype === initial.dtype ? [] : [['dtype', dtype] as const]),
    ...(seed === initial.seed ? [] : [['seed', seed] as const]),
    ...(input === initial.input ? [] : [['input', input] as const]),
  ];
}

export function settingsPairs(settings: Settings): Pairs {
  return [
    ['op', settings.op],
    ['kernel', settings.kernel],
    ...problemPairs(settings),
    ...kernelOf(settings)
      .knobs.filter((knob) => settings.knobs[knob.key] !== knob.default)
      .map(({ key }) => [KNOB_PREFIX + key, settings.knobs[key]] as const),
  ];
}

/** The settings as the query part of an address, "?" included. */
export function toSearch(settings: Settings): string {
  return search(settingsPairs(settings));
}

/** The same, for what was measured with the kernel's text as saved: an edit gives way to it. */
export function toSavedSearch(settings: Settings): string {
  return search([...settingsPairs(settings), ['code', 'saved']]);
}

/** What an address says. */
export interface Parsed<Of = Settings> {
  readonly settings: Of;
  /** One sentence for each value that could not be used: what it was, and what stands in its place. */
  readonly notices: readonly string[];
}

/** Reads an address. What is missing takes its default; what is wrong does too, and is named. */
export function readSettings(reader: Reader): Settings {
  const operation = readOperation(reader);
  const initial = firstKernel(operation.id);
  const kernels = kernelsOf(operation.id);
  const kernel = reader.named('kernel', kernels, initial, `a kernel for ${operation.title}`);
  const isHere = reader.names('kernel', kernels);
  const taken = `a type that ${kernel.title} takes`;
  const problem = readProblem(reader, defaultProblem(operation, kernel.dtypes), kernel.dtypes, taken);
  const knobs: Record<string, KnobValue> = { ...defaultKnobs(kernel) };
  for (const knob of kernel.knobs) {
    const key = KNOB_PREFIX + knob.key;
    const value = reader.parsed(key, (text) => knob.values.find((candidate) => String(candidate) === text));
    const written = reader.text(key);
    if (value !== null) knobs[knob.key] = value;
    else if (written !== null && isHere)
      reader.complain(`${key}=${written} is not a value of ${knob.title}; it is ${knobs[knob.key]}.`);
  }
  // Knobs of a kernel that is not here.
  if (!isHere) reader.ignore(KNOB_PREFIX);
  return { ...problem, kernel: kernel.id, knobs };
}

export function readOperation(reader: Reader): Operation {
  const operation = reader.named('op', playable, playable[0], 'an operation here');
  if (!reader.names('op', playable)) reader.mute();
  return operation;
}

/** `taken` says whose types `dtypes` are, e.g. "a type that some kernel takes". */
export function readProblem(reader: Reader, initial: Problem, dtypes: readonly DType[], taken: string): Problem {
  const operation = operationOf(initial);
  const shape = Object.fromEntries(
    operation.parameters.map((parameter) => [parameter.key, reader.parameter(parameter, initial.shape[parameter.key])]),
  );
  const dtype = reader.named('dtype', dtypes, initial.dtype, taken);
  const input = reader.named('input', operation.inputCases, operation.inputCases[0], 'an input case here');
  const seed = reader.number('seed');
  const usable = seed === null || isSeed(seed);
  if (!usable) {
    reader.complain(`seed=${reader.text('seed')} is not a whole number from 0 up, so the seed is ${DEFAULT_SEED}.`);
  }
  return { op: operation.id, shape, dtype, seed: usable ? (seed ?? DEFAULT_SEED) : DEFAULT_SEED, input: input.id };
}
