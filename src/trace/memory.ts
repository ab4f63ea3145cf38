/** The memory that a pass can reach, as its plan has it: names, lengths in bytes, what it may be used for. */
import { BYTES } from '../core/format.ts';
import { count, forEachRun } from '../core/layout.ts';
import type { BufferPlan, KernelPlan, PassPlan } from '../gpu/plan.ts';
import type { Values } from '../wgsl/evaluate.ts';
import type { EventTable } from '../wgsl/events.ts';
import { extentOf } from '../wgsl/layout.ts';
import type { Outline } from '../wgsl/outline.ts';
import { type Grain, grainOf, type Place, placeOf } from './places.ts';

export interface Memory {
  /** The buffer's, or the variable's in workgroup memory. */
  readonly name: string;
  readonly space: 'storage' | 'workgroup';
  readonly use: 'input' | 'output' | 'scratch' | 'data' | 'workgroup';
  /** What the plan gives it: not what is bound, which is rounded and has guard bytes behind it. */
  readonly bytes: number;
  /** Where it begins in the memory that caches see. */
  readonly base: number;
  readonly grain: Grain;
  /** 1 where an element of an input is, by scalar; null where it has no gaps. */
  readonly present: Uint8Array | null;
}

/** What a pass reaches: for each site its place and its memory, null where the entry point does not use its variable. */
export interface Reach {
  readonly places: readonly (Place | null)[];
  readonly memories: readonly (Memory | null)[];
}

/** Buffers begin at whole pages: on a sector, a line and whatever else counts. */
const PAGE = 4096;

/** Throws a `Failure` ('internal') where types of the text have no layout. */
export function reachOf(plan: KernelPlan, pass: PassPlan, table: EventTable, outline: Outline): Reach {
  const values: Values = { numbers: pass.overrides };
  const uses = outline.entries[pass.entry]?.uses ?? [];
  const known = new Map<string, Memory | null>();
  const memoryOf = (name: string): Memory | null => {
    if (!uses.includes(name)) return null;
    const variable = outline.variables[name];
    const grain = grainOf(variable.type, outline, values);
    if (variable.space === 'workgroup') {
      const { size: bytes } = extentOf(variable.type, outline, values);
      return { name, space: 'workgroup', use: 'workgroup', bytes, base: 0, grain, present: null };
    }
    const bound = pass.bindings[variable.binding ?? -1];
    let base = 0;
    for (const buffer of plan.buffers) {
      const bytes = lengthOf(buffer);
      if (buffer.name === bound && buffer.use !== 'uniform') {
        const present = buffer.use === 'input' ? presence(buffer, grain.scalar) : null;
        // A text may read words of what comes in halves, as masks do: the last word may be half full.
        const isWider = 'type' in buffer && BYTES[buffer.type] < grain.scalar;
        const reached = isWider ? Math.ceil(bytes / grain.scalar) * grain.scalar : bytes;
        return { name: buffer.name, space: 'storage', use: buffer.use, bytes: reached, base, grain, present };
      }
      base += Math.ceil(bytes / PAGE) * PAGE;
    }
    return null;
  };
  const memories = table.sites.map(({ variable, space }) => {
    if (space === 'function') return null;
    const found = known.get(variable) ?? memoryOf(variable);
    known.set(variable, found);
    return found;
  });
  return {
    memories,
    places: table.sites.map((site, at) => (memories[at] ? placeOf(site, outline, values) : null)),
  };
}

function lengthOf(buffer: BufferPlan): number {
  if (buffer.use === 'scratch') return buffer.bytes;
  return buffer.use === 'uniform' || buffer.use === 'data'
    ? buffer.data.byteLength
    : buffer.layout.length * BYTES[buffer.type];
}

function presence(
  { layout, type }: Extract<BufferPlan, { use: 'input' | 'output' }>,
  scalar: number,
): Uint8Array | null {
  if (count(layout.dims) === layout.length || BYTES[type] !== scalar) return null;
  const present = new Uint8Array(layout.length);
  forEachRun(layout, (_, from, length, step) => {
    for (let i = 0; i < length; i++) present[from + i * step] = 1;
  });
  return present;
}
