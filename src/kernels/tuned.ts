/**
 * What `npm run tune -- OP --save` found: the fastest kernel and its knobs, by adapter and class of shapes.
 *
 * The entries are data, in bench/tuned.json. A kernel that chooses (`0_auto`) asks `tunedChoice` first and falls back
 * on its own rules where nothing was measured near enough, or where what was measured no longer stands: an entry is a
 * hint, and is checked like any request.
 */
import data from '../../bench/tuned.json' with { type: 'json' };
import { Refusal } from '../core/errors.ts';
import type { DType } from '../core/format.ts';
import { brokenLimit } from '../gpu/limits.ts';
import { findOperation } from '../ops/index.ts';
import type { Problem, Shape } from '../ops/types.ts';
import type { Capabilities, Choice, Kernel, Knobs, Solution } from './types.ts';

export interface TunedEntry {
  /** As `normaliseAdapter` gives it. */
  readonly adapter: string;
  readonly op: string;
  /** As `shapeClass` gives it for `shape`. */
  readonly shapeClass: string;
  readonly dtype: DType;
  readonly kernel: string;
  /** Only those that are tuned: how the data lie is the request's to say. */
  readonly knobs: Knobs;
  /** The problem that was measured. */
  readonly shape: Shape;
  /**
   * How many times as fast as the fastest kernel with its defaults, timed side by side; null where no default runs.
   */
  readonly ratioToDefault: number | null;
  /** The day it was measured, "YYYY-MM-DD". */
  readonly date: string;
}

export const tunedEntries = data as unknown as readonly TunedEntry[];

/** The kernel that chooses among an operation's others; it is nothing to tune itself. */
export const AUTO = '0_auto';

/** An entry is of use for sizes up to this many doublings away, each. */
const FARTHEST = 2;

/**
 * What identifies an adapter for `Capabilities.adapter`. One GPU calls itself by its driver in Dawn ("NVIDIA: 550.54"),
 * by nothing in Chrome; vendor and architecture ("nvidia hopper") are what both tell. Without an architecture the
 * device stands in for it ("nvidia nvidia-h200"): a vendor's GPUs have too little in common.
 */
export function describeAdapter(adapter: {
  readonly description: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
}): string {
  // Numbers of devices mean nothing here, and name the software adapters too.
  const device = /^(0x|$)/.test(adapter.device) ? '' : adapter.device;
  const kind = [adapter.vendor, adapter.architecture || device].filter((word) => word !== '').join(' ');
  return [adapter.description, kind].filter((part) => part !== '').join(', ');
}

/**
 * An adapter's words without versions, parentheses and repetitions, in alphabetical order, so that a driver's update
 * or another host does not make it a stranger: "SwiftShader driver 5.0.0, google swiftshader" and "swiftshader, google
 * swiftshader" are both "google swiftshader". Normalising twice changes nothing.
 */
export function normaliseAdapter(description: string): string {
  const words = description
    .toLowerCase()
    .replace(/\([^)]*\)/g, ' ')
    .split(/[\s,;:]+/)
    .filter((word) => word !== '' && word !== 'driver' && !/^v?\d+(\.\d+)+/.test(word));
  return [...new Set(words)].sort().join(' ');
}

/**
 * The class of a shape: each size parameter of the operation with its logarithm to base 2, rounded; "k9 m9 n9" for
 * sizes near 512. 1 is 2^0 and a size of 0, an option that is not used, is "-". Flags and reals make no class.
 * Throws a `Refusal` where there is no such operation.
 */
export function shapeClass(op: string, shape: Shape): string {
  return sizesOf(op)
    .map((key) => `${key}${bucket(shape[key]) ?? '-'}`)
    .join(' ');
}

function sizesOf(op: string): string[] {
  const operation = findOperation(op);
  if (!operation) throw new Refusal(`There is no operation "${op}"`, { rule: 'operation', parameters: { op } });
  return operation.parameters
    .filter(({ kind, min }) => kind === 'size' && min >= 0)
    .map(({ key }) => key)
    .sort();
}

function bucket(size: number | undefined): number | null {
  return size === undefined || size < 1 ? null : Math.round(Math.log2(size));
}

/**
 * The entry for an adapter, an operation, a shape and a type that was measured nearest to the shape; undefined where
 * none is near. Distances count doublings over all sizes. No entry serves where one of its sizes is more than two
 * doublings away, or is 1 (or not used) where the other is not: a vector is no small matrix.
 */
export function lookup(
  entries: readonly TunedEntry[],
  adapter: string,
  op: string,
  shape: Shape,
  dtype: DType,
): TunedEntry | undefined {
  const name = normaliseAdapter(adapter);
  const keys = sizesOf(op);
  let nearest: TunedEntry | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    if (entry.adapter !== name || entry.op !== op || entry.dtype !== dtype) continue;
    const away = keys.reduce((sum, key) => sum + distance(entry.shape[key], shape[key]), 0);
    if (away < least) [nearest, least] = [entry, away];
  }
  return nearest;
}

function distance(a: number | undefined, b: number | undefined): number {
  const [from, to] = [bucket(a), bucket(b)];
  if (from === to) return 0;
  if (!from || !to) return Number.POSITIVE_INFINITY;
  const away = Math.abs(from - to);
  return away <= FARTHEST ? away : Number.POSITIVE_INFINITY;
}

/** A candidate with its knobs, and the plan that it makes. */
export interface Usable {
  readonly kernel: Kernel;
  readonly knobs: Knobs;
  readonly solution: Solution;
}

/**
 * The kernel among `kernels` that was measured fastest near this problem on this adapter, with its knobs and its solution;
 * null where nothing was measured near it, or the kernel, a knob's value or the device refuses today. `given` says how
 * the data lie: the knobs with `fixed` are taken from it where the kernel has them.
 */
export function tunedChoice(
  kernels: readonly Kernel[],
  problem: Problem,
  given: Knobs,
  device: Capabilities,
  entries: readonly TunedEntry[] = tunedEntries,
): Usable | null {
  const entry = lookup(entries, device.adapter, problem.op, problem.shape, problem.dtype);
  return entry ? choiceOf(kernels, entry, problem, given, device) : null;
}

/** A choice that was kept, as it stands today; null where the kernel, a knob's value or the device refuses. */
export function choiceOf(
  kernels: readonly Kernel[],
  choice: Choice,
  problem: Problem,
  given: Knobs,
  device: Capabilities,
): Usable | null {
  const kernel = kernels.find(({ id }) => id === choice.kernel);
  if (!kernel?.dtypes.includes(problem.dtype)) return null;
  const known = new Set(kernel.knobs.map(({ key }) => key));
  if (Object.keys(choice.knobs).some((key) => !known.has(key))) return null;
  const knobs = Object.fromEntries(
    kernel.knobs.map((knob) => [knob.key, (knob.fixed ? given : choice.knobs)[knob.key] ?? knob.default]),
  );
  if (kernel.knobs.some(({ key, values }) => !values.includes(knobs[key]))) return null;
  try {
    const solution = kernel.plan(problem, knobs, device);
    return brokenLimit(solution.plan, device.limits, device.features) ? null : { kernel, knobs, solution };
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
