/** Files of the command line and of the page, opened on the page; and what is said of any other file. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { Refusal } from '../../src/core/errors.ts';
import { findKernel, source as savedText } from '../../src/kernels/index.ts';
import { tryPlan } from '../../src/lab/plan.ts';
import type { Result } from '../../src/lab/result.ts';
import { opened } from '../../src/ui/state/files/opened.ts';
import { heldIn } from '../../src/ui/state/files/read.ts';
import { toRequest } from '../../src/ui/state/settings.ts';
import { addressOf, placeOf } from '../../src/ui/views/links.ts';
import { rooflineOffer } from '../../src/ui/views/memory/offer.ts';
import { fromSearch } from '../setup/settings.ts';
import { correctResult } from './fake-host.ts';

const open = (path: string) => opened(path, heldIn(readFileSync(path, 'utf8')));
const LADDER = 'bench/results/ladder-matmul-lavapipe.json';
const ROOFLINE = 'bench/results/rooflines/llvmpipe.json';
const TRACE = 'recordings/matmul/3_tiles.json';
const document = (results: readonly Partial<Result>[]) =>
  JSON.stringify({ ...JSON.parse(readFileSync(LADDER, 'utf8')), results });
const { settings } = fromSearch('?op=neuron&kernel=2_row_major');
const correct = (search: string): Result => correctResult(toRequest(fromSearch(search).settings));

describe('what is stored here can be opened', () => {
  const stored = readdirSync('bench/results', { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(h200\/(?!ceilings|device|variants)|ladder-|fingerprints\/|rooflines\/).*\.json$/.test(name))
    .map((name) => `bench/results/${name}`);
  test.each(stored)('%s', (path) => {
    const { notices, holding, origin } = open(path);
    expect(notices).toEqual([]);
    expect(holding.kind).toMatch(/results|fingerprint/);
    expect(origin.adapter.description).not.toBe('');
  });

  test('a ladder, in the Ladder view, with every result where that view looks for it', () => {
    const file = open(LADDER);
    const { view, search } = placeOf(addressOf(file));
    expect(view).toBe('ladder');
    expect(search).toMatch(/op=matmul.*m=512|op=matmul/);
    const { results } = JSON.parse(readFileSync(LADDER, 'utf8'));
    expect(file.ledger?.runs()).toHaveLength(
      results.filter(({ status }: Result) => /correct|wrong/.test(status)).length,
    );
    expect(file.ledger?.runs()[0].settings.kernel).toBe(results[0].kernel);
  });

  test('a sweep, in the Sweep view, along what was turned', () => {
    const results = [64, 128, 256].map((size) => correct(`?op=neuron&kernel=2_row_major&set.WORKGROUP=${size}`));
    const search = new URLSearchParams(addressOf(opened('sweep.json', heldIn(document(results)))));
    expect(search.get('view')).toBe('sweep');
    expect(search.get('x')).toBe('set.WORKGROUP');
    expect(search.get('x.values')).toBe('64,128,256');
  });

  test('one result, in the Kernel view, as of the saved code or with the code that it is of', () => {
    const [one] = [correctResult(toRequest(settings))];
    expect(addressOf(opened('one.json', heldIn(document([one]))))).toMatch(/^\?op=neuron.*code=saved$/);
    const source = { file: 'mine.wgsl', digest: `sha256:${'0'.repeat(64)}`, text: '// mine' };
    const edited = opened('one.json', heldIn(document([{ ...one, source }])));
    expect(edited.code).toBe('// mine');
    expect(edited.ledger?.runs()[0].source).toBe('// mine');
    const saved = findKernel('neuron', '2_row_major') ?? expect.fail('no kernel');
    const same = opened('one.json', heldIn(document([{ ...one, source: { ...source, text: savedText(saved) } }])));
    expect(same.code).toBeUndefined();
    expect(same.ledger?.runs()[0].source).toBeUndefined();
    const { text: _, ...bare } = source;
    expect(() => opened('one.json', heldIn(document([{ ...one, source: bare }])))).toThrow(
      /lacks the edited code that/,
    );
  });

  test('a kernel of one’s own, in its view, with its text and the ladder beside it', () => {
    const source = { file: 'mine.wgsl', digest: `sha256:${'0'.repeat(64)}`, text: '// mine' };
    const ladder = correctResult(toRequest(settings));
    const own = { ...ladder, kernel: 'own', knobs: { SIDE: 3 }, source };
    const file = opened('own.json', heldIn(document([ladder, own])));
    expect(addressOf(file)).toMatch(/^\?view=own&op=neuron.*&set\.SIDE=3$/);
    expect(file.own?.text).toBe('// mine');
    expect(file.own?.results.map(({ kernel }) => kernel)).toEqual(['own', '2_row_major']);
    expect(file.notices).toEqual([]);
    // Neither the same kernel with other knobs nor the ladder on another problem is one of these results.
    const others = [
      { ...own, knobs: { SIDE: 4 } },
      { ...ladder, seed: ladder.seed + 1 },
    ];
    const many = opened('own.json', heldIn(document([own, ladder, ...others])));
    expect(many.own?.results).toEqual(file.own?.results);
    expect(many.notices).toEqual([expect.stringMatching(/^2 of the 4 results in own\.json are not shown/)]);
    const { text: _, ...bare } = source;
    const read = (result: object) => () => opened('own.json', heldIn(document([{ ...own, ...result }])));
    expect(read({ source: bare })).toThrow(/lacks the text of its kernel/);
    expect(read({ op: 'fft' })).toThrow(/lacks its operation or settings/);
    expect(read({ shape: { inputs: 2 ** 40, neurons: 1 } })).toThrow(/lacks its operation or settings/);
    const { result, ...recording } = JSON.parse(readFileSync(TRACE, 'utf8'));
    const traced = { ...recording, result: { ...result, kernel: 'own', source } };
    const trace = opened('trace.json', heldIn(JSON.stringify(traced)));
    expect(addressOf(trace)).toMatch(/^\?view=own&op=matmul/);
    expect(trace.own?.trace?.steps.length).toBeGreaterThan(0);
  });

  test('a recording of a trace, in the Kernel view, with its steps', () => {
    const file = open(TRACE);
    expect(addressOf(file)).toMatch(/^\?op=matmul&kernel=3_tiles/);
    expect(file.holding.kind).toBe('trace');
  });

  test('a roofline, in the Memory view at the roofs, and it is saved again as it was', async () => {
    const file = open(ROOFLINE);
    expect(addressOf(file)).toBe('?view=memory&probe=roofs');
    const roofline = file.fingerprint?.roofline ?? expect.fail('no roofline');
    const whose = { report: null, origin: file.origin };
    const offer = rooflineOffer({ whose, ...roofline }, () => null);
    const saved = await offer.json?.();
    const { timer: _, features: __, limits: ___, ...stored } = JSON.parse(readFileSync(ROOFLINE, 'utf8'));
    expect(saved).toMatchObject({ ...stored, version: expect.any(String) });
    expect(opened('again.json', heldIn(JSON.stringify(saved))).fingerprint?.roofline).toEqual(roofline);
    const table = (await offer.table?.()) ?? expect.fail('no table');
    const [first] = roofline.points;
    const cells = Object.fromEntries(table.columns.map((column, at) => [column, table.rows[0][at]]));
    expect(cells).toMatchObject({ kernel: first.kernel, median_ns: first.medianNs, traced_bytes: first.tracedBytes });
    expect(table.rows).toHaveLength(roofline.points.length);
    // Without its roofs it is no file, and the menu says why.
    const early = rooflineOffer({ whose, ...roofline, results: [] }, () => null);
    expect(early).toMatchObject({ json: null, lack: expect.stringMatching(/^Run the roofs first/) });
    expect(early.table).not.toBeNull();
  });

  test.each(['matmul/3_tiles', 'lessons/layer_f16'])('%s, on a device that could run it', (name) => {
    const { holding, device, code } = open(`recordings/${name}.json`);
    if (holding.kind !== 'trace' || device.kind !== 'open') expect.fail('not a trace of a device');
    expect(tryPlan(toRequest(holding.settings, code), device.capabilities)).not.toBeInstanceOf(Refusal);
  });

  test('results of kernels that are not here are left out and counted', () => {
    const one = correctResult(toRequest(settings));
    const file = opened('two.json', heldIn(document([one, { ...one, kernel: '99_gone' }])));
    expect(file.notices.join()).toMatch(/^1 of the 2 results in two\.json/);
    expect(() => opened('x.json', heldIn(document([{ ...one, op: 'gone' }])))).toThrow(/Nothing in this file/);
    for (const inputs of [-1, 0.5, 1e300]) {
      const shape = { ...one.shape, inputs };
      expect(() => opened('x.json', heldIn(document([{ ...one, shape }])))).toThrow(/Nothing in this file/);
    }
  });
});

describe('any other file gets one sentence', () => {
  const one = correct('?op=neuron&kernel=2_row_major');
  const trace = () => JSON.parse(readFileSync(TRACE, 'utf8'));
  const withSteps = (change: (lists: Record<string, number[]>) => void): string => {
    const file = trace();
    change(file.steps[0].lists);
    return JSON.stringify(file);
  };
  const withGroup = (group: number): string => {
    const file = trace();
    file.steps[0].group = group;
    return JSON.stringify(file);
  };
  const withPoint = (part: object, whole: object = {}): string => {
    const file = JSON.parse(readFileSync(ROOFLINE, 'utf8'));
    Object.assign(file.points[0], part);
    return JSON.stringify({ ...file, ...whole });
  };
  it.each([
    ['text', 'hello', /not JSON/],
    ['a list', '[]', /not written by Tilescope/],
    ['an older version', document([one]).replace(/"version":"[^"]+"/, '"version":"0.1.0"'), /Tilescope 0\.1\.0/],
    ['a newer version', document([one]).replace(/"version":"[^"]+"/, '"version":"99.0.0"'), /Tilescope 99\.0\.0/],
    ['no results', document([]), /no results/],
    ['a device', JSON.stringify({ ...trace(), command: 'device' }), /npm run device writes/],
    ['times of a wrong result', document([{ ...one, status: 'wrong', reason: 'no' }]), /Result 1/],
    ['a correct one with a reason', document([{ ...one, reason: 'no' }]), /Result 1/],
    ['a correct one without a verdict', document([one, { ...one, verdict: null }]), /Result 2/],
    ['a median without a minimum', document([{ ...one, time: { ...one.time!, minNs: null } }]), /Result 1/],
    ['a negative time', document([{ ...one, time: { ...one.time!, medianNs: -1 } }]), /Result 1/],
    ['markup for a number', document([{ ...one, seed: '<b>' as never }]), /Result 1/],
    ['a time of a wrong kernel under the roofs', withPoint({ status: 'wrong' }), /points of this file are damaged/],
    ['markup for a kernel under the roofs', withPoint({ medianNs: '<b>' }), /points of this file are damaged/],
    ['a roofline without roofs', withPoint({}, { roofs: undefined }), /roofs of this file are damaged/],
    ['a trace whose steps point nowhere', withSteps((lists) => lists.site.fill(9)), /trace in this file is damaged/],
    ['a trace with negative addresses', withSteps((lists) => lists.address.fill(-1)), /trace in this file is damaged/],
    ['a trace with a group of next to no lanes', withGroup(1e-9), /trace in this file is damaged/],
    ['a trace with ends beyond its accesses', withSteps((lists) => lists.ends.fill(99)), /trace in this file/],
  ])('%s', (_, text, says) => {
    expect(() => opened('file.json', heldIn(text))).toThrow(says);
  });
});
