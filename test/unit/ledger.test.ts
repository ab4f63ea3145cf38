import { describe, expect, it } from 'vitest';
import type { Result } from '../../src/lab/result.ts';
import type { BudgetName } from '../../src/ui/state/effort.ts';
import { type Entry, itemOf, keyOf, Ledger } from '../../src/ui/state/ledger.ts';
import { fromResult } from '../../src/ui/state/outcome.ts';
import { defaults, type Settings } from '../../src/ui/state/settings.ts';

const base: Settings = { ...defaults(), knobs: { WORKGROUP: 64, offset: 0 } };
const turned: Settings = { ...base, knobs: { WORKGROUP: 32, offset: 0 } };

/** A measurement; `ns` tells it from others. */
function entry(settings: Settings, ns: number, part: Partial<Entry> = {}, status: Result['status'] = 'correct'): Entry {
  const result = {
    ...settings,
    status,
    reason: null,
    verdict: null,
    time: { medianNs: ns },
    work: null,
    measures: [],
  } as unknown as Result;
  const rest = { budget: 'full', among: 1, liveBytes: 0, tookMs: 1 } as const;
  return { ...itemOf(settings), ...rest, result, outcome: fromResult(result, false), ...part };
}

const nsOf = (ledger: Ledger, settings: Settings, budget: BudgetName): number | null | undefined =>
  ledger.result(keyOf(settings), budget)?.time?.medianNs;

describe('the key of a request', () => {
  it.each<[string, Settings, string | undefined]>([
    ['operation', { ...base, op: 'other' }, undefined],
    ['kernel', { ...base, kernel: 'other' }, undefined],
    ['shape', { ...base, shape: { ...base.shape, extra: 1 } }, undefined],
    ['storage type', { ...base, dtype: base.dtype === 'f16' ? 'f32' : 'f16' }, undefined],
    ['knob', turned, undefined],
    ['seed', { ...base, seed: 2 }, undefined],
    ['input', { ...base, input: 'other' }, undefined],
    ['text', base, 'fn main() {}'],
  ])('is another one for another %s', (_, settings, source) => {
    expect(keyOf(settings, source)).not.toBe(keyOf(base));
  });

  it('is the same in whatever order the settings were chosen, and whatever else they hold', () => {
    const { op, ...rest } = base;
    const other = { ...rest, view: 'sweep', op, knobs: { offset: 0, WORKGROUP: 64 } };
    expect(keyOf(other)).toBe(keyOf(base));
  });
});

describe('the ledger', () => {
  it('has a result for the very settings and effort that it was made with', () => {
    const ledger = new Ledger();
    ledger.keep(entry(base, 5));
    expect(nsOf(ledger, base, 'full')).toBe(5);
    expect(nsOf(ledger, base, 'quick')).toBeUndefined();
    expect(nsOf(ledger, turned, 'full')).toBeUndefined();
    // Knobs turned away and back.
    expect(nsOf(ledger, { ...turned, knobs: { ...turned.knobs, WORKGROUP: 64 } }, 'full')).toBe(5);
  });

  it('knows the last run of some settings, with whatever effort', () => {
    const ledger = new Ledger();
    ledger.keep(entry(base, 5, { budget: 'full' }));
    ledger.keep(entry(base, 6, { budget: 'quick' }));
    expect(ledger.latest(keyOf(base))?.result?.time?.medianNs).toBe(6);
    ledger.keep(entry(base, 7, { budget: 'full' }));
    expect(ledger.latest(keyOf(base))?.result?.time?.medianNs).toBe(7);
    expect(ledger.latest(keyOf(turned))).toBeUndefined();
  });

  it('shows what is set aside only as the last run', () => {
    const ledger = new Ledger();
    ledger.keep(entry(base, 5));
    ledger.setAside(keyOf(base), 'full');
    expect(nsOf(ledger, base, 'full')).toBeUndefined();
    expect(ledger.latest(keyOf(base))?.result?.time?.medianNs).toBe(5);
    ledger.keep(entry(base, 6));
    expect(nsOf(ledger, base, 'full')).toBe(6);
  });

  it('lists runs by themselves that have a verdict, newest first and each once', () => {
    const ledger = new Ledger();
    ledger.keep(entry(base, 1));
    ledger.keep(entry(turned, 2, {}, 'wrong'));
    ledger.keep(entry({ ...base, seed: 2 }, 3, {}, 'failed'));
    ledger.keep(entry({ ...base, seed: 3 }, 4, { among: 9 }));
    ledger.keep(entry(base, 5));
    expect(ledger.runs(12).map(({ result }) => result?.time?.medianNs)).toEqual([5, 2]);
    expect(ledger.runs(1)).toHaveLength(1);
  });

  it('says how each saved kernel did last on a problem', () => {
    const ledger = new Ledger();
    ledger.keep(entry(base, 1));
    ledger.keep(entry(turned, 2, { among: 9, budget: 'quick' }));
    ledger.keep(entry({ ...base, kernel: 'other' }, 3));
    ledger.keep(entry({ ...base, kernel: 'edited' }, 4, { source: 'fn main() {}' }));
    ledger.keep(entry({ ...base, kernel: 'elsewhere', seed: 2 }, 5));
    const standings = [...ledger.onProblem(base)].map(([kernel, { time }]) => [kernel, time?.medianNs]);
    expect(standings).toEqual([
      [base.kernel, 2],
      ['other', 3],
    ]);
  });

  it('hands on what has a verdict, and takes it back without handing it on again', () => {
    const kept: Entry[] = [];
    const ledger = new Ledger((one) => kept.push(one));
    ledger.keep(entry(base, 1));
    ledger.keep(entry(turned, 2, {}, 'failed'));
    ledger.keep(entry({ ...base, seed: 3 }, 3, { among: 9 }));
    expect(kept.map(({ result }) => result?.time?.medianNs)).toEqual([1, 3]);
    const later = new Ledger((one) => kept.push(one));
    later.restore(kept);
    expect(nsOf(later, base, 'full')).toBe(1);
    expect(later.runs(12)).toHaveLength(1);
    expect(kept).toHaveLength(2);
  });

  it('takes what comes late from earlier visits as older than what is here', () => {
    const ledger = new Ledger();
    ledger.keep(entry(base, 4));
    ledger.keep(entry(turned, 5, { budget: 'quick' }));
    ledger.setAside(keyOf(base), 'full');
    const earlier = [entry({ ...base, seed: 2 }, 1), entry(turned, 2), entry(base, 3)];
    ledger.restore(earlier);
    expect(ledger.runs().map(({ result }) => result?.time?.medianNs)).toEqual([5, 4, 1]);
    expect(ledger.latest(keyOf(turned))?.result?.time?.medianNs).toBe(5);
    expect(nsOf(ledger, turned, 'full')).toBe(2);
    // What is to be measured again stays so.
    expect(nsOf(ledger, base, 'full')).toBeUndefined();
    expect(ledger.latest(keyOf(base))?.result?.time?.medianNs).toBe(4);
  });

  it('forgets what another device has measured, and tells whoever watches', () => {
    const ledger = new Ledger();
    const devices: number[] = [];
    const unwatch = ledger.watch(() => devices.push(ledger.device));
    ledger.keep(entry(base, 1));
    ledger.forget();
    expect(devices).toEqual([0, 1]);
    expect(ledger.latest(keyOf(base))).toBeUndefined();
    expect(ledger.runs(12)).toEqual([]);
    unwatch();
    ledger.keep(entry(base, 1));
    expect(devices).toHaveLength(2);
  });
});
