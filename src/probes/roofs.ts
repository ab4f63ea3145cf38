/**
 * Roofs: the highest rates of memory, arithmetic and workgroup memory. A roof is withheld unless it proves itself: twice the
 * work must take twice the time, or something was left out, and twice the working set must take twice the time, or a cache
 * held it. Laps over the set are in another order where there is twice the work, or a cache might hold it because of the order
 * in which workgroups start. How much work that is, the lab finds on the device: beside too little of it the cost of a dispatch would show,
 * and twice the work would take less than twice the time.
 */
import type { Quantity } from '../core/quantity.ts';
import { withoutRefuted } from './parts/above.ts';
import { isProvenOrNot, roofOf, SAME_RATE, sameRate } from './parts/roof.ts';
import { checkWords, hashed, KIB, LANES, MIB, manyWorkgroups, powerOfTwo } from './parts/shared.ts';
import type { Check, Probe, ProbePass, Setting, Step } from './types.ts';

const SHADER = 'probes/roofs.wgsl';
/** Words at the end of what was written that are looked at. */
const LOOKED_AT = 2 ** 18;

/** The three steps of a roof. */
type Variant = 'once' | 'twice the work' | 'twice the set' | 'twice the lanes';

interface MemoryKind {
  readonly roof: string;
  readonly entry: string;
  readonly use: 'read' | 'write' | 'copy';
  readonly width: 4 | 16;
}

const MEMORY: readonly MemoryKind[] = [
  { roof: 'read, 16 B loads', entry: 'read_wide', use: 'read', width: 16 },
  { roof: 'read, 4 B loads', entry: 'read_narrow', use: 'read', width: 4 },
  { roof: 'write, 16 B stores', entry: 'write_wide', use: 'write', width: 16 },
  { roof: 'write, 4 B stores', entry: 'write_narrow', use: 'write', width: 4 },
  { roof: 'copy, 16 B', entry: 'copy_wide', use: 'copy', width: 16 },
  { roof: 'copy, 4 B', entry: 'copy_narrow', use: 'copy', width: 4 },
];

/**
 * Rows of 256 elements that a workgroup goes over: enough for the cost of an invocation not to show. A software adapter has
 * few cores, each of which starts invocations slowly.
 */
function itemsOf({ capabilities }: Setting, width: MemoryKind['width']): number {
  return (width === 4 ? 32 : 16) * (capabilities.software ? 8 : 1);
}

/**
 * Bytes of the smaller set: more than the last cache holds, which is up to 128 MB on a GPU. This is not so for caches of 64 MiB and
 * more where no more than 128 MiB can be bound; what that may lead to, the WGSL says. Emulated loads are slow, so that software
 * adapters have to do with less, beyond the 32 MiB that the cores of a processor share.
 */
function setBytes({ capabilities, quick, mostBytes }: Setting): number {
  const wanted = (capabilities.software ? 32 : 256) * (quick ? 1 : 2);
  return powerOfTwo(mostBytes / 2, wanted * MIB, 64 * KIB);
}

/**
 * Part of the set by which a lap is shifted against the one before it, where there is twice the work: see the WGSL. By the golden
 * section, so that of any number of laps no two are near each other.
 */
const SHIFTED = (3 - Math.sqrt(5)) / 2;

/** Where time is short: first f32, workgroup memory and 16-byte access, then other arithmetic, then narrow access. */
const SPARE = { arithmetic: 1, narrow: 2 } as const;

function memoryStep(setting: Setting, kind: MemoryKind, variant: Variant, amount = 1): Step {
  const { entry, use, width, roof } = kind;
  const bytes = setBytes(setting) * (variant === 'twice the set' ? 2 : 1);
  const laps = amount * (variant === 'twice the work' ? 2 : 1);
  const items = itemsOf(setting, width);
  const rows = bytes / (width * LANES);
  const groups = rows / items;
  // Odd, so that as many laps begin in different places as there are workgroups, which are a power of two.
  const shift = variant === 'twice the work' ? Math.round(SHIFTED * groups) | 1 : 0;
  const perWord = width / 4;
  const sum = (lane: number): number => {
    let total = 0;
    for (let i = 0; i < items; i++) {
      const at = (Math.floor(lane / LANES) * items + i) * LANES + (lane % LANES);
      for (let word = 0; word < perWord; word++) total = (total + hashed(perWord * at + word)) >>> 0;
    }
    return total;
  };
  const words = bytes / 4;
  const looked = Math.min(words, LOOKED_AT);
  const written = (at: number): number => {
    if (use === 'copy') return hashed(at);
    return width === 4 ? at + 5 : Math.floor(at / 4) + (at % 4);
  };
  const check: Check =
    use === 'read'
      ? checkWords('sums', groups * LANES, setting.seed, sum)
      : checkWords('out', looked, setting.seed, written, words - looked);
  const moved = laps * bytes * (use === 'copy' ? 2 : 1) + (use === 'read' ? 4 * LANES * groups : 0);
  return {
    at: { roof, variant },
    group: roof,
    ...(width === 4 ? { spare: SPARE.narrow } : {}),
    times: (more) => memoryStep(setting, kind, variant, more),
    given: [{ key: 'set', title: 'Set', unit: 'B', value: bytes }],
    work: {
      kind: 'dispatch',
      pass: {
        shader: SHADER,
        entry,
        workgroups: [groups, laps, 1],
        workgroupSize: [LANES, 1, 1],
        bound: { wide: 'data', narrow: 'data', wideOut: 'out', narrowOut: 'out' },
        p: { rows, items, laps, rounds: 1, shift },
      },
    },
    quantities: [{ key: 'rate', title: 'Bandwidth', unit: 'B', count: moved }],
    model: [],
    check,
  };
}

interface ComputeKind {
  readonly roof: string;
  readonly entry: string;
  readonly aliases?: Readonly<Record<string, string>>;
  readonly enables?: readonly string[];
  /** Rounds of an invocation, before the lab makes them more. */
  readonly rounds: number;
  /** Set if an even number of rounds ends where it began, as if there had been none: twice as many are then one more. */
  readonly odd?: true;
  /** What one invocation does in a round. */
  readonly perRound: Omit<Quantity, 'key'>;
  /** Set if a workgroup itself costs as much as a long loop, since it has a barrier, on software adapters at least. */
  readonly fewWorkgroups?: true;
  /** Neighbouring invocations of which each ends differently; after so many the same ends come again. */
  readonly ends: number;
  /** The word that an invocation writes. */
  expected(lane: number, rounds: number): number;
}

function chains(type: 'f32' | 'f16', width: 2 | 4): ComputeKind {
  return {
    roof: `${type} multiply-add, ${4 * width} chains`,
    entry: 'multiply_add_4',
    aliases: { Scalar: type, Chain: `vec${width}<Scalar>` },
    enables: type === 'f16' ? ['f16'] : [],
    rounds: 17,
    odd: true,
    perRound: { title: 'Rate', unit: 'FLOP', count: 2 * 8 * 4 * width },
    ends: 8,
    expected: (lane, rounds) => width * (4 * lane + 6 + (rounds % 2) * 32),
  };
}

/** A product of four bytes and a sum are eight operations. */
function bytesDot(count: 8 | 16): ComputeKind {
  return {
    roof: `int8 dot product, ${count} chains`,
    entry: count === 8 ? 'dot_bytes' : 'dot_bytes_wide',
    rounds: 8,
    perRound: { title: 'Rate', unit: 'OP', count: 8 * 4 * count },
    ends: 8,
    expected(lane, rounds) {
      let sum = 0;
      for (let chain = 0; chain < count; chain++) {
        let x = lane + chain;
        for (let step = 0; step < 4 * rounds; step++)
          x = 0x12345679 + ((x << 24) >> 24) + ((x << 16) >> 24) + ((x << 8) >> 24) + (x >> 24);
        sum = (sum + x) | 0;
      }
      return sum;
    },
  };
}

const WORKGROUP_READ: ComputeKind = {
  roof: 'workgroup memory, 16 B loads',
  entry: 'workgroup_read',
  rounds: 8,
  perRound: { title: 'Bandwidth', unit: 'B', count: 4 * 16 },
  fewWorkgroups: true,
  ends: LANES,
  expected(lane, rounds) {
    let total = 0;
    for (let i = 0; i < rounds; i++) {
      for (const [part, factor] of [1, 3, 5, 7].entries()) {
        const at = (lane + i * 32 + part * 64) % LANES;
        total = (total + factor * (4 * at + 6)) >>> 0;
      }
    }
    return total;
  },
};

function computeKinds({ capabilities }: Setting): readonly ComputeKind[] {
  const half = capabilities.features.has('shader-f16') ? [chains('f16', 2), chains('f16', 4)] : [];
  return [chains('f32', 2), chains('f32', 4), ...half, bytesDot(8), bytesDot(16), WORKGROUP_READ];
}

function computeStep(setting: Setting, kind: ComputeKind, variant: Variant, amount = 1): Step {
  const wanted = kind.rounds * amount * (variant === 'twice the work' ? 2 : 1);
  const rounds = kind.odd && wanted % 2 === 0 ? wanted + 1 : wanted;
  const least = kind.fewWorkgroups && setting.capabilities.software ? 8 : 2 * manyWorkgroups(setting);
  const groups = least * (variant === 'twice the lanes' ? 2 : 1);
  const { aliases, enables, entry, roof, perRound } = kind;
  const known = new Map<number, number>();
  const expected = (index: number): number => {
    const lane = index % kind.ends;
    const value = known.get(lane) ?? kind.expected(lane, rounds);
    known.set(lane, value);
    return value;
  };
  return {
    at: { roof, variant },
    group: roof,
    ...(/^(f16|int8)/.test(roof) ? { spare: SPARE.arithmetic } : {}),
    times: (more) => computeStep(setting, kind, variant, more),
    work: {
      kind: 'dispatch',
      pass: {
        shader: SHADER,
        entry,
        workgroups: [groups, 1, 1],
        workgroupSize: [LANES, 1, 1],
        ...(aliases ? { aliases } : {}),
        ...(enables ? { enables } : {}),
        p: { rows: 1, items: 4, laps: 1, rounds, shift: 0 },
      },
    },
    quantities: [{ ...perRound, key: 'rate', count: perRound.count * rounds * groups * LANES }],
    model: [],
    check: checkWords('sums', groups * LANES, setting.seed, expected),
  };
}

const VARIANTS = {
  memory: ['once', 'twice the work', 'twice the set'],
  compute: ['once', 'twice the work', 'twice the lanes'],
} as const;

/** What is drawn of a roof: the rate of each of its steps. */
const RATES = {
  x: { scale: 'names', keys: ['roof'], title: '' },
  y: { key: 'rate', scale: 'linear' },
  series: 'variant',
  over: [SAME_RATE],
} as const;

export default {
  id: 'roofs',
  order: 2,
  title: 'Roofs: the highest rates of memory and arithmetic',
  asks: 'How many bytes and how many operations per second can the device reach?',
  inFingerprint: true,
  worth: 28,
  panels: [
    { title: 'Memory', where: ({ roof }) => /^(read|write|copy)/.test(String(roof)), ...RATES },
    { title: 'Workgroup memory', where: ({ roof }) => String(roof).startsWith('workgroup'), ...RATES },
    { title: 'Floating point', where: ({ roof }) => String(roof).startsWith('f'), ...RATES },
    { title: 'Packed int8', where: ({ roof }) => String(roof).startsWith('int8'), ...RATES },
  ],
  plan(setting) {
    const largest = 2 * setBytes(setting);
    const steps = [
      ...MEMORY.flatMap((kind) => VARIANTS.memory.map((variant) => memoryStep(setting, kind, variant))),
      ...computeKinds(setting).flatMap((kind) =>
        VARIANTS.compute.map((variant) => computeStep(setting, kind, variant)),
      ),
    ];
    const rows = largest / (16 * LANES);
    const ends = steps.map(({ check }) => (check.buffer === 'sums' ? check.bytes : 0));
    const fill: ProbePass = {
      shader: SHADER,
      entry: 'fill',
      workgroups: [Math.min(rows, manyWorkgroups(setting)), 1, 1],
      workgroupSize: [LANES, 1, 1],
      bound: { wideOut: 'data' },
      p: { rows, items: 4, laps: 1, rounds: 1, shift: 0 },
    };
    return {
      buffers: [
        { name: 'data', bytes: largest },
        { name: 'out', bytes: largest },
        { name: 'sums', bytes: Math.max(...ends) },
        { name: 'one', bytes: 16, words: () => new Uint32Array([1]) },
      ],
      setup: [fill],
      steps,
    };
  },
  expect: sameRate,
  find(rows, { seed }) {
    const found = [...new Set(rows.map(({ at }) => String(at.roof)))].map((roof) => roofOf(roof, rows, seed));
    return withoutRefuted(found, rows);
  },
  isSettled(rows, { seed }) {
    return isProvenOrNot(rows, seed);
  },
} satisfies Probe;
