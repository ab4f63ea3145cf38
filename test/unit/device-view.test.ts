/** The Device view: which probes it asks for, what its card says of one device and of two, and what it saves. */
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { describe, expect, it, test, vi } from 'vitest';
import schema from '../../bench/memory.schema.json' with { type: 'json' };
import { parseFlags } from '../../src/cli/args.ts';
import { DEVICE_FLAGS, fingerprintPlan } from '../../src/cli/memory-request.ts';
import { Failure, Refusal } from '../../src/core/errors.ts';
import { capabilitiesOf } from '../../src/lab/capabilities.ts';
import { inTurn, SharedTime } from '../../src/lab/deadline.ts';
import { fingerprintSuite } from '../../src/lab/fingerprint.ts';
import { Heard } from '../../src/lab/probe-conclusion.ts';
import type { ProbeRequest, ProbeResult } from '../../src/lab/probe-result.ts';
import type { CallOptions, Host, Method, Methods } from '../../src/lab/protocol.ts';
import type { Found } from '../../src/probes/types.ts';
import { intervalText, leftOutOf, valueText } from '../../src/ui/parts/probe/finding.ts';
import type { DeviceState } from '../../src/ui/state/device.ts';
import { opened } from '../../src/ui/state/files/opened.ts';
import { fingerprintIn, heldIn } from '../../src/ui/state/files/read.ts';
import { recordings, SHOWN_FIRST } from '../../src/ui/state/fingerprints.ts';
import { Ledger } from '../../src/ui/state/ledger.ts';
import { isCut, ProbeRuns } from '../../src/ui/state/probe-runs.ts';
import { apart } from '../../src/ui/state/sides.ts';
import { Sources } from '../../src/ui/state/sources.ts';
import { linesOf, sectionsOf, timesText } from '../../src/ui/views/device/card.ts';
import { identityOf, tookText } from '../../src/ui/views/device/identity.ts';
import { limitOf, Measuring } from '../../src/ui/views/device/measuring.ts';
import { offerOf } from '../../src/ui/views/device/offer.ts';
import { deviceFromSearch, deviceSearch } from '../../src/ui/views/device/settings.ts';
import { besideOf, sidesOf } from '../../src/ui/views/device/shown.ts';
import { addressOf } from '../../src/ui/views/links.ts';
import { offerOf as probeOffer } from '../../src/ui/views/memory/offer.ts';
import { rowTable } from '../../src/ui/views/tables.ts';
import { MOST_BYTES, probeRows, REPORT } from './probe-rows.ts';

const suite = fingerprintSuite('quick');
const ids = suite.probes.map(({ id }) => id);
const load = (id: string) => recordings.get(id)?.() ?? expect.fail(`no recording ${id}`);
const found = (part: Partial<Found>): Found => ({
  key: 'read',
  title: 'Reads',
  unit: 'GB/s',
  value: 10,
  interval: [9, 11],
  says: '',
  withheld: null,
  ...part,
});

describe('what the page measures', () => {
  test.each(['quick', 'full'] as const)('is what the command line does: %s', (effort) => {
    const flags = effort === 'full' ? ['--fingerprint', '--thorough'] : ['--fingerprint'];
    expect(fingerprintPlan(parseFlags(flags, DEVICE_FLAGS))).toEqual(fingerprintSuite(effort));
  });

  it('has a hardware GPU to stand beside', async () => {
    expect((await load(SHOWN_FIRST)).adapter.software).toBe(false);
  });
});

describe('the address', () => {
  it.each(['?view=device', '?view=device&from=llvmpipe&beside=none&budget=full', '?view=device&op=matmul&m=64'])(
    '%s keeps its form',
    (search) => {
      const { settings, notices } = deviceFromSearch(search);
      expect(notices).toEqual([]);
      expect(new URLSearchParams(deviceSearch(settings)).toString()).toBe(
        new URLSearchParams([...new URLSearchParams(search)]).toString(),
      );
    },
  );

  it('is read as it was meant, whatever has become of it on its way', () => {
    const { settings, notices } = deviceFromSearch(
      '?view=device&from=LLVMPIPE).&beside=None&op=matmul&utm_source=mail',
    );
    expect(settings).toEqual({ from: 'llvmpipe', beside: 'none', budget: 'quick', elsewhere: 'op=matmul' });
    expect(notices).toEqual([]);
    // A link cannot bring a file: its id stands as it was written, and the view says that it is not here.
    expect(deviceFromSearch('?view=device&from=file:A.json').settings.from).toBe('file:A.json');
  });

  it('does not name a file', () => {
    expect(deviceSearch({ from: 'file:a.json', beside: 'llvmpipe', budget: 'quick', elsewhere: '' })).toBe(
      '?view=device&beside=llvmpipe',
    );
  });

  it('is that of a whole fingerprint, but where its charts are looked at; single probes go to their charts', () => {
    const text = readFileSync('bench/results/fingerprints/llvmpipe.json', 'utf8');
    const file = opened('llvmpipe.json', heldIn(text));
    expect(addressOf(file, 'kernel')).toBe('?view=device');
    expect(addressOf(file, 'memory')).toBe('?view=memory&probe=staircase');
    const probe = opened('one.json', heldIn(text.replace('"command":"fingerprint"', '"command":"memory"')));
    expect(addressOf(probe, 'device')).toBe('?view=memory&probe=staircase');
  });
});

describe('the devices shown', () => {
  it.each([
    ['', '', { from: '', beside: 'none' }],
    ['', SHOWN_FIRST, { from: '', beside: '' }],
    ['', 'llvmpipe', { from: '', beside: 'llvmpipe' }],
    ['llvmpipe', '', { from: 'llvmpipe', beside: '' }],
    ['llvmpipe', SHOWN_FIRST, { from: 'llvmpipe', beside: SHOWN_FIRST }],
  ])('"%s" beside "%s" have one form in the address, and come out of it', (from, beside, sides) => {
    expect(sidesOf(from, beside)).toEqual(sides);
    expect(besideOf(sides)).toBe(beside);
  });

  it('are not the same one twice', () => {
    expect(sidesOf('llvmpipe', 'llvmpipe')).toEqual({ from: 'llvmpipe', beside: '' });
    expect(besideOf({ from: 'llvmpipe', beside: 'llvmpipe' })).toBe('');
    expect(apart({ from: 'llvmpipe', beside: 'llvmpipe' })).toEqual({ from: 'llvmpipe', beside: '' });
    expect(apart({ from: '', beside: 'llvmpipe' })).toEqual({ from: '', beside: 'llvmpipe' });
  });
});

describe('a file that is shown', () => {
  const sources = new Sources({ addController() {} } as unknown as ReactiveControllerHost);

  it('is shown again when the reader comes back, and not where the address means something else', () => {
    const address = { from: '', beside: 'llvmpipe' };
    expect(sources.restored(address)).toEqual(address);
    sources.remember({ from: 'file:mine.json', beside: 'llvmpipe' });
    expect(sources.restored(address)).toEqual({ from: 'file:mine.json', beside: 'llvmpipe' });
    for (const other of [
      { from: '', beside: '' },
      { from: 'swiftshader', beside: 'llvmpipe' },
    ])
      expect(sources.restored(other)).toEqual(other);
  });
});

describe('the lines of two devices', () => {
  it('have every finding once, in an order that is that of both', () => {
    const of = (...keys: readonly string[]): Found[] => keys.map((key) => found({ key, title: key }));
    const keys = (...sides: readonly (readonly Found[])[]): string[] => linesOf(sides).map(({ key }) => key);
    expect(keys(of('a', 'b', 'd'), of('a', 'c', 'd', 'e'))).toEqual(['a', 'c', 'b', 'd', 'e']);
    expect(keys(of('b'), of('a', 'b'))).toEqual(['a', 'b']);
    expect(keys([], of('a', 'b'))).toEqual(['a', 'b']);
    expect(linesOf([of('a'), []])[0].sides).toEqual([found({ key: 'a', title: 'a' }), undefined]);
  });

  it('number what has one title', () => {
    const levels = ['x-1', 'x-2'].map((key) => found({ key, title: 'Latency' }));
    expect(linesOf([levels, levels.slice(0, 1)]).map(({ title }) => title)).toEqual(['Latency 1', 'Latency 2']);
    expect(linesOf([levels.slice(0, 1)])[0]).toMatchObject({ title: 'Latency', isOneOfMany: false });
  });

  it('have the ratio of the second to the first, between all that both intervals allow', () => {
    const ratio = (first: Partial<Found>, second: Partial<Found>) =>
      linesOf([[found(first)], [found(second)]])[0].ratio;
    expect(ratio({}, { value: 20, interval: [18, 22] })).toEqual({ value: 2, interval: [18 / 11, 22 / 9] });
    expect(ratio({}, { value: 20, interval: null })).toEqual({ value: 2, interval: null });
    // An interval that reaches zero bounds no ratio.
    expect(ratio({ interval: [0, 11] }, {})?.interval).toBeNull();
    expect(ratio({}, { value: null, withheld: 'noise' })).toBeNull();
    expect(ratio({}, { unit: 'ns' })).toBeNull();
    for (const unit of ['times the time', '% of the rate']) expect(ratio({ unit }, { unit })).toBeNull();
    expect(linesOf([[found({})]])[0].ratio).toBeNull();
  });

  it('have no ratio of a level after the first where one device has more of them', () => {
    const levels = ['x-1', 'x-2', 'x-3'].map((key) => found({ key, title: 'Latency' }));
    const compared = (...sides: readonly (readonly Found[])[]) => linesOf(sides).map(({ ratio }) => ratio !== null);
    expect(compared(levels, levels)).toEqual([true, true, true]);
    expect(compared(levels, levels.slice(0, 2))).toEqual([true, false, false]);
    expect(compared(levels.slice(0, 1), levels.slice(0, 1))).toEqual([true]);
  });

  it('say a ratio as a number of times, or as a part', () => {
    expect([2.119, 1, 0.0745].map(timesText)).toEqual(['2.12×', '1.00×', '1/13.4']);
  });

  test('of recorded fingerprints are as many as there are findings', async () => {
    const [here, there] = await Promise.all(['llvmpipe', 'nvidia-h200'].map(load));
    const sections = sectionsOf(suite.probes, [here.results, there.results]);
    expect(sections.map(({ probe }) => probe.id)).toEqual(ids);
    for (const { sides, lines } of sections) {
      for (const [at, side] of sides.entries())
        expect(lines.filter(({ sides: both }) => both[at]).length).toBe(side?.found.length);
    }
    expect(new Set(sections.flatMap(({ lines }) => lines.map(({ title }) => title))).size).toBe(
      sections.flatMap(({ lines }) => lines).length,
    );
    for (const { title, sides } of identityOf([here, there, null]))
      expect(sides, title).toEqual([expect.stringMatching(/^(?!not reported)./), expect.stringMatching(/./), null]);
  });
});

describe('the value of a finding', () => {
  it.each([
    [4290, 'GB/s', '4.29 TB/s', '4.25 to 4.33'],
    [0.5, 'GFLOP/s', '500 MFLOP/s', '495 to 505'],
    [18.6, 'GB/s', '18.6 GB/s', '18.4 to 18.8'],
    [1234, 'ns', '1.23 µs', '1.22 to 1.25 µs'],
    [2 ** 20, 'B', '1.00 MiB', '1,010 KiB to 1.01 MiB'],
    [8192, 'elements', '8,192 elements', '8,110 to 8,274'],
  ])('%d %s is written in the unit that suits it, and so is its interval', (value, unit, text, ends) => {
    const one = found({ value, unit, interval: [0.99 * value, 1.01 * value] });
    expect(valueText(one)).toBe(text);
    expect(intervalText(one)).toBe(ends);
    expect(valueText({ ...one, value: null })).toBeNull();
  });
});

describe('rows that were not measured', () => {
  const rows = ['the time ran out', undefined, undefined].map((withheld) => ({
    at: {},
    medianNs: null,
    intervalNs: null,
    samplesNs: [],
    repetitions: 1,
    source: 'gpu' as const,
    dropped: 0,
    ...(withheld ? { withheld } : {}),
    measures: [],
    model: [],
    check: 'none' as const,
  }));

  it('are counted where the others are said to be correct', () => {
    expect(leftOutOf(rows)).toBe(' 1 of 3 rows are withheld: the time ran out.');
    expect(leftOutOf(rows.slice(1))).toBe('');
  });

  it('say so in words, or their file cannot be read', () => {
    const text = readFileSync('bench/results/fingerprints/llvmpipe.json', 'utf8');
    const withReason = (reason: unknown): string =>
      text.replace('"medianNs":', `"withheld":${JSON.stringify(reason)},"medianNs":`);
    expect(() => heldIn(withReason(7))).toThrow(Refusal);
    expect(heldIn(withReason('the time ran out')).kind).toBe('fingerprint');
  });

  it('differ in a table from those whose time the timer does not resolve', () => {
    const { columns, rows: lines } = rowTable(rows);
    expect(lines.map((line) => line[columns.indexOf('withheld')])).toEqual(['the time ran out', null, null]);
  });
});

describe('what is saved', () => {
  const validate = new Ajv2020({ strict: true }).compile(schema);

  test('of a recording is what was recorded', async () => {
    const fingerprint = await load('nvidia-h200');
    const { results } = fingerprint;
    const sections = sectionsOf(suite.probes, [results]);
    const whose = { report: fingerprint, origin: fingerprint };
    const { timeLimitMs } = fingerprint;
    const offer = offerOf({ whose, results, timeLimitMs, names: ['it'], sections, search: '?view=device' });
    const document = JSON.parse(JSON.stringify(await offer.json?.()));
    validate(document);
    expect(validate.errors).toBeNull();
    const { version: _, ...stored } = JSON.parse(readFileSync('bench/results/fingerprints/nvidia-h200.json', 'utf8'));
    expect(document).toMatchObject(stored);
    const table = await offer.table?.();
    expect(table?.rows).toHaveLength(results.flatMap(({ found: all }) => all).length);
    expect(table?.rows[0].slice(0, 3)).toEqual(['it', 'staircase', 'End of a cache 1']);
  });

  test('has the time that it was limited to, and says it where it says how long it took', async () => {
    const text = readFileSync('bench/results/fingerprints/llvmpipe.json', 'utf8');
    const limited = text.replace('"error":null', '"timeLimitMs":55000,"error":null');
    validate(JSON.parse(limited));
    expect(validate.errors).toBeNull();
    const { results, timeLimitMs, ...report } = fingerprintIn(limited);
    expect(tookText(results, timeLimitMs)).toMatch(/^[\d.]+ s of at most 55\.0 s$/);
    expect(tookText(results, fingerprintIn(text).timeLimitMs)).toMatch(/^[\d.]+ s$/);
    expect(tookText([], timeLimitMs)).toBeNull();
    expect(tookText([{ wallMs: 30_000 }, { wallMs: 25_100 }] as ProbeResult[], 55_000)).toBe(
      '55.1 s, with a limit of 55.0 s',
    );
    const sections = sectionsOf(suite.probes, [results]);
    const whose = { report: { ...report, results }, origin: report };
    const offer = offerOf({ whose, results, timeLimitMs, names: ['it'], sections, search: '' });
    const document = JSON.parse(JSON.stringify(await offer.json?.()));
    expect(document.timeLimitMs).toBe(55_000);
    for (const damaged of ['-1', '"soon"'])
      expect(() => fingerprintIn(limited.replace('55000', damaged))).toThrow(Refusal);
  });

  test('of a file with one probe is no fingerprint', async () => {
    const fingerprint = await load('nvidia-h200');
    const results = fingerprint.results.slice(0, 1);
    const whose = { report: fingerprint, origin: fingerprint };
    const sections = sectionsOf(suite.probes, [results]);
    const offer = offerOf({ whose, results, timeLimitMs: null, names: ['it'], sections, search: '' });
    expect(offer.json).toBeNull();
    expect(offer.lack).toBe('A fingerprint has every probe, and this file has only some');
  });

  test('is nothing while probes are missing', () => {
    const whose = { report: null, origin: null };
    const offer = offerOf({ whose, results: [], timeLimitMs: null, names: ['it'], sections: [], search: '' });
    expect(offer).toMatchObject({ json: null, table: null, lack: 'There is nothing to save yet' });
  });
});

describe('measuring', () => {
  const OPEN: DeviceState = { kind: 'open', report: REPORT, capabilities: capabilitiesOf(REPORT) };
  class View implements ReactiveControllerHost {
    readonly ledger = new Ledger();
    device: DeviceState = OPEN;
    readonly updateComplete = Promise.resolve(true);
    readonly controllers: ReactiveController[] = [];
    addController(controller: ReactiveController): void {
      this.controllers.push(controller);
    }
    removeController(): void {}
    requestUpdate(): void {}
    update(): void {
      for (const controller of this.controllers) controller.hostUpdate?.();
    }
    leave(): void {
      for (const controller of this.controllers) controller.hostDisconnected?.();
    }
  }
  const view = new View();
  const probeRuns = new ProbeRuns(view, (missing) => {
    view.device = { kind: 'missing', missing };
  });
  const measuring = new Measuring(view, probeRuns);
  const tasks = suite.probes.map((probe) => ({ probe, steps: 10 }));
  const asked: ProbeRequest[] = [];
  /** What is not as usual in the result of a request, and whether the host has to be restarted after it. */
  let reply: Partial<ProbeResult> = {};
  let restart = false;
  /** What happens to the request with this number. */
  let act: (at: number, options: CallOptions) => Promise<void> | void = () => {};
  const host: Host = {
    name: 'desk',
    async call<M extends Method>(_: M, params: Methods[M]['params'], options: CallOptions = {}) {
      const request = params as ProbeRequest;
      asked.push(request);
      options.onProgress?.({ kind: 'step', index: 0, phase: 'time', done: 5, total: 10 });
      await act(asked.length, options);
      if (options.signal?.aborted) throw new Failure('cancelled', 'You cancelled the run');
      const usual = { kernel: request.probe, status: 'correct', rows: [{}], found: [] } as unknown as ProbeResult;
      return { result: { ...usual, ...reply }, restart, liveBytes: 0 } as Methods[M]['reply'];
    },
    async close() {},
  };
  const measured = (): number => ids.filter((id) => probeRuns.of(id, 'quick')?.result).length;

  it('asks for each probe with the options of the command line, and says how far it is', async () => {
    const shares: number[] = [];
    act = () => void shares.push(measuring.progress().share);
    await measuring.run(host, tasks, 'quick', suite.totalMs);
    const { probes, totalMs, ...options } = suite;
    const turns = inTurn(probes);
    expect(asked).toEqual(turns.map(({ id }) => ({ probe: id, ...options, withinMs: expect.any(Number) })));
    // As the command line shares it out, which asks at once here.
    const time = new SharedTime(turns, totalMs, () => 0);
    for (const [at, { withinMs = 0 }] of asked.entries()) {
      expect(withinMs).toBeLessThanOrEqual(time.of(at));
      expect(withinMs).toBeGreaterThan(time.of(at) - 5_000);
    }
    expect(shares).toEqual(ids.map((_, at) => (at + 0.5) / ids.length));
    expect(measuring.note('quick')).toMatch(/^Measured in .+ of at most 55\.0 s\.$/);
    expect(measuring.note('full')).toBe('');
    expect(measured()).toBe(ids.length);
  });

  it('keeps an earlier result where another run of the probe is cancelled', async () => {
    act = () => {
      expect(probeRuns.of(ids[0], 'quick')).toEqual({ result: null, rows: [] });
      probeRuns.cancel();
    };
    expect(await probeRuns.run(host, ids[0], 'quick')).toBeNull();
    expect(probeRuns.of(ids[0], 'quick')?.result).toMatchObject({ kernel: ids[0] });
  });

  it('keeps what was finished of the probe that it is cancelled in, which is to be run again', async () => {
    view.ledger.forget();
    view.update();
    const id = inTurn(suite.probes)[1].id;
    const rows = probeRows(id);
    const told =
      (count: number, end: () => void) =>
      (at: number, { onProgress }: CallOptions) => {
        if (at !== 2) return;
        onProgress?.({ kind: 'probe', index: 0, mostBytes: MOST_BYTES });
        for (const row of rows.slice(0, count)) onProgress?.({ kind: 'row', index: 0, row, peakBytes: 1 });
        end();
      };
    const left = (): ProbeResult => probeRuns.of(id, 'quick')?.result ?? expect.fail();
    const late = (): number => left().rows.filter(({ withheld }) => withheld !== undefined).length;
    for (const [count, end, reason, isFurther] of [
      [4, () => measuring.cancel(), 'the run was cancelled', true],
      // What got less far does not replace it.
      [2, () => measuring.cancel(), 'the run was cancelled', false],
      [5, () => view.leave(), 'the run was cancelled', true],
      [
        6,
        () => {
          throw new Failure('device-lost', 'The device was lost');
        },
        'the device was lost',
        true,
      ],
    ] as const) {
      asked.length = 0;
      const before = isFurther ? rows.length - count : late();
      act = told(count, end);
      await measuring.run(host, tasks, 'quick', suite.totalMs);
      expect(isCut(left())).toBe(true);
      expect(late()).toBe(before);
      expect(leftOutOf(left().rows)).toBe(` ${before} of ${rows.length} rows are withheld: ${reason}.`);
    }
    // A limit of time is no reason to run it again.
    expect(isCut({ ...left(), cut: 'time limit' })).toBe(false);
    act = () => {};
    await measuring.run(host, tasks, 'quick', suite.totalMs);
    expect(isCut(left())).toBe(false);
  });

  it.each([
    ['run out of time', { status: 'withheld', cut: 'time limit' }],
    ['failed', { status: 'failed' }],
    ['been refused', { status: 'refused' }],
  ] as const)('keeps what was finished of a probe that is cancelled where it had %s before', async (_, before) => {
    view.ledger.forget();
    view.update();
    const rows = probeRows('banks');
    reply = { rows: [], ...before };
    act = () => {};
    await probeRuns.run(host, 'banks', 'quick');
    expect(probeRuns.of('banks', 'quick')?.result).toMatchObject({ rows: [], ...before });
    reply = {};
    act = (_at, { onProgress }) => {
      onProgress?.({ kind: 'probe', index: 0, mostBytes: MOST_BYTES });
      for (const row of rows.slice(0, 5)) onProgress?.({ kind: 'row', index: 0, row, peakBytes: 1 });
      probeRuns.cancel();
    };
    await probeRuns.run(host, 'banks', 'quick');
    const left = probeRuns.of('banks', 'quick');
    expect(left?.result).toMatchObject({ status: 'correct', cut: 'cancelled' });
    expect(left?.rows.filter(({ withheld }) => withheld === undefined)).toEqual(rows.slice(0, 5));
  });

  it('shows no rows and no progress of before a probe began again with less memory', async () => {
    const [row] = probeRows('banks');
    let shown: unknown;
    const seen: unknown[] = [];
    const update = vi.spyOn(view, 'requestUpdate').mockImplementation(() => {
      shown = [probeRuns.running?.share, probeRuns.running?.heard.rows.length];
    });
    act = (_at, { onProgress }) => {
      for (const message of [
        { kind: 'probe', index: 0, mostBytes: MOST_BYTES },
        { kind: 'row', index: 0, row, peakBytes: 1 },
        { kind: 'step', index: 0, phase: 'time', done: 9, total: 10 },
        { kind: 'probe', index: 0, mostBytes: MOST_BYTES / 2 },
        { kind: 'step', index: 0, phase: 'time', done: 1, total: 10 },
      ] as const) {
        onProgress?.(message);
        seen.push(shown);
      }
    };
    await probeRuns.run(host, 'banks', 'quick');
    expect(seen.slice(2)).toEqual([
      [0.9, 1],
      [0, 0],
      [0.1, 0],
    ]);
    update.mockRestore();
  });

  it('ends at once when it is cancelled or left, and keeps what had ended', async () => {
    for (const [end, says] of [
      [() => measuring.cancel(), /^You cancelled; what had been measured stays/],
      [() => view.leave(), /^You left this view/],
    ] as const) {
      asked.length = 0;
      view.ledger.forget();
      view.update();
      // What ended was another device's.
      expect(measuring.note('quick')).toBe('');
      act = (at) => (at === 3 ? end() : undefined);
      await measuring.run(host, tasks, 'quick', suite.totalMs);
      expect(asked).toHaveLength(3);
      expect(measured()).toBe(2);
      expect(measuring.running).toBeNull();
      expect(probeRuns.running).toBeNull();
      expect(measuring.note('quick')).toMatch(says);
    }
  });

  it('has all of its time from when another tab has ended its own run, and takes the lock once', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const requests: LockOptions[] = [];
    const request = async (_: string, options: LockOptions, task: LockGrantedCallback<unknown>) => {
      requests.push(options);
      if (options.ifAvailable) return task(null);
      expect(measuring.running?.waits).toBe(true);
      now.mockReturnValue(1e6);
      return task({ mode: 'exclusive', name: '' });
    };
    vi.stubGlobal('navigator', { locks: { request } });
    asked.length = 0;
    act = () => expect(measuring.running?.waits).toBe(false);
    await measuring.run(host, tasks, 'quick', suite.totalMs);
    expect(requests).toHaveLength(2);
    expect(asked[0].withinMs).toBe(new SharedTime(inTurn(suite.probes), suite.totalMs, () => 0).of(0));
    expect(measuring.note('quick')).toMatch(/^Measured in 0/);
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it('says by how much it took longer than it should', async () => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    act = () => void now.mockReturnValue(56_000);
    await measuring.run(host, tasks, 'quick', suite.totalMs);
    expect(measuring.note('quick')).toBe('Measured in 56.0 s, with a limit of 55.0 s.');
    vi.restoreAllMocks();
  });

  it('has a limit of time only where one run made all of its results', async () => {
    view.ledger.forget();
    view.update();
    act = () => {};
    const results = () => ids.map((id) => probeRuns.of(id, 'quick')?.result ?? expect.fail());
    await measuring.run(host, tasks, 'quick', suite.totalMs);
    expect(limitOf(results())).toBe(suite.totalMs);
    // As a run does that is resumed: a file of both claims no limit, since both together may have taken longer.
    await measuring.run(host, tasks.slice(0, 2), 'quick', suite.totalMs / 3);
    expect(limitOf(results())).toBeNull();
    await measuring.run(host, tasks, 'quick', suite.totalMs);
    expect(limitOf(results())).toBe(suite.totalMs);
    // As the Memory view does, without a limit.
    await probeRuns.run(host, ids[0], 'quick');
    expect(limitOf(results())).toBeNull();
    expect(limitOf([])).toBeNull();
  });

  it('ends where a kernel does not end, says so, and keeps what there is under the name of its device', async () => {
    view.ledger.forget();
    view.update();
    asked.length = 0;
    const [first, second] = inTurn(suite.probes);
    const heard = new Heard({ ...suite, probe: second.id });
    heard.hear({ kind: 'probe', index: 0, mostBytes: MOST_BYTES });
    heard.hear({ kind: 'row', index: 0, row: probeRows(second.id)[0], peakBytes: 1 });
    const late = { ...heard.cutShort(new Failure('cancelled', 'It ended'), REPORT, 5), cut: 'time limit' as const };
    act = (at) => {
      restart = at === 2;
      reply = restart ? late : {};
    };
    await measuring.run(host, tasks, 'quick', suite.totalMs);
    expect(asked).toHaveLength(2);
    expect(measuring.note('quick')).toBe('It stopped. A kernel did not end.');
    expect(view.device).toMatchObject({ kind: 'missing', missing: { lack: 'stuck' } });
    expect(probeRuns.isGone).toBe(false);
    const result = probeRuns.of(second.id, 'quick')?.result ?? expect.fail();
    const probe = { id: second.id, title: second.title };
    const whose = { report: probeRuns.report, origin: null };
    const { json } = probeOffer({ probe, whose, result, chart: () => null, search: '' });
    // The page opens it again.
    expect(heldIn(JSON.stringify(await json?.()))).toMatchObject({ kind: 'fingerprint' });
    expect(probeRuns.of(first.id, 'quick')?.result).toMatchObject({ status: 'correct' });
    // Another device is asked for.
    [restart, reply] = [false, {}];
    view.ledger.forget();
    view.update();
    expect(probeRuns.report).toBeNull();
    expect(probeRuns.isGone).toBe(true);
    view.device = OPEN;
  });

  it('ends where a probe finds the device gone, and says why', async () => {
    asked.length = 0;
    act = () => {
      throw new Failure('device-lost', 'The device was lost');
    };
    await measuring.run(host, tasks, 'quick', suite.totalMs);
    expect(asked).toHaveLength(1);
    expect(measuring.note('quick')).toMatch(/^It stopped\. .*The device was lost/);
  });
});
