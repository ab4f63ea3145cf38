/** Fingerprints as files: the recorded ones, and what is said of any other file. */
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it, test } from 'vitest';
import schema from '../../bench/memory.schema.json' with { type: 'json' };
import { heldAgainst } from '../../src/lab/fingerprint.ts';
import { defaultCapabilities } from '../../src/lab/plan.ts';
import type { ProbeResult } from '../../src/lab/probe-result.ts';
import { findProbe, probes } from '../../src/probes/index.ts';
import type { Found, Row } from '../../src/probes/types.ts';
import { drawnOf } from '../../src/ui/parts/probe/points.ts';
import { fingerprintIn } from '../../src/ui/state/files/read.ts';
import { recordings } from '../../src/ui/state/fingerprints.ts';

interface ProbeDocument {
  readonly adapter: { readonly software: boolean };
  readonly results: readonly ProbeResult[];
}

const FOLDER = 'bench/results/fingerprints';
const text = readFileSync(`${FOLDER}/llvmpipe.json`, 'utf8');
const validate = new Ajv2020({ strict: true }).compile(schema);

describe.each(readdirSync(FOLDER))('%s', (file) => {
  it('is what the schema asks for, whole, right, and one of those the page offers', async () => {
    const document = JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8'));
    validate(document);
    expect(validate.errors).toBeNull();
    expect(document.error).toBeNull();
    const fingerprint = await recordings.get(file.replace('.json', ''))?.();
    expect(fingerprint?.results.map(({ kernel }) => kernel)).toEqual(
      probes.filter(({ inFingerprint }) => inFingerprint).map(({ id }) => id),
    );
    expect(fingerprint?.results.every(({ status }) => status === 'correct')).toBe(true);
  });
});

const RECORDED = [FOLDER, 'bench/results/memory', 'bench/results/rooflines'].flatMap((folder) =>
  readdirSync(folder).map((file) => `${folder}/${file}`),
);

describe.each(RECORDED)('the findings of %s', (file) => {
  const { adapter, results } = JSON.parse(readFileSync(file, 'utf8')) as ProbeDocument;
  const capabilities = { ...defaultCapabilities, software: adapter.software };

  const measured = results.filter(({ kernel }) => findProbe(kernel));
  const again = measured.map((result) => {
    const setting = { capabilities, mostBytes: 2 ** 27, quick: true, seed: result.seed };
    return { ...result, found: findProbe(result.kernel)?.find(result.rows, setting) ?? [] };
  });
  const now = heldAgainst(again).map(({ found }) => found);

  it.each(measured.map(({ kernel, found }, at) => [kernel, found, now[at]] as const))(
    '%s follow from its rows',
    (_, found, now) => {
      expect(found).toEqual(now);
    },
  );

  it('each have an interval, or the reason why there is no value', () => {
    // The largest of all errors is no median.
    const medians = measured.filter(({ kernel }) => kernel !== 'accuracy');
    for (const { key, interval, withheld } of medians.flatMap((result) => result.found))
      expect(interval !== null || withheld !== null, key).toBe(true);
  });
});

describe('a file that is not a fingerprint gets one sentence', () => {
  const changed = (change: (document: Record<string, unknown>) => void): string => {
    const document = JSON.parse(text);
    change(document);
    return JSON.stringify(document);
  };
  const first = (document: Record<string, unknown>): { rows: Record<string, unknown>[]; status: string } =>
    (document.results as never[])[0];
  it.each([
    ['text', 'hello', 'not JSON'],
    ['other JSON', '[1]', 'not written by Tilescope'],
    ['another command', changed((one) => Object.assign(one, { command: 'bench' })), 'another command'],
    ['no adapter', changed((one) => Object.assign(one, { adapter: null })), 'names no adapter'],
    ['a date in words', changed((one) => Object.assign(one, { createdAt: 'soon' })), 'when and where'],
    ['no results', changed((one) => Object.assign(one, { results: [] })), 'no results'],
    ['a time in words', changed((one) => Object.assign(first(one).rows[0], { medianNs: '5' })), 'Result 1'],
    ['times of a wrong probe', changed((one) => Object.assign(first(one), { status: 'wrong' })), 'Result 1'],
    ['times without a verdict', changed((one) => Object.assign(first(one), { verdict: null })), 'Result 1'],
    ['an interval backwards', changed((one) => Object.assign(first(one).rows[0], { intervalNs: [2, 1] })), 'Result 1'],
  ])('%s', (_, file, says) => {
    expect(() => fingerprintIn(file)).toThrow(says);
  });
});

it('a fingerprint that had too little time is read: its rows and probes say what is missing', () => {
  const document = JSON.parse(text);
  const [staircase, roofs] = document.results;
  const late = { medianNs: null, intervalNs: null, samplesNs: [], measures: [], withheld: 'the time ran out' };
  Object.assign(staircase.rows[0], late);
  Object.assign(roofs, { status: 'withheld', reason: 'Nothing was measured', verdict: null, rows: [], found: [] });
  validate(document);
  expect(validate.errors).toBeNull();
  const [first, second] = fingerprintIn(JSON.stringify(document)).results;
  expect(first.rows[0].withheld).toBe('the time ran out');
  expect(second.status).toBe('withheld');
  // What was not measured has no time.
  staircase.rows[0].medianNs = 5;
  expect(validate(document)).toBe(false);
});

describe('what is drawn', () => {
  const panelsOf = (id: string) => findProbe(id)?.panels ?? expect.fail(`no probe ${id}`);
  const row = (part: Partial<Row>): Row => ({
    at: { roof: 'a', variant: 'once' },
    medianNs: 100,
    intervalNs: [80, 200],
    samplesNs: [],
    repetitions: 1,
    source: 'gpu',
    dropped: 0,
    measures: [{ key: 'rate', title: 'Bandwidth', unit: 'GB/s', value: 10 }],
    model: [],
    check: 'exact',
    ...part,
  });
  const found = (part: Partial<Found>): Found => ({
    key: 'read',
    title: '',
    unit: 'GB/s',
    value: 10,
    interval: null,
    says: '',
    withheld: null,
    ...part,
  });

  test('a rate is highest where the time is shortest, and a latency is not', () => {
    const [memory] = panelsOf('roofs');
    const [point] = drawnOf(memory, [], [row({ at: { roof: 'read', variant: 'once' } })], []).points;
    expect(point).toMatchObject({ x: 'read', y: 10, low: 5, high: 12.5 });
    const [latency] = panelsOf('staircase');
    const measures = [{ key: 'latency', title: 'Latency', unit: 'ns', value: 2 }];
    const at = { bytes: 4096, curve: 'latency at random' };
    const { points, unit } = drawnOf(latency, [], [row({ at, measures })], []);
    expect(unit).toBe('ns');
    expect(points[0]).toMatchObject({ x: 4096, y: 2, low: 1.6, high: 4 });
  });

  test('two devices side by side have their unit, axes and curves in common', () => {
    const [latency] = panelsOf('staircase');
    const one = (bytes: number, curve: string, value: number): Row =>
      row({
        at: { bytes, curve },
        intervalNs: null,
        measures: [{ key: 'latency', title: 'Latency', unit: 'ns', value }],
      });
    const [here, there] = [[one(64, 'a', 4)], [one(64, 'b', 50_000), one(128, 'a', 9000)]];
    const [own, other] = [drawnOf(latency, [], here, [], there), drawnOf(latency, [], there, [], here)];
    expect(own.unit).toBe(other.unit);
    expect([...own.reach].sort()).toEqual([...other.reach].sort());
    expect([...own.places].sort()).toEqual([...other.places].sort());
    expect(own.series).toEqual(['a', 'b']);
    expect(other.series).toEqual(own.series);
    // Nothing of the other device is drawn as this one's.
    expect(own.points).toHaveLength(1);
  });

  test('a model is drawn as one, beside measurements and before there are any', () => {
    const [stride] = panelsOf('banks');
    const at = { what: 'stride', words: 32 };
    const model = [{ key: 'passes', title: 'passes a request', unit: '', value: 32 }];
    const measures = [{ key: 'bytes', title: 'Bandwidth', unit: 'GB/s', value: 5 }];
    const planned = drawnOf(stride, [{ at, model }], [], []);
    expect(planned).toMatchObject({ points: [], reach: [], model: [{ x: 32, y: 32 }], modelTitle: 'passes a request' });
    const measured = drawnOf(stride, [], [row({ at, model, measures })], []);
    expect(measured.points.map(({ y }) => y)).toEqual([5]);
    expect(measured.model.map(({ y }) => y)).toEqual([32]);
  });

  test('two devices that are far apart have a logarithmic axis', () => {
    const [, bandwidth] = panelsOf('staircase');
    const at = { curve: 'bandwidth', bytes: 4096 };
    const one = (value: number): Row =>
      row({ at, measures: [{ key: 'bytes', title: 'Bytes read', unit: 'GB/s', value }] });
    const isFarApart = (own: number, other: number): boolean =>
      drawnOf(bandwidth, [], [one(own)], [], [one(other)]).isFarApart;
    expect([isFarApart(10, 4000), isFarApart(4000, 10), isFarApart(10, 150)]).toEqual([true, true, false]);
    expect(drawnOf(bandwidth, [], [one(10)], []).isFarApart).toBe(false);
  });

  test('a panel without a point says whether that is for lack of time', () => {
    const [memory] = panelsOf('roofs');
    const late = row({ medianNs: null, intervalNs: null, measures: [], withheld: 'the time ran out' });
    expect(drawnOf(memory, [], [], []).withheld).toBeNull();
    expect(drawnOf(memory, [], [{ ...late, at: { roof: 'read' } }], []).withheld).toBe('the time ran out');
    expect(drawnOf(memory, [], [row({ at: { roof: 'copy' } }), { ...late, at: { roof: 'read' } }], [])).toMatchObject({
      withheld: null,
      points: [{ x: 'copy' }],
    });
  });

  test('no roof and no step is drawn that the data withhold', () => {
    const [memory] = panelsOf('roofs');
    const rows = [row({ at: { roof: 'read', variant: 'once' } })];
    expect(drawnOf(memory, [], rows, [found({})]).proven).toEqual([{ x: 'read', y: 10 }]);
    expect(drawnOf(memory, [], rows, [found({ value: null, withheld: 'noise' })]).proven).toEqual([]);
    const [latency] = panelsOf('staircase');
    const step = found({
      key: 'step-1',
      title: 'End of a cache',
      unit: 'B',
      interval: [1024, 4096],
      confidence: 0.998,
    });
    expect(drawnOf(latency, [], [], [step]).bands).toEqual([{ from: 1024, to: 4096, title: 'Step 1: 99.8% sure' }]);
    expect(drawnOf(latency, [], [], [{ ...step, value: null, withheld: 'one chase' }]).bands).toEqual([]);
  });

  test.each(probes.map((probe) => [probe.id, probe] as const))('%s has a place for rows to come', (_, probe) => {
    expect(probe.panels.length).toBeGreaterThan(0);
    const result = fingerprintIn(text).results.find(({ kernel }) => kernel === probe.id);
    if (!result) return;
    for (const panel of probe.panels) {
      const { places, points } = drawnOf(panel, [], result.rows, result.found);
      expect(points.length).toBeGreaterThan(0);
      const planned = result.rows.map(({ at, model }) => ({ at, model }));
      expect(drawnOf(panel, planned, [], []).places).toEqual(places);
    }
  });
});
