/** Steps that read a span of memory in rows of 256 elements, by stride, width and base, with what a model says of their requests. */
import { footprint } from '../../model/access.ts';
import type { Bounded, Prediction, Probe, ProbePass, Row, Setting, Step } from '../types.ts';
import { movedBy } from './above.ts';
import { checkWords, hashed, LANES, MIB, manyWorkgroups, measure, powerOfTwo } from './shared.ts';

const SHADER = 'probes/reading.wgsl';
/** NVIDIA's, of which the traces' models speak too: 32 lanes a request, sectors of 32 bytes in lines of 128. */
const MACHINE = { group: 32, sectorBytes: 32, lineBytes: 128 } as const;

const ENTRIES = { 4: 'scalar', 8: 'pair', 16: 'vector' } as const;
export type Width = keyof typeof ENTRIES;

/** What a request of 32 lanes asks of memory, from a base in bytes, with lanes `stride` elements of `width` bytes apart. */
export function predicted(width: number, stride: number, base: number): readonly Prediction[] {
  return requested(width, (lane) => base + lane * stride * width);
}

/** The same with any address of each lane, in bytes. */
export function requested(width: number, addressOf: (lane: number) => number): readonly Prediction[] {
  const addresses = Array.from({ length: MACHINE.group }, (_, lane) => addressOf(lane));
  const { sectors, lines } = footprint(addresses, width, MACHINE);
  return [
    { key: 'sectors', title: 'sectors a request', unit: '', value: sectors },
    { key: 'lines', title: 'lines a request', unit: '', value: lines },
  ];
}

/** Of a kernel that takes words out of two aligned vectors: both requests together. */
function predictedTwice(base: number): readonly Prediction[] {
  const aligned = 16 * Math.floor(base / 16);
  const second = predicted(16, 1, aligned + 16);
  return predicted(16, 1, aligned).map((one, i) => ({ ...one, value: one.value + second[i].value }));
}

/** Bytes that every step goes over, whatever it takes of them: well beyond the caches of a GPU. */
export function spanBytes({ capabilities, quick, mostBytes }: Setting): number {
  return powerOfTwo(mostBytes / 2, (capabilities.software ? 4 : quick ? 256 : 512) * MIB);
}

export interface Reading {
  readonly at: Step['at'];
  readonly group: string;
  readonly width: Width;
  /** Elements from lane to lane. */
  readonly stride: number;
  /** Elements, of a realigning read words. */
  readonly base: number;
  readonly realigns?: true;
}

/** A step that reads the span in rows of 256 elements. */
export function reading(setting: Setting, { at, group, width, stride, base, realigns }: Reading): Step {
  const fitting = spanBytes(setting) / (width * stride);
  // Enough bytes of each invocation to outweigh what it costs, and workgroups for every core all the same; fours of them.
  const items = 4 * Math.max(1, Math.floor(Math.min(64 / (width / 4), fitting / (LANES * 1024)) / 4));
  const groups = Math.floor(fitting / (LANES * items));
  const elements = groups * LANES * items;
  const sum = (lane: number): number => {
    let total = 0;
    for (let i = 0; i < items; i++) {
      const row = Math.floor(lane / LANES) * items + i;
      const element = (row * LANES + (lane % LANES)) * stride + (realigns ? 0 : base);
      const first = (element * width) / 4 + (realigns ? base : 0);
      for (let word = 0; word < width / 4; word++) total = (total + hashed(first + word)) >>> 0;
    }
    return total;
  };
  return {
    at,
    group,
    work: {
      kind: 'dispatch',
      pass: {
        shader: SHADER,
        entry: realigns ? 'realigned' : ENTRIES[width],
        workgroups: [groups, 1, 1],
        workgroupSize: [LANES, 1, 1],
        bound: { words: 'data', pairs: 'data', vectors: 'data' },
        p: { stride, base, items, words: 1 },
      },
    },
    quantities: [{ key: 'bytes', title: 'Useful bytes', unit: 'B', count: elements * width }],
    model: realigns ? predictedTwice(4 * base) : predicted(width, stride, base * width),
    check: checkWords('sums', groups * LANES, setting.seed, sum),
  };
}

/** Such a step reads each of its elements once: its bytes are its set, and may be more with what lies between them. */
export function readOnce(row: Row): Bounded {
  return { by: 'read', key: 'bytes', setBytes: movedBy(row, 'bytes') ?? 0 };
}

/** A row with its samples divided by the bytes that were useful, since another stride reads another number of them. */
export function perUsefulByte(row: Row | undefined): Row | undefined {
  const rate = measure(row, 'bytes')?.value;
  if (!row || rate === undefined || row.medianNs === null) return row;
  const bytes = rate * row.medianNs;
  return { ...row, samplesNs: row.samplesNs.map((ns) => ns / bytes) };
}

/** The buffers of such steps, and how they are filled. */
export function readingPlan(setting: Setting, steps: readonly Step[]): ReturnType<Probe['plan']> {
  const bytes = spanBytes(setting) + 4096;
  const groups = Math.max(...steps.map(({ work }) => (work.kind === 'dispatch' ? work.pass.workgroups[0] : 0)));
  const fill: ProbePass = {
    shader: SHADER,
    entry: 'fill',
    workgroups: [manyWorkgroups(setting), 1, 1],
    workgroupSize: [LANES, 1, 1],
    bound: { filled: 'data' },
    p: { stride: 1, base: 0, items: 4, words: bytes / 4 },
  };
  return {
    buffers: [
      { name: 'data', bytes },
      { name: 'sums', bytes: 4 * LANES * groups },
    ],
    setup: [fill],
    steps,
  };
}
