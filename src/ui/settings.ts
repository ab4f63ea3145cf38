/**
 * What the reader has chosen, and its form in the address bar. The address is the state: every setting is written
 * out, so that a link still means the same run when a default changes.
 *
 *   ?op=neuron&kernel=2_row_major&inputs=1024&neurons=4096&relu=1&dtype=f32&seed=1&input=uniform&set.WORKGROUP=64
 */
import type { DType } from '../core/dtype.ts';
import { findKernel, kernelsOf, operations } from '../kernels/index.ts';
import type { Kernel, Knob, Knobs, KnobValue } from '../kernels/types.ts';
import type { Request } from '../lab/protocol.ts';
import type { Operation, Parameter, Shape } from '../ops/types.ts';

export interface Settings {
  readonly op: string;
  readonly kernel: string;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly seed: number;
  readonly input: string;
  readonly knobs: Knobs;
}

export const DEFAULT_SEED = 1;
/** "power" is the page's own: which adapter to ask for. */
const FIXED_KEYS = ['op', 'kernel', 'dtype', 'seed', 'input', 'power'];
const KNOB_PREFIX = 'set.';

/** Operations that some kernel computes. */
export const playable: readonly Operation[] = operations.filter(({ id }) => kernelsOf(id).length > 0);

export function operationOf(settings: Settings): Operation {
  return playable.find(({ id }) => id === settings.op) ?? playable[0];
}

export function kernelOf(settings: Settings): Kernel {
  return findKernel(settings.op, settings.kernel) ?? kernelsOf(settings.op)[0];
}

/**
 * The operation's worked example on its first kernel, or on the one given; in f32 where the example asks for f16 and
 * the device is known to have none.
 */
export function defaults(
  operation: Operation = playable[0],
  kernel: Kernel = kernelsOf(operation.id)[0],
  features?: ReadonlySet<string>,
): Settings {
  const preset = operation.presets[0];
  const wanted = preset?.dtype === 'f16' && features && !features.has('shader-f16') ? 'f32' : (preset?.dtype ?? 'f32');
  return {
    op: operation.id,
    kernel: kernel.id,
    shape: { ...defaultShape(operation), ...preset?.shape },
    dtype: kernel.dtypes.includes(wanted) ? wanted : kernel.dtypes[0],
    seed: DEFAULT_SEED,
    input: operation.inputCases[0].id,
    knobs: defaultKnobs(kernel),
  };
}

export function defaultShape(operation: Operation): Shape {
  return Object.fromEntries(operation.parameters.map((parameter) => [parameter.key, parameter.default]));
}

function defaultKnobs(kernel: Kernel): Knobs {
  return Object.fromEntries(kernel.knobs.map((knob) => [knob.key, knob.default]));
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

/** Why a parameter cannot have this value, or null where it can. */
export function parameterFault(parameter: Parameter, value: number): string | null {
  const { min, max, kind } = parameter;
  const range =
    kind === 'flag'
      ? '0 or 1'
      : `${kind === 'size' ? 'a whole number' : 'a number'} from ${group(min)} to ${group(max)}`;
  const fits = Number.isFinite(value) && value >= min && value <= max && (kind === 'real' || Number.isInteger(value));
  return fits ? null : `${parameter.title} must be ${range}`;
}

export function isSeed(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

export function toRequest(settings: Settings, source?: string): Request {
  return source === undefined ? settings : { ...settings, source };
}

/** Equal for settings, with their edited source if there is one, that ask for the same run. */
export function keyOf(settings: Settings, source?: string): string {
  return `${toSearch(settings)}\n${source ?? ''}`;
}

/** The settings as the query part of an address, "?" included. */
export function toSearch(settings: Settings): string {
  const pairs: (readonly [string, string | number])[] = [
    ['op', settings.op],
    ['kernel', settings.kernel],
    ...Object.entries(settings.shape),
    ['dtype', settings.dtype],
    ['seed', settings.seed],
    ['input', settings.input],
    ...Object.entries(settings.knobs).map(([key, value]) => [KNOB_PREFIX + key, value] as const),
  ];
  return `?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]))}`;
}

export interface Parsed {
  readonly settings: Settings;
  /** One sentence for each value that could not be used: what it was, and what stands in its place. */
  readonly notices: readonly string[];
}

/** Reads an address. What is missing takes its default; what is wrong does too, and is named. */
export function fromSearch(search: string): Parsed {
  const query = new URLSearchParams(search);
  const notices: string[] = [];
  const operation = named(
    query,
    'op',
    (id) => playable.find((one) => one.id === id),
    playable[0],
    'an operation here',
    notices,
  );
  const kernels = kernelsOf(operation.id);
  const find = (id: string): Kernel | undefined => findKernel(operation.id, id);
  const kernel = named(query, 'kernel', find, kernels[0], `a kernel for ${operation.title}`, notices);
  const initial = defaults(operation, kernel);
  const shape: Record<string, number> = { ...initial.shape };
  for (const parameter of operation.parameters) readParameter(query, parameter, shape, notices);
  const knobs: Record<string, KnobValue> = { ...initial.knobs };
  for (const knob of kernel.knobs) readKnob(query, knob, knobs, notices);
  const dtype = named(
    query,
    'dtype',
    (id) => kernel.dtypes.find((type) => type === id),
    initial.dtype,
    `a type that ${kernel.title} takes`,
    notices,
  );
  const cases = operation.inputCases;
  const input = named(
    query,
    'input',
    (id) => cases.find((item) => item.id === id),
    cases[0],
    'an input case here',
    notices,
  );
  let seed = DEFAULT_SEED;
  const written = query.get('seed');
  if (written !== null) {
    const value = written.trim() === '' ? Number.NaN : Number(written);
    if (isSeed(value)) seed = value;
    else notices.push(`seed=${written} is not a whole number from 0 up, so the seed is ${DEFAULT_SEED}.`);
  }
  const known = new Set([
    ...FIXED_KEYS,
    ...operation.parameters.map(({ key }) => key),
    ...kernel.knobs.map(({ key }) => KNOB_PREFIX + key),
  ]);
  for (const key of new Set(query.keys())) {
    if (!known.has(key)) notices.push(`${key}=${query.get(key)} is not a setting of this kernel and was left out.`);
  }
  return { settings: { op: operation.id, kernel: kernel.id, shape, dtype, seed, input: input.id, knobs }, notices };
}

function named<T extends { readonly id: string } | string>(
  query: URLSearchParams,
  key: string,
  find: (id: string) => T | undefined,
  fallback: T,
  what: string,
  notices: string[],
): T {
  const written = query.get(key);
  if (written === null) return fallback;
  const found = find(written);
  if (found === undefined) {
    notices.push(
      `${key}=${written} is not ${what}; you see ${typeof fallback === 'string' ? fallback : fallback.id} instead.`,
    );
  }
  return found ?? fallback;
}

function readParameter(
  query: URLSearchParams,
  parameter: Parameter,
  shape: Record<string, number>,
  notices: string[],
): void {
  const written = query.get(parameter.key);
  if (written === null) return;
  const value = written.trim() === '' ? Number.NaN : Number(written);
  const fault = parameterFault(parameter, value);
  if (fault === null) shape[parameter.key] = value;
  else notices.push(`${parameter.key}=${written} was not used: ${fault}; it is ${group(shape[parameter.key])}.`);
}

function readKnob(query: URLSearchParams, knob: Knob, knobs: Record<string, KnobValue>, notices: string[]): void {
  const written = query.get(KNOB_PREFIX + knob.key);
  if (written === null) return;
  const value = knob.values.find((candidate) => String(candidate) === written);
  if (value !== undefined) knobs[knob.key] = value;
  else notices.push(`${KNOB_PREFIX}${knob.key}=${written} is not a value of ${knob.title}; it is ${knobs[knob.key]}.`);
}

function group(value: number): string {
  return value.toLocaleString('en-US');
}
