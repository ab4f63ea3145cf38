/** What the staircase plans for devices of all sizes: its sets, what they take, and cycles that are computed and not stored. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/errors.ts';
import { Random } from '../../src/core/random.ts';
import type { Timer } from '../../src/gpu/timer.ts';
import { params } from '../../src/kernels/draft.ts';
import type { Harness } from '../../src/lab/experiment.ts';
import { runProbe } from '../../src/lab/probe.ts';
import { PROBE_BUDGETS } from '../../src/lab/probe-result.ts';
import type { Prepared } from '../../src/lab/probe-steps.ts';
import type { Progress } from '../../src/lab/protocol.ts';
import { findProbe } from '../../src/probes/index.ts';
import { cycle, lineAt } from '../../src/probes/parts/cycle.ts';
import { workingSets } from '../../src/probes/staircase.ts';
import type { Probe, ProbePass, ProbePlan, Row, Setting, Step } from '../../src/probes/types.ts';
import { settingOf } from './probe-rows.ts';

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const GIB = 2 ** 30;
const PAGE = 4 * KIB;

const full = (mostBytes: number, software = false): Setting => settingOf(false, software, mostBytes);
const probe = findProbe('staircase') as Probe;

/** Bytes that a device binds. */
const LIMITS = [
  ['128 MiB', 128 * MIB],
  ['128 MiB less a word', 128 * MIB - 4],
  ['100 MiB and a bit', 100 * MIB + 12],
  ['1 GiB', GIB],
  ['2 GiB less a word', 2 * GIB - 4],
  ['3 GiB', 3 * GIB],
  ['4 GiB less a word', 4 * GIB - 4],
  ['8 GiB', 8 * GIB],
  ['a TiB', 1024 * GIB],
] as const;

const devices = LIMITS.flatMap(([limit, bytes]) =>
  [false, true].map((software) => [limit, software ? 'software adapter' : 'GPU', full(bytes, software)] as const),
);

describe.each(devices)('in full, where %s can be bound on a %s', (_, __, setting) => {
  const sets = workingSets(setting);
  const most = Math.min(setting.mostBytes, 8 * GIB);
  const plan = probe.plan(setting);

  it('goes on to the largest buffer, a set an octave', () => {
    expect(sets[0]).toBe(4 * KIB);
    const last = Math.max(...sets);
    expect(last).toBeLessThanOrEqual(most);
    expect(last).toBeGreaterThan(most / 1.25);
    const dense = setting.capabilities.software ? 8 * MIB : 128 * MIB;
    for (const [at, bytes] of sets.entries()) {
      expect(bytes % PAGE).toBe(0);
      const factor = bytes / (sets[at - 1] ?? bytes / 2);
      expect(factor).toBeGreaterThan(1.1);
      expect(factor).toBeLessThanOrEqual(2);
      // But for the largest buffer, which has any size.
      if (bytes > dense && bytes < last) expect(factor).toBe(2);
    }
  });

  it('binds no more than is allowed, in grids that are allowed', () => {
    for (const { bytes } of plan.buffers) expect(bytes).toBeLessThanOrEqual(setting.mostBytes);
    for (const { workgroups } of passesOf(plan))
      for (const groups of workgroups) expect(Number.isInteger(groups) && groups >= 1 && groups <= 65_535).toBe(true);
  });

  it('has numbers that fit into 32 bits, and so do the sums that its kernels form of them', () => {
    for (const pass of passesOf(plan)) {
      expect(() => params(pass.shader, pass.p ?? {})).not.toThrow();
      const { lines = 1, tiles = 1, loads = 1, hops = 1 } = pass.p as Record<string, number>;
      const [groups] = pass.workgroups;
      // A place beyond the end before it is brought back, and the first index that a loop no longer takes.
      expect(2 * lines + hops).toBeLessThan(2 ** 32);
      expect(1024 * tiles + 256 * groups).toBeLessThan(2 ** 32);
      expect(groups * loads).toBeLessThan(2 ** 32);
    }
  });

  it('takes little more memory than its largest buffer', () => {
    const total = plan.buffers.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(total).toBeLessThan(most + (setting.capabilities.software ? 256 * MIB : 1.2 * GIB));
  });

  it('links and touches every line of a set ahead of each of its chases', () => {
    for (const { at, work } of plan.steps) {
      if (work.kind !== 'dispatch' || at.curve === 'bandwidth') continue;
      for (const entry of ['link', 'touch']) {
        const passes = work.before?.filter((pass) => pass.entry === entry) ?? [];
        // Of a set with a buffer of its own the links are still there.
        if (entry === 'link' && work.pass.bound?.cycle !== 'large') expect(passes).toEqual([]);
        else expect(coveredBy(passes)).toBe(passes[0].p?.lines);
      }
    }
  });
});

function passesOf({ setup, steps }: ProbePlan): readonly ProbePass[] {
  return [
    ...setup,
    ...steps.flatMap(({ work }) => (work.kind === 'dispatch' ? [...(work.before ?? []), work.pass] : [])),
  ];
}

/** Lines from the first on that some passes reach without a gap. */
function coveredBy(passes: readonly ProbePass[]): number {
  let end = 0;
  for (const { p = {}, workgroups } of passes) {
    expect(p.first ?? 0).toBe(end);
    end = Math.min(Number(p.lines), end + workgroups[0] * 256);
  }
  return end;
}

describe('the check of a chase through a set that shares its buffer', () => {
  const { steps } = probe.plan(full(4 * GIB - 4));
  const [step] = steps.filter(({ at }) => at.bytes === 2 * GIB && at.curve === 'latency at random');
  const { fault } = step.check;
  const hops = step.each?.count ?? 0;
  const {
    lines = 0,
    page = 0,
    key = 0,
    pitch = 0,
  } = step.work.kind === 'dispatch' ? (step.work.pass.p as Record<string, number>) : {};
  const ended = (place: number): Uint32Array =>
    Uint32Array.of(place, pitch * lineAt(place, { lines, page, key }), 0, 0);

  it('takes the line at its place, and no other', () => {
    expect(fault(ended(3 * hops), 3)).toBeNull();
    expect(fault(ended(3 * hops + 1), 3)).not.toBeNull();
    expect(fault(Uint32Array.of(3 * hops, ended(3 * hops + 1)[1], 0, 0), 3)).not.toBeNull();
    // Beyond a lap.
    expect(fault(ended(hops), lines / hops + 1)).toBeNull();
  });
});

it('a level that ends with the largest buffer is said to end at a round size', () => {
  const rows = workingSets(full(4 * GIB - 4)).flatMap((bytes) =>
    ['latency within pages', 'latency at random'].map((curve): Row => {
      const value = bytes <= 32 * MIB ? 100 : 500;
      const rest = { intervalNs: null, repetitions: 1, source: 'gpu', dropped: 0, model: [], check: 'exact' } as const;
      const measures = [{ key: 'latency', title: 'Latency', unit: 'ns', value }];
      return { ...rest, at: { bytes, curve }, medianNs: value, samplesNs: Array(15).fill(value), measures };
    }),
  );
  const last = probe.find(rows, full(4 * GIB - 4)).find(({ key }) => key === 'last-level');
  expect(last).toMatchObject({ value: 500, says: 'flat from 48 MiB to 4 GiB' });
});

describe('in the quick form', () => {
  it.each([
    ['GPU', false, 32, 512 * MIB],
    ['software adapter', true, 34, 32 * MIB],
  ] as const)(
    'of a %s it has the sets of the recorded fingerprints, each in a buffer of its own',
    (_, software, count, last) => {
      const setting = settingOf(true, software, 4 * GIB - 4);
      expect(workingSets(setting)).toHaveLength(count);
      expect(workingSets(setting).at(-1)).toBe(last);
      const { buffers } = probe.plan(setting);
      expect(buffers.some(({ name }) => name === 'large')).toBe(false);
      expect(buffers.filter(({ name }) => name.startsWith('cycle'))).toHaveLength(2 * count);
    },
  );
});

describe('a cycle that is computed', () => {
  // Of a power of two and of other counts, which go on until they end below.
  const counts = [2 ** 14, 2 ** 14 - 32, 32 * 700];
  const cases = counts.flatMap((lines) => [1, 32].map((page) => ({ lines, page, key: 12_345 })));
  const drawn = (one: (typeof cases)[number]): readonly number[] =>
    Array.from({ length: one.lines }, (_, place) => lineAt(place, one));

  it.each(cases)('of $lines lines in pages of $page goes through each of them once', (one) => {
    expect(new Set(drawn(one)).size).toBe(one.lines);
    expect(Math.max(...drawn(one))).toBe(one.lines - 1);
  });

  it.each(cases.filter(({ page }) => page > 1))(
    'of $lines lines stays within a page until it has seen all of it',
    (one) => {
      const pages = drawn(one).map((line) => Math.floor(line / one.page));
      expect(pages.filter((page, i) => i > 0 && page !== pages[i - 1])).toHaveLength(one.lines / one.page - 1);
    },
  );

  it.each(cases)('of $lines lines in pages of $page is as random from line to line as one that was shuffled', (one) => {
    const { lines, page } = one;
    // A sequence with a rule repeats its distances, which a prefetcher would learn.
    const distances = (sequence: ArrayLike<number>): number =>
      new Set(Array.from({ length: lines - 1 }, (_, i) => sequence[i + 1] - sequence[i])).size;
    const order = page === 1 ? 'at random' : 'within pages';
    const shuffled = distances(cycle(lines, 32, order, new Random(1)));
    expect(distances(drawn(one)) / shuffled).toBeGreaterThan(0.95);
    expect(distances(drawn(one)) / shuffled).toBeLessThan(1.05);
  });

  it('is another one with another key', () => {
    const [one, other] = [1, 2].map((key) => drawn({ lines: 2 ** 14, page: 1, key }));
    expect(one.filter((line, place) => line === other[place]).length).toBeLessThan(10);
  });
});

/** A device with so much room for buffers, on which every output is right. */
const device = { room: 0, asked: [] as number[] };
class Steps {
  constructor(
    _harness: unknown,
    _timer: unknown,
    readonly plan: ProbePlan,
  ) {}
  async allocate(): Promise<void> {
    const bytes = this.plan.buffers.reduce((sum, buffer) => sum + buffer.bytes, 0);
    device.asked.push(bytes);
    if (bytes > device.room) throw new Failure('out-of-memory', 'There is no room');
  }
  async prepare(steps: readonly Step[]): Promise<readonly Prepared[]> {
    const sample = async (repetitions: number) => ({ gpuNs: repetitions * 1e8, wallNs: repetitions * 1e8 });
    const blank = { runs: 0, repetitions: 1, samples: [], parts: [], again: false, observed: [], lastedMs: 0 };
    return steps.map((step) => ({ ...blank, step, samples: [], parts: [], sample }));
  }
  async firstFault(): Promise<null> {
    return null;
  }
  release(): void {}
}

describe('on a device without room for its largest buffer', () => {
  beforeEach(() => {
    device.asked = [];
  });

  const ran = async (mostBytes: number) => {
    const { capabilities } = full(mostBytes, true);
    const limits = { ...capabilities.limits, maxBufferSize: mostBytes, maxStorageBufferBindingSize: mostBytes };
    const harness = {
      budget: PROBE_BUDGETS.full,
      gpu: { adapter: { software: true }, arena: { resetPeak: () => {}, peakBytes: 0 } },
      capabilities: { ...capabilities, limits },
      pause: async () => {},
      step: async () => {},
    } as unknown as Harness;
    const told: number[] = [];
    const hear = (progress: Progress): void => {
      if (progress.kind === 'probe') told.push(progress.mostBytes);
    };
    const request = { probe: 'staircase', seed: 1, quick: false, budget: PROBE_BUDGETS.full };
    const { result } = await runProbe(harness, { source: 'gpu', quantumNs: 1 } as Timer, request, hear, { Steps });
    return { ...result, told, largest: Math.max(...result.rows.map(({ at }) => Number(at.bytes))) };
  };

  it('ends at a part of it', async () => {
    device.room = 1.5 * GIB;
    const { status, largest, told } = await ran(4 * GIB - 4);
    expect(status).toBe('correct');
    const parts = [1, 15 / 16, 1 / 2, 1 / 4].map((part) => part * (4 * GIB - 4));
    expect(told).toEqual(parts.map((bytes) => bytes - (bytes % 4)));
    expect(largest).toBe(GIB - PAGE);
  });

  it('ends close to it where it is too large by a little', async () => {
    device.room = 4.1 * GIB;
    expect(await ran(4 * GIB)).toMatchObject({ status: 'correct', largest: 3.75 * GIB });
  });

  it('is given up where a sixteenth is too much', async () => {
    device.room = MIB;
    const { status, reason, rows } = await ran(4 * GIB - 4);
    expect({ status, reason, rows }).toMatchObject({ reason: 'There is no room', rows: [] });
    expect(device.asked).toHaveLength(6);
  });
});
