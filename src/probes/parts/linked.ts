/** How the chases of the staircase come to their cycles: each in a buffer of its own, or the large ones in one that they share. */
import { Random } from '../../core/random.ts';
import type { ProbeBuffer, ProbePass, Setting } from '../types.ts';
import { type Cycle, cycle, lineAt, type Order, PAGE_BYTES } from './cycle.ts';
import { LANES, lineBytes, MIB } from './shared.ts';

export const SHADER = 'probes/staircase.wgsl';
const LARGE_SHADER = 'probes/staircase-large.wgsl';

/** The buffer that large sets share. */
export const LARGE = 'large';

/** Lines that a dispatch links or touches: less than a second at 5 million lines a second, which is slow for a GPU. */
const PIECE = 2 ** 22;

/** Whether a set lies in the buffer that large ones share. */
export function isShared({ capabilities, quick }: Setting, bytes: number): boolean {
  return !quick && bytes > (capabilities.software ? 32 : 128) * MIB;
}

/** What a chase takes, beside its state. */
export interface Linked {
  readonly buffers: readonly ProbeBuffer[];
  readonly setup: readonly ProbePass[];
  readonly before: readonly ProbePass[];
  readonly pass: ProbePass;
  /** The line at a place of the cycle. */
  line(place: number): number;
}

/** The buffer of its state, and what it is one of. */
interface Chased {
  readonly bytes: number;
  readonly order: Order;
  readonly hops: number;
  readonly state: string;
}

const ONE = { workgroups: [1, 1, 1], workgroupSize: [1, 1, 1] } as const;

/** In a buffer of its own, by a list of its lines, linked once. */
export function linkedOnce(setting: Setting, { bytes, order, hops, state }: Chased): Linked {
  const line = lineBytes(setting);
  const [lines, pitch] = [bytes / line, line / 4];
  const name = `${order}, ${bytes}`;
  const over = {
    shader: SHADER,
    workgroups: [Math.ceil(lines / LANES), 1, 1],
    workgroupSize: [LANES, 1, 1],
    bound: { order: `order ${name}`, cycle: `cycle ${name}`, links: `cycle ${name}`, state },
    p: { lines, pitch, hops, tiles: 1, loads: 4 },
  } as const;
  // The same seed draws the same cycle again.
  const sequence = (): Uint32Array<ArrayBuffer> =>
    cycle(lines, PAGE_BYTES / line, order, new Random(setting.seed, name));
  let kept: Uint32Array | null = null;
  return {
    buffers: [
      { name: over.bound.order, bytes: 4 * lines, words: sequence },
      { name: over.bound.cycle, bytes },
    ],
    setup: [{ ...over, entry: 'link' }],
    before: [{ ...over, entry: 'touch' }],
    pass: { ...over, ...ONE, entry: 'chase' },
    line(place) {
      kept ??= sequence();
      return kept[place];
    },
  };
}

/** In the shared buffer, by computing its lines, linked again before each sample. */
export function linkedAgain(setting: Setting, { bytes, order, hops, state }: Chased): Linked {
  const line = lineBytes(setting);
  const lines = bytes / line;
  const own: Cycle = {
    lines,
    page: order === 'at random' ? 1 : PAGE_BYTES / line,
    key: new Random(setting.seed, `${order}, ${bytes}`).bits(),
  };
  const over = { shader: LARGE_SHADER, bound: { cycle: LARGE, links: LARGE, state } } as const;
  const p = { ...own, pitch: line / 4, hops };
  const pieces = (entry: string): ProbePass[] =>
    Array.from({ length: Math.ceil(lines / PIECE) }, (_, i) => ({
      ...over,
      entry,
      workgroups: [Math.ceil(Math.min(PIECE, lines - i * PIECE) / LANES), 1, 1],
      workgroupSize: [LANES, 1, 1],
      p: { ...p, first: i * PIECE },
    }));
  return {
    buffers: [],
    setup: [],
    before: [...pieces('link'), ...pieces('touch')],
    pass: { ...over, ...ONE, entry: 'chase', p: { ...p, first: 0 } },
    line: (place) => lineAt(place, own),
  };
}
