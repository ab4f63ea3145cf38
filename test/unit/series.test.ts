/** Series in time, of minutes: what there is of one when its run ends, what is not made of that, and what a late failure leaves. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import schema from '../../bench/memory.schema.json' with { type: 'json' };
import { memoryTable } from '../../src/cli/memory-table.ts';
import { Failure } from '../../src/core/errors.ts';
import { Random } from '../../src/core/random.ts';
import type { Sample, Timer } from '../../src/gpu/timer.ts';
import { documentHead } from '../../src/lab/document.ts';
import type { Harness } from '../../src/lab/experiment.ts';
import { isFault } from '../../src/lab/outcome.ts';
import { defaultCapabilities } from '../../src/lab/plan.ts';
import { runProbe } from '../../src/lab/probe.ts';
import { Heard } from '../../src/lab/probe-conclusion.ts';
import { PROBE_BUDGETS, type ProbeResult } from '../../src/lab/probe-result.ts';
import type { Prepared } from '../../src/lab/probe-steps.ts';
import type { Progress } from '../../src/lab/protocol.ts';
import type { Row, Step } from '../../src/probes/types.ts';
import { leftOutOf, reasonOf } from '../../src/ui/parts/probe/finding.ts';
import { heldIn } from '../../src/ui/state/files/read.ts';
import { isCut } from '../../src/ui/state/probe-runs.ts';
import { ADAPTER } from './fake-host.ts';
import { MOST_BYTES, probeRows, REPORT, settingOf } from './probe-rows.ts';

const TIMER = { source: 'gpu', quantumNs: 1 } as Timer;
const REQUEST = { probe: 'sustained', seed: 1, quick: true, budget: PROBE_BUDGETS.quick };
const validate = new Ajv2020({ strict: true }).compile(schema);

function documentOf(result: ProbeResult): object {
  const head = { ...documentHead(), command: 'memory', host: 'dawn', adapter: ADAPTER, timer: null };
  return { ...head, features: [], limits: {}, error: null, results: [result] };
}

function expectValid(result: ProbeResult): void {
  validate(documentOf(result));
  expect(validate.errors).toBeNull();
}

/** A device on a clock of its own, each of whose samples takes 100 ms. */
const device = {
  ms: 0,
  /** From when on a sample fails, and with which code. */
  fails: null as { fromMs: number; code: 'compile' | 'timeout' | 'device-lost' } | null,
  /** From when on the outputs are wrong. */
  wrongFromMs: Number.POSITIVE_INFINITY,
};
class Steps {
  async allocate(): Promise<void> {}
  async prepare(steps: readonly Step[]): Promise<readonly Prepared[]> {
    return steps.map((step) => {
      const sample = async (): Promise<Sample> => {
        if (device.fails && device.ms >= device.fails.fromMs) throw new Failure(device.fails.code, 'It failed');
        device.ms += 100;
        return { gpuNs: 1e8, wallNs: 1e8 };
      };
      return {
        step,
        runs: 0,
        repetitions: 1,
        samples: [],
        parts: [],
        again: false,
        observed: [],
        lastedMs: 0,
        sample,
      };
    });
  }
  async firstFault(): Promise<string | null> {
    return device.ms >= device.wrongFromMs ? 'After timing, the step was wrong' : null;
  }
  release(): void {}
}

beforeEach(() => {
  Object.assign(device, { ms: 0, fails: null, wrongFromMs: Number.POSITIVE_INFINITY });
  const now = performance.now.bind(performance);
  // As its samples have moved it on, and never still: others wait by it too.
  vi.spyOn(performance, 'now').mockImplementation(() => now() + device.ms);
});
afterEach(() => vi.restoreAllMocks());

const HARNESS = {
  budget: PROBE_BUDGETS.quick,
  gpu: { adapter: { software: true }, arena: { resetPeak: () => {}, peakBytes: 0 } },
  capabilities: { ...defaultCapabilities, software: true },
  pause: async () => {},
  step: async () => {},
} as unknown as Harness;

interface Ran {
  readonly result: ProbeResult;
  readonly restart: boolean;
  readonly told: readonly Progress[];
}

async function ran(): Promise<Ran> {
  const told: Progress[] = [];
  return { ...(await runProbe(HARNESS, TIMER, REQUEST, (message) => told.push(message), { Steps })), told };
}

const rowsOf = (told: readonly Progress[]): readonly Row[] =>
  told.flatMap((message) => (message.kind === 'row' ? [message.row] : []));

describe('a series that goes on', () => {
  it('is told every second, as what was checked only before, and at its end as a row like any other', async () => {
    const { result, told } = await ran();
    expect(result).toMatchObject({ status: 'correct', reason: null });
    expect(result.cut).toBeUndefined();
    expect(result.verdict?.method).not.toContain('before');
    const first = rowsOf(told).filter(({ at }) => at.input === 'random numbers');
    const last = first.at(-1);
    expect(last).toMatchObject({ check: 'exact' });
    expect(last?.cutAfterMs).toBeUndefined();
    const parts = first.slice(0, -1);
    // Of 5 s: after each of the seconds, and at the end.
    expect(parts.length).toBeGreaterThanOrEqual(5);
    expect(parts.length).toBeLessThanOrEqual(6);
    for (const [at, { check, cutAfterMs, samplesNs, intervalNs }] of parts.entries()) {
      expect(check).toBe('before');
      expect(intervalNs).toBeNull();
      expect(Math.round((cutAfterMs ?? 0) / 1000)).toBe(Math.min(5, at + 1));
      expect(samplesNs.length).toBeGreaterThanOrEqual(10 * Math.min(5, at + 1));
    }
    expect(result.rows.map(({ check }) => check)).toEqual(['exact', 'exact', 'exact', 'exact']);
  });

  it('keeps nothing of what turns out wrong after it', async () => {
    device.wrongFromMs = 4000;
    const { result, told } = await ran();
    expect(rowsOf(told).length).toBeGreaterThan(0);
    expect(result).toMatchObject({ status: 'wrong', rows: [], found: [] });
    expectValid(result);
  });
});

describe('a probe that fails', () => {
  it.each(['compile', 'timeout'] as const)('in a late group keeps those before it: %s', async (code) => {
    const whole = (await ran()).result;
    // In the second of its series, after the 5 s of the first.
    Object.assign(device, { ms: 0, fails: { fromMs: 6500, code } });
    const { result, restart } = await ran();
    expectValid(result);
    expect(restart).toBe(code === 'timeout');
    expect(result).toMatchObject({ status: 'failed', cut: 'failure', failure: { code } });
    expect(isFault(result)).toBe(true);
    expect(isCut(result)).toBe(false);
    expect(result.reason).toContain('It failed');
    expect(result.rows.map(({ check }) => check)).toEqual(['exact', 'before', 'none', 'none']);
    expect(result.rows.at(-1)?.withheld).toBe('the run failed');
    // Of the first series all is found that is found of a whole run, and of the others nothing.
    expect(result.found[0]).toEqual(whole.found[0]);
    expect(result.found.slice(1).every(({ value, withheld }) => value === null && withheld !== null)).toBe(true);
    expect(result.verdict).toMatchObject({ correct: true });
    const table = memoryTable(result);
    expect(table).toMatch(/: failed, [\s\S]*It failed[\s\S]*2 of 4 rows withheld: the run failed/);
    expect(reasonOf(result)).toMatch(
      /It failed\. What was measured and checked before stands\. 2 of 4 rows are withheld/,
    );
    expect(heldIn(JSON.stringify(documentOf(result)))).toMatchObject({ kind: 'fingerprint' });
  });

  it('in its first group has no rows, and without its device no result', async () => {
    device.fails = { fromMs: 0, code: 'compile' };
    const { result } = await ran();
    expectValid(result);
    expect(result).toMatchObject({ status: 'failed', rows: [], found: [], verdict: null });
    expect(result.cut).toBeUndefined();
    device.fails = { fromMs: 6500, code: 'device-lost' };
    await expect(ran()).rejects.toMatchObject({ code: 'device-lost' });
  });

  it('has no rows without a verdict that passed, and none under another status', async () => {
    device.fails = { fromMs: 6500, code: 'compile' };
    const { result } = await ran();
    const { cut: _, ...uncut } = result;
    for (const bad of [uncut, { ...result, status: 'wrong' }, { ...result, verdict: null }]) {
      validate(documentOf(bad as ProbeResult));
      expect(validate.errors).not.toBeNull();
      expect(() => heldIn(JSON.stringify(documentOf(bad as ProbeResult)))).toThrow();
    }
  });
});

/** What is left of a run that was cancelled when so many messages of it had been told. */
function cancelled(messages: readonly Progress[]): ProbeResult {
  const heard = new Heard(REQUEST);
  for (const message of messages) heard.hear(message);
  expect(heard.isEmpty).toBe(rowsOf(messages).length === 0);
  return heard.cutShort(new Failure('cancelled', 'It ended.'), REPORT, 5);
}

/** A series of the load on random numbers, so far, and whatever was finished before it. */
function seriesOf(samplesNs: readonly number[], cutAfterMs: number, input = 'random numbers'): readonly Progress[] {
  const rows = probeRows('sustained', settingOf());
  const at = rows.findIndex((row) => row.at.input === input);
  const { intervalNs: _, ...row } = rows[at];
  const part: Row = { ...row, samplesNs, intervalNs: null, cutAfterMs, check: 'before' };
  return [
    { kind: 'probe', index: 0, mostBytes: MOST_BYTES },
    ...[...rows.slice(0, at), part].map((one): Progress => ({ kind: 'row', index: 0, row: one, peakBytes: 7 })),
  ];
}

const random = new Random(2);
const steady = (count: number, ns: number): number[] =>
  Array.from({ length: count }, () => ns * (1 + 0.02 * random.normal()));

describe('a series in which the run ended', () => {
  it('stays, with its interval, and says how much of it that is and how it was checked', () => {
    const result = cancelled(seriesOf(steady(300, 100), 110_000));
    expectValid(result);
    expect(result).toMatchObject({ status: 'correct', cut: 'cancelled', peakBytes: 7 });
    const [first, ...others] = result.rows;
    expect(first).toMatchObject({ check: 'before', cutAfterMs: 110_000 });
    expect(first.samplesNs).toHaveLength(300);
    expect(first.intervalNs?.[0]).toBeGreaterThan(98);
    for (const row of others) expect(row).toMatchObject({ withheld: 'the run was cancelled', check: 'none' });
    expect(result.verdict?.method).toMatch(/; of 1 of 1 steps only before it was timed$/);
    const table = memoryTable(result);
    expect(table).toContain('cut short (cancelled)');
    expect(table).toContain('1 of 4 rows cut short, after 110 s: the output was checked before it was timed, and not');
    expect(leftOutOf(result.rows)).toMatch(/3 of 4 rows are withheld.*1 of 4 rows cut short, after 110 s/);
    // The page opens what was saved of it.
    expect(heldIn(JSON.stringify(documentOf(result)))).toMatchObject({ kind: 'fingerprint' });
  });

  it('is the latest of what was told of it, and gives way to the row that is finished', () => {
    const [begun, ...rest] = seriesOf(steady(30, 100), 1000);
    const later = seriesOf(steady(60, 100), 2000).slice(1);
    expect(cancelled([begun, ...rest, ...later]).rows[0].samplesNs).toHaveLength(60);
    const [whole] = probeRows('sustained', settingOf());
    const finished: Progress = { kind: 'row', index: 0, row: whole, peakBytes: 7 };
    expect(cancelled([begun, ...rest, finished]).rows[0]).toEqual(whole);
    // Nor is there anything of before a run began again with less memory.
    expect(cancelled([begun, ...rest, begun, ...later]).rows[0].samplesNs).toHaveLength(60);
  });

  test('a fall within it counts; without one, that is said of its seconds alone', () => {
    const fallIn = (samplesNs: readonly number[]) => cancelled(seriesOf(samplesNs, 110_000)).found[0];
    const fell = fallIn([...steady(150, 100), ...steady(200, 100 / 0.755)]);
    expect(fell.value).toBeGreaterThan(23.5);
    const none = fallIn(steady(300, 100));
    expect(none.value).toBe(0);
    for (const { title, says } of [fell, none]) {
      expect(title).toMatch(/in the first 110 of \d+ s$/);
      expect(says).toMatch(/what came after was not measured$/);
    }
    expect(fallIn(steady(20, 100))).toMatchObject({ value: null, withheld: 'the series is too short' });
  });

  test.each(['zeros', 'random numbers, again'])('no rate on other numbers is compared where it is %s', (input) => {
    const { found } = cancelled(seriesOf(steady(300, 100), 3000, input));
    const zeros = found.find(({ key }) => key === 'zeros');
    expect(zeros?.value).toBeNull();
    expect(zeros?.withheld).toMatch(input === 'zeros' ? /cut short|cancelled/ : /cut short/);
    // The load before it is whole.
    expect(found[0].title).not.toContain('in the first');
  });

  it('that was not checked after it does not pass for one that was', () => {
    const result = cancelled(seriesOf(steady(300, 100), 110_000));
    const [first, ...rest] = result.rows;
    validate(documentOf({ ...result, rows: [{ ...first, check: 'exact' }, ...rest] }));
    expect(validate.errors).not.toBeNull();
  });
});
