/** Runs of probes that something ends before their time: what was finished stays, and nothing is made of the rest. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it, test } from 'vitest';
import schema from '../../bench/memory.schema.json' with { type: 'json' };
import { Failure, type FailureCode } from '../../src/core/errors.ts';
import { inTurn } from '../../src/lab/deadline.ts';
import { documentHead } from '../../src/lab/document.ts';
import { fingerprintSuite } from '../../src/lab/fingerprint.ts';
import { Heard } from '../../src/lab/probe-conclusion.ts';
import { PROBE_BUDGETS, type ProbeReply, type ProbeRequest, type ProbeResult } from '../../src/lab/probe-result.ts';
import type { CallOptions } from '../../src/lab/protocol.ts';
import { probes } from '../../src/probes/index.ts';
import type { Row } from '../../src/probes/types.ts';
import { heldIn } from '../../src/ui/state/files/read.ts';
import { runCommand } from './fake-host.ts';
import { MOST_BYTES, probeRows, REPORT, settingOf } from './probe-rows.ts';

const validate = new Ajv2020({ strict: true }).compile(schema);
const requestOf = (probe: string): ProbeRequest => ({ probe, seed: 1, quick: true, budget: PROBE_BUDGETS.quick });
const isMeasured = ({ withheld }: Row): boolean => withheld === undefined;
/** Without what models say, which may need rows that are not there. */
const bare = ({ model, ...measured }: Row) => measured;

const made = new Map<string, readonly Row[]>();
/** Of a probe as it is usually asked for, made once. */
function rowsOf(id: string): readonly Row[] {
  const rows = made.get(id) ?? probeRows(id);
  made.set(id, rows);
  return rows;
}

/** What is left of a run of which so many rows were heard. */
function leftOf(id: string, count: number, code: FailureCode = 'cancelled', all = rowsOf(id)): ProbeResult {
  const heard = new Heard(requestOf(id));
  heard.hear({ kind: 'probe', index: 0, mostBytes: MOST_BYTES });
  for (const row of all.slice(0, count)) heard.hear({ kind: 'row', index: 0, row, peakBytes: 100 });
  return heard.cutShort(new Failure(code, 'It ended.'), REPORT, 5);
}

function expectValid(results: readonly ProbeResult[]): void {
  validate({
    ...documentHead(),
    command: 'memory',
    host: 'dawn',
    adapter: REPORT.adapter,
    timer: null,
    features: [],
    limits: {},
    error: null,
    results,
  });
  expect(validate.errors).toBeNull();
}

describe.each(probes.map(({ id }) => id))('%s', (id) => {
  it.each([true, false])('has no two steps in one place, on a software adapter: %s', (software) => {
    const { steps } = probes.find((probe) => probe.id === id)?.plan(settingOf(true, software)) ?? expect.fail();
    expect(new Set(steps.map(({ at }) => JSON.stringify(at))).size).toBe(steps.length);
  });

  it('keeps what was finished when it is cancelled, and finds no more in it than in the whole', () => {
    const rows = rowsOf(id);
    const whole = leftOf(id, rows.length);
    expect(whole).toMatchObject({ status: 'correct', rows: rows.map(bare) });
    expect(whole.cut).toBeUndefined();
    const groups = probes.find((probe) => probe.id === id)?.plan(settingOf()).steps ?? [];
    const ends = groups.flatMap(({ group }, at) => (at > 0 && group !== groups[at - 1].group ? [at] : []));
    for (const count of new Set([1, ...ends, rows.length - 1])) {
      const left = leftOf(id, count);
      expectValid([left]);
      expect(left).toMatchObject({ status: 'correct', reason: null, cut: 'cancelled', peakBytes: 100, wallMs: 5 });
      expect(left.rows.map(({ at }) => at)).toEqual(rows.map(({ at }) => at));
      expect(left.rows.filter(isMeasured).map(bare)).toEqual(rows.slice(0, count).map(bare));
      for (const row of left.rows.slice(count))
        expect(row).toMatchObject({ withheld: 'the run was cancelled', medianNs: null, samplesNs: [], check: 'none' });
      expect(left.verdict?.total).toBeLessThan(whole.verdict?.total ?? 0);
      for (const found of left.found) {
        expect((found.value === null) === (found.withheld !== null)).toBe(true);
        // A curve that ends early has other levels, and says where it ends.
        const isLevel = id === 'staircase' && found.key !== 'last-level';
        if (found.value !== null && !isLevel) expect(whole.found).toContainEqual(found);
      }
      if (id !== 'staircase') expect(left.found.map(({ key }) => key)).toEqual(whole.found.map(({ key }) => key));
    }
    expect(leftOf(id, 1).found.some(({ withheld }) => withheld?.startsWith('the run was cancelled'))).toBe(true);
  });

  it('says that nothing was measured, and why, where nothing was', () => {
    const left = leftOf(id, 0, 'device-lost', []);
    expectValid([left]);
    expect(left).toMatchObject({
      status: 'withheld',
      reason: 'Nothing was measured: the device was lost',
      rows: [],
      found: [],
      verdict: null,
      cut: 'device lost',
    });
  });
});

describe('what is cut short', () => {
  it('has no last level where the chase that shows it is not whole', () => {
    // Levels of 5, 10 and 40 ns: the last one reaches to four times the last step and beyond.
    const nsOf = ({ at, each }: { at: Row['at']; each?: { count: number } }): number =>
      (Number(at.bytes) <= 32 * 1024 ? 5 : Number(at.bytes) <= 512 * 1024 ? 10 : 40) * (each?.count ?? 1e6);
    const rows = probeRows('staircase', settingOf(), nsOf as never);
    const chase = rows.filter(({ at }) => at.curve === 'latency within pages').length;
    const lastLevel = (count: number) =>
      leftOf('staircase', count, 'cancelled', rows).found.find(({ key }) => key === 'last-level');
    expect(lastLevel(rows.length)?.value).toBeCloseTo(40, 0);
    expect(lastLevel(chase)).toEqual(lastLevel(rows.length));
    for (const count of [1, chase >> 1, chase - 1]) {
      expect(lastLevel(count)).toMatchObject({ value: null, says: 'last level not reached' });
      expect(lastLevel(count)?.withheld).toMatch(/^the run was cancelled after a set of /);
    }
    // No step is a cache before the random chase has shown it too.
    const steps = leftOf('staircase', chase, 'cancelled', rows).found.filter(({ key }) => key.startsWith('step-'));
    expect(steps.length).toBe(2);
    expect(steps.every(({ value }) => value === null)).toBe(true);
  });

  it('has no roof of which a step is missing', () => {
    const rows = rowsOf('roofs');
    for (const count of [1, 2]) {
      const [first] = leftOf('roofs', count).found;
      expect(first).toMatchObject({ value: null, withheld: 'the run was cancelled' });
    }
    expect(
      leftOf('roofs', 3, 'cancelled', rows)
        .found.slice(1)
        .every(({ value }) => value === null),
    ).toBe(true);
  });

  it.each([
    ['cancelled', 'cancelled', 'the run was cancelled'],
    ['device-lost', 'device lost', 'the device was lost'],
    ['timeout', 'host lost', 'the host stopped'],
    ['internal', 'host lost', 'the host stopped'],
  ] as const)('by %s says so', (code, cut, why) => {
    const left = leftOf('grid', 16, code);
    expect(left.cut).toBe(cut);
    expect(left.rows.at(-1)?.withheld).toBe(why);
  });

  it('has no rows of before it began again with less memory', () => {
    const heard = new Heard(requestOf('stride'));
    const [large, small] = [MOST_BYTES, MOST_BYTES / 16].map((bytes) =>
      probeRows('stride', settingOf(true, true, bytes)),
    );
    heard.hear({ kind: 'probe', index: 0, mostBytes: MOST_BYTES });
    for (const row of large) heard.hear({ kind: 'row', index: 0, row, peakBytes: 100 });
    heard.hear({ kind: 'probe', index: 0, mostBytes: MOST_BYTES / 16 });
    heard.hear({ kind: 'row', index: 0, row: small[0], peakBytes: 100 });
    const { rows } = heard.cutShort(new Failure('cancelled', 'It ended.'), REPORT, 5);
    expect(rows.filter(isMeasured)).toEqual([small[0]]);
  });
});

describe('the command line', () => {
  const file = (): string => join(mkdtempSync(join(tmpdir(), 'tilescope-')), 'out.json');
  const reply = (result: ProbeResult): ProbeReply => ({ result, restart: false, liveBytes: 0 });

  /** Answers for whole probes; of one of them so many rows are told before `end` is waited for. */
  async function ran(argv: readonly string[], at: string, end: (options: CallOptions) => Promise<never>) {
    const path = file();
    const interrupt = new AbortController();
    const probe = async ({ probe: id }: ProbeRequest, options: CallOptions): Promise<ProbeReply> => {
      if (id !== at) return reply(leftOf(id, Number.POSITIVE_INFINITY));
      options.onProgress?.({ kind: 'probe', index: 0, mostBytes: MOST_BYTES });
      const rows = rowsOf(id);
      for (const row of rows.slice(0, rows.length - 2))
        options.onProgress?.({ kind: 'row', index: 0, row, peakBytes: 7 });
      // As Ctrl+C does, once a row has arrived.
      setTimeout(() => interrupt.abort(), 5);
      return end(options);
    };
    const run = await runCommand(
      [...argv, '--host', 'dawn', '--json', path],
      { probe, limits: REPORT.limits },
      interrupt,
    );
    const document = JSON.parse(readFileSync(path, 'utf8'));
    validate(document);
    expect(validate.errors).toBeNull();
    // The page opens it.
    expect(heldIn(JSON.stringify(document))).toMatchObject({ kind: 'fingerprint' });
    return { ...run, document };
  }

  const untilCancelled = ({ signal }: CallOptions): Promise<never> =>
    new Promise((_, reject) => {
      signal?.addEventListener('abort', () => reject(new Failure('cancelled', 'You cancelled the run')));
    });

  test('interrupted in a probe keeps what was finished of it, and names what was not begun', async () => {
    const argv = ['bench', 'memory', '--kernel', 'banks', '--kernel', 'stride', '--kernel', 'grid', '--quick'];
    const { status, stdout, document } = await ran(argv, 'stride', untilCancelled);
    expect(status).toBe(130);
    expect(document.error).toMatch(/cancelled/);
    expect(document.results.map(({ kernel, status: one, cut }: ProbeResult) => [kernel, one, cut])).toEqual([
      ['banks', 'correct', undefined],
      ['stride', 'correct', 'cancelled'],
      ['grid', 'withheld', 'cancelled'],
    ]);
    const { rows } = document.results[1] as ProbeResult;
    expect(rows.filter((row) => !isMeasured(row)).length).toBe(2);
    expect(stdout).toContain('(stride): correct, cut short (cancelled)');
    expect(stdout).toContain(`2 of ${rows.length} rows withheld: the run was cancelled`);
    expect(stdout).toMatch(/Not measured: grid\.\n$/);
  });

  test('keeps what a fingerprint had measured when its device is lost', async () => {
    const argv = ['device', '--fingerprint'];
    const turns = inTurn(fingerprintSuite('quick').probes).map(({ id }) => id);
    const { status, document } = await ran(argv, turns[1], () =>
      Promise.reject(new Failure('device-lost', 'The GPU device was lost')),
    );
    expect(status).toBe(1);
    expect(document.command).toBe('fingerprint');
    expect(document.timeLimitMs).toBe(55_000);
    // A probe that was not begun had none of the time.
    const withinMs = ({ withinMs: own }: ProbeResult): boolean => own !== undefined && own < 55_000;
    expect(document.results.filter(withinMs).map(({ kernel }: ProbeResult) => kernel)).toEqual([turns[1]]);
    const cutOf = (id: string) => document.results.find(({ kernel }: ProbeResult) => kernel === id)?.cut;
    expect(turns.map(cutOf)).toEqual([undefined, ...turns.slice(1).map(() => 'device lost')]);
  });
});
