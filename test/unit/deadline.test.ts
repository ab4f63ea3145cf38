/** Limited time: how it is shared out, what is left out, and what a probe says that had too little of it. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from 'vitest';
import schema from '../../bench/memory.schema.json' with { type: 'json' };
import { Failure } from '../../src/core/errors.ts';
import type { Sample, Timer } from '../../src/gpu/timer.ts';
import { Deadline, fitting, inTurn, Late, partOf, SharedTime, tookWords } from '../../src/lab/deadline.ts';
import { documentHead } from '../../src/lab/document.ts';
import type { Harness } from '../../src/lab/experiment.ts';
import { defaultCapabilities } from '../../src/lab/plan.ts';
import { runProbe } from '../../src/lab/probe.ts';
import { FINGERPRINT_SECONDS, PROBE_BUDGETS, type ProbeResult } from '../../src/lab/probe-result.ts';
import { type Prepared, ProbeSteps } from '../../src/lab/probe-steps.ts';
import { rowOf, timeSteps } from '../../src/lab/probe-time.ts';
import { probes } from '../../src/probes/index.ts';
import type { ProbePlan, Row, Step } from '../../src/probes/types.ts';
import { ADAPTER } from './fake-host.ts';

const MS = 1e6;
const LATE = 'the time ran out';

/** A clock that only work moves on. */
class FakeClock {
  ms = 0;
  readonly now = (): number => this.ms;
}
let clock = new FakeClock();
beforeEach(() => {
  clock = new FakeClock();
});

describe('time that probes share', () => {
  const worths = [{ worth: 20 }, { worth: 30 }, {}, { worth: 9 }];

  it('is for whoever needs it first, but for what is kept for those to come', () => {
    const time = new SharedTime(worths, 60_000, clock.now);
    expect(time.of(0)).toBe(60_000 - 0.6 * 60_000 * (40 / 60));
    clock.ms = 1000;
    // What was not used is for the next.
    expect(time.of(1)).toBe(59_000 - 0.6 * 60_000 * (10 / 60));
    clock.ms = 50_000;
    expect(time.of(3)).toBe(10_000);
  });

  it('is divided by worth where less is left than was kept', () => {
    const time = new SharedTime(worths, 60_000, clock.now);
    clock.ms = 56_000;
    expect(time.of(1)).toBeCloseTo((4000 * 30) / 40);
    clock.ms = 70_000;
    expect(time.of(3)).toBe(0);
  });

  it('is no more for some of them than their worth among all', () => {
    expect(partOf(worths, worths)).toBe(1);
    expect(partOf(worths.slice(2), worths)).toBe(10 / 60);
    expect(partOf([], worths)).toBe(0);
  });

  it('is never more than there is, whatever each of them takes', () => {
    for (const greed of [0.5, 1, 1.1]) {
      clock.ms = 0;
      const time = new SharedTime(worths, 60_000, clock.now);
      for (const at of worths.keys()) {
        const own = time.of(at);
        expect(own).toBeLessThanOrEqual(Math.max(0, 60_000 - clock.ms));
        clock.ms += greed * own;
      }
    }
  });
});

test('what took longer than its limit is not said to have kept it', () => {
  const seconds = (ms: number): string => `${ms / 1000} s`;
  expect(tookWords(54_900, 55_000, seconds)).toBe('54.9 s of at most 55 s');
  expect(tookWords(55_000, 55_000, seconds)).toBe('55 s of at most 55 s');
  expect(tookWords(55_100, 55_000, seconds)).toBe('55.1 s, with a limit of 55 s');
});

describe('of steps that cost 10 ms each', () => {
  const steps = [{}, {}, { spare: 1 }, { spare: 5 }, { spare: 3 }];
  const fits = (fairMs: number, mostMs: number): number[] =>
    fitting(steps, () => 10, fairMs, mostMs).map((step) => steps.indexOf(step));

  it('those are left out first that can be spared most', () => {
    expect(fits(50, 60)).toEqual([0, 1, 2, 3, 4]);
    expect(fits(49, 60)).toEqual([0, 1, 2, 4]);
    expect(fits(30, 60)).toEqual([0, 1, 2]);
    expect(fits(1, 60)).toEqual([0, 1]);
  });

  it('none is measured where not even the needed ones fit', () => {
    expect(fits(1, 20)).toEqual([0, 1]);
    expect(fits(1, 19)).toEqual([]);
  });
});

const TIMER = { source: 'gpu', quantumNs: 1 } as Timer;

function harnessOf(software = true): Harness {
  const arena = { resetPeak: () => {}, peakBytes: 0 };
  return {
    budget: PROBE_BUDGETS.quick,
    gpu: { adapter: { software }, arena },
    capabilities: { ...defaultCapabilities, software },
    pause: async () => {},
    step: async () => {},
  } as unknown as Harness;
}

/** A step each of whose repetitions moves the clock on. */
function prepared(step: Step, msOf: () => number): Prepared {
  const sample = async (repetitions: number): Promise<Sample> => {
    const ms = repetitions * msOf();
    clock.ms += ms;
    return { gpuNs: ms * MS, wallNs: ms * MS };
  };
  return { step, runs: 0, repetitions: 1, samples: [], parts: [], again: false, observed: [], lastedMs: 0, sample };
}

describe('a group of steps', () => {
  const group = (msOf: () => number): Prepared[] =>
    [undefined, undefined, 1, 2].map((spare, name) => {
      const step = { at: { name }, group: 'one', work: { kind: 'dispatch' }, quantities: [], model: [], check: {} };
      return prepared({ ...step, ...(spare === undefined ? {} : { spare }) } as unknown as Step, msOf);
    });
  const timed = (members: readonly Prepared[], ms: number, isSettled = () => true): Promise<readonly Prepared[]> => {
    const deadline = new Deadline(ms, clock.now);
    return timeSteps(harnessOf(), TIMER, members, () => {}, isSettled, {
      deadline,
      fair: (leftMs) => leftMs,
    });
  };
  const names = (members: readonly Prepared[]): unknown[] => members.map(({ step }) => step.at.name);
  const rows = (members: readonly Prepared[]): Row[] => members.map((member) => rowOf(TIMER, member));

  it('is timed as without a limit where there is plenty of time', async () => {
    const [free, limited] = [group(() => 5), group(() => 5)];
    await timeSteps(harnessOf(), TIMER, free, () => {});
    expect(names(await timed(limited, 1000))).toEqual([0, 1, 2, 3]);
    expect(rows(limited)).toEqual(rows(free));
  });

  it('loses the steps that can be spared, and then all', async () => {
    // Calibration takes 3 samples, and there are 17 more with the checks: 100 ms for each step.
    expect(
      names(
        await timed(
          group(() => 5),
          401,
        ),
      ),
    ).toEqual([0, 1, 2, 3]);
    expect(
      names(
        await timed(
          group(() => 5),
          395,
        ),
      ),
    ).toEqual([0, 1, 2]);
    expect(
      names(
        await timed(
          group(() => 5),
          260,
        ),
      ),
    ).toEqual([0, 1]);
    await expect(
      timed(
        group(() => 5),
        200,
      ),
    ).rejects.toThrow(Late);
  });

  it('of transfers is planned by a second run, since the first one pays for what later ones find there', async () => {
    const moved = (firstMs: number, ms: number): Prepared[] =>
      group(() => ms).map((one) => ({
        ...one,
        step: { ...one.step, work: { kind: 'transfer' } } as unknown as Step,
        first: { gpuNs: Number.NaN, wallNs: firstMs * MS },
        lastedMs: firstMs,
      }));
    // One run more, 15 samples and two for the checks: 90 ms for each step.
    expect(names(await timed(moved(8, 5), 400))).toEqual([0, 1, 2, 3]);
    // 20 ms is not what the first run let expect: two steps are left out, and not all of them given up.
    expect(names(await timed(moved(5, 20), 1000))).toEqual([0, 1]);
  });

  it('is given up where the machine becomes so slow meanwhile that the time ends before its samples', async () => {
    const begun = clock.ms;
    const members = group(() => (clock.ms - begun < 100 ? 5 : 50));
    await expect(timed(members, 500)).rejects.toThrow(Late);
    expect(clock.ms).toBeLessThan(600);
  });

  it('has further looks only within the time, and whole rounds of them', async () => {
    const never = (): boolean => false;
    const [long, short, slow] = [group(() => 5), group(() => 5), group(() => (clock.ms > 800 ? 20 : 5))];
    expect((await timed(long, 1e6, never))[0].samples.length).toBeGreaterThan(30);
    expect((await timed(short, 500, never))[0].samples.length).toBe(15);
    clock.ms = 350;
    await timed(slow, 800, never);
    const counts = new Set(slow.map(({ samples }) => samples.length));
    expect(counts.size).toBe(1);
    expect([...counts][0]).toBeGreaterThan(15);
    expect([...counts][0]).toBeLessThan(30);
  });
});

/** A device that takes as long as it is told for each dispatch, and gives right outputs. */
const device = { ms: 1, buildMs: 1, hangsAtMs: Number.POSITIVE_INFINITY };
class Steps {
  constructor(private readonly harness: Harness) {}
  async allocate(): Promise<void> {
    await this.harness.step('inputs');
    clock.ms += 10;
  }
  async prepare(steps: readonly Step[]): Promise<readonly Prepared[]> {
    const all: Prepared[] = [];
    for (const step of steps) {
      clock.ms += device.buildMs;
      await this.harness.pause();
      const one = prepared(step, () => device.ms);
      const sample = async (repetitions: number): Promise<Sample> => {
        if (clock.ms < device.hangsAtMs) return one.sample(repetitions);
        // As the GPU is waited for: no longer than the budget says at that moment.
        clock.ms += this.harness.budget.limitMs;
        throw new Failure('timeout', 'It did not finish');
      };
      all.push({ ...one, sample });
    }
    return all;
  }
  async firstFault(steps: readonly Prepared[]): Promise<null> {
    for (const one of steps) {
      await this.harness.pause();
      const first = await one.sample(1);
      if (one.lastedMs === 0) Object.assign(one, { first, lastedMs: device.ms });
    }
    return null;
  }
  release(): void {}
}

const FINGERPRINT = probes.filter(({ inFingerprint }) => inFingerprint);
const validate = new Ajv2020({ strict: true }).compile(schema);

async function ran(probe: string, withinMs?: number, software = true): Promise<ProbeResult> {
  const request = { probe, seed: 1, quick: true, budget: PROBE_BUDGETS.quick };
  const limit = withinMs === undefined ? {} : { withinMs };
  const { result } = await runProbe(harnessOf(software), TIMER, { ...request, ...limit }, () => {}, {
    now: clock.now,
    Steps,
  });
  validate({
    ...documentHead(),
    command: 'fingerprint',
    host: 'dawn',
    adapter: ADAPTER,
    timer: null,
    features: [],
    limits: {},
    error: null,
    results: [result],
  });
  expect(validate.errors).toBeNull();
  return { ...result, wallMs: 0 };
}

describe.each(FINGERPRINT.map(({ id }) => id))('%s', (id) => {
  /** Without a limit, and how long that takes. */
  let [free, allMs] = [{} as ProbeResult, 0];
  beforeAll(async () => {
    clock = new FakeClock();
    Object.assign(device, { ms: 3, buildMs: 1 });
    free = await ran(id);
    allMs = clock.ms;
  });
  beforeEach(() => Object.assign(device, { ms: 3, buildMs: 1 }));

  it('measures the same with plenty of time as without a limit', async () => {
    expect(free.rows.every(({ withheld }) => withheld === undefined)).toBe(true);
    expect(await ran(id, 1.5 * allMs)).toEqual({ ...free, withinMs: 1.5 * allMs });
  });

  it.each([0.6, 0.2])('names in %d of the time whatever it leaves out, and is through in time', async (part) => {
    const { rows, found, status, verdict } = await ran(id, part * allMs);
    expect(clock.ms).toBeLessThan(part * allMs + 10);
    if (status === 'withheld') return expect(part).toBeLessThan(0.3);
    expect(rows.map(({ at }) => at)).toEqual(free.rows.map(({ at }) => at));
    const [late, measured] = [true, false].map((isLate) => rows.filter((row) => (row.withheld === LATE) === isLate));
    expect(late.length).toBeGreaterThan(0);
    expect(measured.length).toBeGreaterThan(0);
    expect(verdict?.total).toBeLessThan(free.verdict?.total ?? 0);
    for (const row of late) expect(row).toMatchObject({ medianNs: null, samplesNs: [], measures: [], check: 'none' });
    // What is measured is measured whole.
    for (const row of measured) expect(row.samplesNs.length).toBeGreaterThanOrEqual(15);
    for (const { value, withheld } of found) expect((value === null) === (withheld !== null)).toBe(true);
    const everyKey = new Set(found.map(({ key }) => key));
    // Levels and steps of a curve are as many as were found; all else has a place of its own.
    if (id !== 'staircase') expect(everyKey).toEqual(new Set(free.found.map(({ key }) => key)));
    if (id !== 'alignment') expect(found.some(({ withheld }) => withheld?.startsWith(LATE))).toBe(true);
  });

  it('says without any time that nothing was measured, and why', async () => {
    const { status, reason, rows, found, verdict } = await ran(id, 0);
    expect({ status, reason, rows, found, verdict }).toEqual({
      status: 'withheld',
      reason: `Nothing was measured: ${LATE}`,
      rows: [],
      found: [],
      verdict: null,
    });
  });
});

describe('a kernel that does not return', () => {
  const request = { probe: 'grid', seed: 1, quick: true, budget: PROBE_BUDGETS.quick };
  const held = (withinMs?: number) =>
    runProbe(harnessOf(), TIMER, { ...request, ...(withinMs ? { withinMs } : {}) }, () => {}, {
      now: clock.now,
      Steps,
    });
  const limited = { ms: 3, buildMs: 1, hangsAtMs: 1050 };
  beforeEach(() => Object.assign(device, limited));
  afterAll(() => Object.assign(device, { hangsAtMs: Number.POSITIVE_INFINITY }));

  it('is given up ten seconds after the time is over, and what was finished stays', async () => {
    const { result, restart } = await held(20_000);
    expect(clock.ms).toBeLessThan(30_100);
    expect(restart).toBe(true);
    expect(result).toMatchObject({ status: 'correct', cut: 'time limit' });
    const late = result.rows.filter(({ withheld }) => withheld === LATE);
    expect(late.length).toBeGreaterThan(0);
    expect(late.length).toBeLessThan(result.rows.length);
  });

  it('is a failure without a limit, after all of its patience', async () => {
    const { result, restart } = await held();
    expect(clock.ms).toBeGreaterThan(request.budget.limitMs);
    expect({ status: result.status, restart }).toEqual({ status: 'failed', restart: true });
  });
});

describe('a compiler that is given up after 30 ms', () => {
  /** What the set-up of a probe ends in that has so many milliseconds. */
  async function setUpIn(ms: number): Promise<unknown> {
    const pipeline = async (): Promise<never> => {
      clock.ms += 30;
      throw new Failure('slow-compile', 'Building the pipeline did not finish');
    };
    const harness = { ...harnessOf(), gpu: { pipeline } } as unknown as Harness;
    const bounded = new Deadline(ms, clock.now).bounding(harness);
    const fill = { shader: 'probes/roofs.wgsl', entry: 'fill', workgroups: [1, 1, 1], workgroupSize: [256, 1, 1] };
    const plan = { buffers: [], setup: [fill], steps: [] } as unknown as ProbePlan;
    return new ProbeSteps(bounded, TIMER, plan, 'probe', clock.now).allocate().catch((error: unknown) => error);
  }

  it('holds no kernel: where the time is over meanwhile, that is all', async () => {
    expect(await setUpIn(20)).toBeInstanceOf(Late);
  });

  it.each([40, Number.POSITIVE_INFINITY])('is a failure where there were %d ms', async (ms) => {
    expect(await setUpIn(ms)).toMatchObject({ code: 'slow-compile' });
  });
});

describe('a fingerprint', () => {
  it('is whole on a GPU, where each group is warmed up first', async () => {
    Object.assign(device, { ms: 0.05, buildMs: 5 });
    const turns = inTurn(FINGERPRINT);
    const time = new SharedTime(turns, 1000 * FINGERPRINT_SECONDS.quick, clock.now);
    for (const [at, { id }] of turns.entries()) {
      const { rows } = await ran(id, time.of(at), false);
      expect(rows.filter(({ withheld }) => withheld !== undefined)).toEqual([]);
    }
    // Some 30 groups of at least 0.4 s, and what they have to measure.
    expect(clock.ms).toBeGreaterThan(20_000);
  });

  it.each([1, 10, 25])('is through in its time where each dispatch takes %d ms', async (ms) => {
    Object.assign(device, { ms, buildMs: 10 });
    const totalMs = 1000 * FINGERPRINT_SECONDS.quick;
    const turns = inTurn(FINGERPRINT);
    const time = new SharedTime(turns, totalMs, clock.now);
    const statuses: string[] = [];
    for (const [at, { id }] of turns.entries()) statuses.push((await ran(id, time.of(at))).status);
    expect(clock.ms).toBeLessThan(totalMs + 1000);
    expect(statuses.every((status) => status === 'correct' || status === 'withheld')).toBe(true);
    // Those that have most to do come last, and have some of it all the same.
    expect(turns.slice(-2).map(({ id }) => id)).toEqual(['staircase', 'roofs']);
    expect(statuses.slice(-2)).toEqual(['correct', 'correct']);
  });
});
