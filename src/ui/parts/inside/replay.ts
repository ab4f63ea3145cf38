/**
 * Memory as it stands at any step of a workgroup: what buffers held at the start, and what the steps up to there have stored.
 * What other workgroups stored is not in it.
 */
import { MOST_SCALARS, type Steps } from '../../../trace/steps.ts';

/** What one step does to one memory: the scalars that it touches, ascending. */
export interface Marks {
  readonly memory: number;
  readonly kind: 'read' | 'write';
  readonly cells: readonly number[];
}

/** A value that a lane has set a variable to. */
export interface Point {
  readonly step: number;
  readonly element: number;
  readonly value: number;
}

export class Replay {
  private readonly cells: Float32Array[];
  /** Steps that have been done. */
  private done = 0;

  constructor(readonly steps: Steps) {
    this.cells = [];
    this.restart();
  }

  get length(): number {
    return this.steps.site.length;
  }

  /** The scalars of a memory after a step; NaN where nothing is known. Empty if it is too large to be shown. */
  at(memory: number, step: number): Float32Array {
    if (step + 1 < this.done) this.restart();
    while (this.done <= step) this.apply(this.done++);
    return this.cells[memory];
  }

  /** What a step touches; null where it is a barrier, or sets a variable. */
  marks(step: number): Marks | null {
    const { sites, memories, address } = this.steps;
    const { access, memory, bytes } = sites[this.steps.site[step]];
    if (memory === null || access === 'assign') return null;
    const { scalar } = memories[memory];
    const cells = new Set<number>();
    const [from, to] = this.range(step);
    for (let at = from; at < to; at++) {
      const first = Math.floor(address[at] / scalar);
      for (let cell = first; cell * scalar < address[at] + bytes; cell++) cells.add(cell);
    }
    return { memory, kind: access === 'read' ? 'read' : 'write', cells: [...cells].sort((a, b) => a - b) };
  }

  /** The access of one lane in a step, as its place in the lists of accesses; null where it takes no part. */
  accessOf(step: number, lane: number): number | null {
    const { group, groups } = this.steps;
    if (groups[step] !== Math.floor(lane / group)) return null;
    const [from, to] = this.range(step);
    for (let at = from; at < to; at++) if (this.steps.lane[at] === lane % group) return at;
    return null;
  }

  /** What a lane sets a variable to, over all steps. */
  history(memory: number, lane: number): readonly Point[] {
    const { sites, site, address } = this.steps;
    const found: Point[] = [];
    for (let step = 0; step < site.length; step++) {
      if (sites[site[step]].memory !== memory) continue;
      const at = this.accessOf(step, lane);
      const value = at === null ? undefined : this.stored(at)[0];
      if (at !== null && value !== undefined) found.push({ step, element: address[at], value });
    }
    return found;
  }

  /** The values that an access stored. */
  stored(at: number): Float32Array {
    const { values, valueEnds } = this.steps;
    return values.subarray(at === 0 ? 0 : valueEnds[at - 1], valueEnds[at]);
  }

  private range(step: number): readonly [from: number, to: number] {
    const { ends } = this.steps;
    return [step === 0 ? 0 : ends[step - 1], ends[step]];
  }

  private apply(step: number): void {
    const { sites, memories, address } = this.steps;
    const { access, memory, bytes } = sites[this.steps.site[step]];
    if (memory === null || (access !== 'write' && access !== 'atomic')) return;
    const cells = this.cells[memory];
    const { scalar } = memories[memory];
    const [from, to] = this.range(step);
    for (let at = from; at < to; at++) {
      const first = Math.floor(address[at] / scalar);
      const values = this.stored(at);
      // Without a value, as of an atomic or a matrix, it is no longer known what stands there.
      for (let i = 0; i * scalar < bytes; i++) if (first + i < cells.length) cells[first + i] = values[i] ?? Number.NaN;
    }
  }

  private restart(): void {
    this.done = 0;
    for (const [at, { bytes, scalar, space, contents }] of this.steps.memories.entries()) {
      const length = space === 'function' ? 0 : Math.floor(bytes / scalar);
      if (length > MOST_SCALARS) {
        this.cells[at] = new Float32Array();
        continue;
      }
      const cells = contents?.slice() ?? new Float32Array(length);
      // Workgroup memory begins as zeros.
      if (!contents && space === 'storage') cells.fill(Number.NaN);
      this.cells[at] = cells;
    }
  }
}
