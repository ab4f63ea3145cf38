/**
 * A trace as a file: its result, and what the first traced workgroup of each pass did, so that it can be drawn and played where
 * no device is. Lists of whole numbers stand as the differences from one to the next, which are small; values are rounded
 * to five digits.
 */
import type { Adapter } from '../gpu/device.ts';
import type { Steps } from '../trace/steps.ts';
import type { TraceResult } from './trace-result.ts';

/** Names of the lists of `Steps` that hold whole numbers. */
const LISTS = ['site', 'groups', 'ends', 'lane', 'address', 'valueEnds'] as const;

type Lists = (typeof LISTS)[number];

type Rounded = readonly (number | null)[];

/** Steps as JSON. NaN and the infinities are null. */
export interface RecordedSteps extends Omit<Steps, Lists | 'values' | 'memories'> {
  readonly memories: readonly (Omit<Steps['memories'][number], 'contents'> & { readonly contents: Rounded | null })[];
  readonly lists: Readonly<Record<Lists, readonly number[]>>;
  readonly values: Rounded;
}

export interface Recording {
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly host: string;
  readonly adapter: Adapter | null;
  readonly result: TraceResult;
  readonly steps: readonly RecordedSteps[];
}

export function recorded(steps: readonly Steps[]): readonly RecordedSteps[] {
  return steps.map(({ memories, values, ...rest }) => {
    const lists = Object.fromEntries(LISTS.map((name) => [name, differences(rest[name])])) as Record<Lists, number[]>;
    const { pass, entry, workgroup, lanes, group, isWhole, sites } = rest;
    const known = memories.map((memory) => ({ ...memory, contents: memory.contents && rounded(memory.contents) }));
    return { pass, entry, workgroup, lanes, group, isWhole, sites, memories: known, lists, values: rounded(values) };
  });
}

export function replayed(steps: readonly RecordedSteps[]): readonly Steps[] {
  return steps.map(({ memories, lists, values, ...rest }) => ({
    ...rest,
    memories: memories.map((memory) => ({ ...memory, contents: memory.contents && numbers(memory.contents) })),
    ...(Object.fromEntries(LISTS.map((name) => [name, summed(lists[name])])) as Record<Lists, Uint32Array>),
    values: numbers(values),
  }));
}

function differences(list: Uint32Array): number[] {
  return Array.from(list, (value, at) => value - (at === 0 ? 0 : list[at - 1]));
}

function summed(list: readonly number[]): Uint32Array {
  const found = new Uint32Array(list.length);
  let sum = 0;
  for (const [at, step] of list.entries()) {
    sum += step;
    found[at] = sum;
  }
  return found;
}

function rounded(values: Float32Array): Rounded {
  return Array.from(values, (value) => (Number.isFinite(value) ? Number(value.toPrecision(5)) : null));
}

function numbers(values: Rounded): Float32Array {
  return Float32Array.from(values, (value) => value ?? Number.NaN);
}
