/** What is above a roof: planted steps of the probe itself, and of other probes of the same device. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { refutedLines } from '../../src/cli/memory-table.ts';
import { heldAgainst } from '../../src/lab/fingerprint.ts';
import type { ProbeResult } from '../../src/lab/probe-result.ts';
import { aboveIn, withoutRefuted } from '../../src/probes/parts/above.ts';
import { ceilings } from '../../src/probes/parts/ceilings.ts';
import type { Found, Row } from '../../src/probes/types.ts';

const MIB = 2 ** 20;

/** A row that moves bytes at so many GB/s, with an interval of 5% to either side. */
function row(at: Row['at'], rate: number, medianNs: number, set?: number, key = 'rate'): Row {
  const measures = [
    { key, title: 'Bandwidth', unit: 'GB/s', value: rate },
    ...(set === undefined ? [] : [{ key: 'set', title: 'Set', unit: 'B', value: set }]),
  ];
  const intervalNs = [0.95 * medianNs, 1.05 * medianNs] as const;
  const rest = { samplesNs: [], repetitions: 1, source: 'gpu', dropped: 0, model: [], check: 'exact' } as const;
  return { at, medianNs, intervalNs, measures, ...rest };
}

/** The steps of a roof on a set of 256 MiB, at so many GB/s, of which twice the work takes so many times as long. */
function roofRows(roof: string, rate: number, { doubled = 2, largest = rate } = {}): readonly Row[] {
  return [
    row({ roof, variant: 'once' }, rate, 1e6, 256 * MIB),
    row({ roof, variant: 'twice the work' }, rate, doubled * 1e6, 256 * MIB),
    row({ roof, variant: 'twice the set' }, largest, 2e6, 512 * MIB),
  ];
}

const found = (key: string, value: number | null, withheld = 'too noisy'): Found => {
  const interval = value === null ? null : ([0.98 * value, 1.02 * value] as const);
  return { key, title: key, unit: 'GB/s', value, interval, says: '', withheld: value === null ? withheld : null };
};

describe('a step of the same probe', () => {
  const wide = found('read, 16 B loads', 100);
  const narrow = found('read, 4 B loads', null);
  const both = (rate: number, more = {}): readonly Row[] => [
    ...roofRows(wide.key, 100),
    ...roofRows(narrow.key, rate, more),
  ];

  it('that has not proven itself withholds the roof of its kind that it is above', () => {
    const after = withoutRefuted([wide, narrow, found('write, 4 B stores', 90)], both(140));
    expect(after[0]).toMatchObject({
      value: null,
      interval: null,
      withheld: 'read, 4 B loads (twice the set) is above it, at 1.31 times its rate or more',
    });
    expect(after[2].value).toBe(90);
    // What it is above is no roof of memory either, whatever else stands.
    expect(ceilings([wide, narrow], both(140)).memory.withheld).toMatch(/^read, 4 B loads/);
    expect(ceilings([narrow, found('write, 4 B stores', 90)], both(140)).memory.withheld).toMatch(/^read, 4 B loads/);
  });

  it('within the tolerance does not, nor one whose interval reaches down to it', () => {
    expect(withoutRefuted([wide, narrow], both(120))[0]).toBe(wide);
    expect(ceilings([wide, narrow], both(120)).memory.value).toBe(100);
  });

  it('whose work may have been left out does not, nor one of memory that only a smaller set has shown', () => {
    expect(aboveIn([wide, narrow], both(1000, { doubled: 1.1 }), ['read'])).toBeNull();
    expect(aboveIn([wide, narrow], both(140, { largest: 100 }), ['read'])).toBeNull();
    expect(aboveIn([wide, narrow], both(140), ['read'])).not.toBeNull();
  });

  it('that is a roof itself is the highest of its kind, and refutes nothing', () => {
    const faster = found('read, 4 B loads', 140);
    expect(withoutRefuted([wide, faster], both(140))).toEqual([wide, faster]);
    expect(ceilings([wide, faster], both(140)).memory).toMatchObject({ value: 140, title: 'Memory: read, 4 B loads' });
  });

  test('chains are held against chains of the same type', () => {
    const chains = [found('f32 multiply-add, 8 chains', 100), found('f32 multiply-add, 16 chains', null)];
    const rows = chains.flatMap(({ key }, at) => [
      row({ roof: key, variant: 'once' }, at === 0 ? 100 : 150, 1e6),
      row({ roof: key, variant: 'twice the work' }, at === 0 ? 100 : 150, 2e6),
      row({ roof: key, variant: 'twice the lanes' }, at === 0 ? 100 : 150, 2e6),
    ]);
    expect(withoutRefuted(chains, rows)[0].withheld).toMatch(/^f32 multiply-add, 16 chains \(once\) is above it/);
    expect(ceilings(chains, rows).arithmetic.value).toBeNull();
    const half = [found('f16 multiply-add, 8 chains', 100), chains[1]];
    expect(withoutRefuted(half, rows)[0]).toBe(half[0]);
  });
});

describe('what another probe has measured', () => {
  const roofs = {
    kernel: 'roofs',
    rows: [...roofRows('read, 16 B loads', 100), ...roofRows('write, 16 B stores', 120)],
    found: [
      found('read, 16 B loads', 100),
      found('write, 16 B stores', 120),
      found('workgroup memory, 16 B loads', 1000),
    ],
  };
  const with_ = (kernel: string, one: Row): readonly ProbeResult[] =>
    heldAgainst([{ kernel, rows: [one], found: [] }, roofs] as unknown as readonly ProbeResult[]);
  const values = (results: readonly ProbeResult[]) => results[1].found.map(({ value }) => value);
  const stair = (rate: number, bytes: number, curve = 'bandwidth'): Row =>
    row({ bytes, curve }, rate, 1e6, undefined, 'bytes');

  it('on a set as large as the roof’s withholds it, with the probe and the step', () => {
    const results = with_('staircase', stair(130, 256 * MIB));
    expect(values(results)).toEqual([null, 120, 1000]);
    expect(results[1].found[0].withheld).toBe(
      'staircase (bytes: 268435456; curve: bandwidth) is above it, at 1.21 times its rate or more',
    );
    expect(refutedLines([{ kernel: 'staircase', rows: [stair(130, 256 * MIB)], found: [] }, roofs] as never)).toMatch(
      /Held against the other probes:\s+read, 16 B loads: withheld; .*staircase/,
    );
    // Of writes it says nothing, however fast it is.
    expect(values(with_('staircase', stair(500, 512 * MIB)))).toEqual([null, 120, 1000]);
    // 1 ms at 300 GB/s moves 300 MB, each word once.
    expect(values(with_('alignment', row({ load: '4 B', base: 0 }, 300, 1e6, undefined, 'bytes')))[0]).toBeNull();
  });

  it('on a smaller set, within the tolerance, or of latency does not', () => {
    for (const one of [stair(1000, 64 * MIB), stair(120, 256 * MIB), stair(1000, 256 * MIB, 'latency at random')]) {
      const results = with_('staircase', one);
      expect(values(results)).toEqual([100, 120, 1000]);
      expect(results[1]).toBe(roofs);
    }
    expect(values(with_('alignment', row({ load: '4 B', base: 0 }, 200, 1e6, undefined, 'bytes')))[0]).toBe(100);
  });

  it('of workgroup memory is held against its roof alone', () => {
    const bank = (rate: number): Row => row({ what: 'stride', words: 1 }, rate, 1e6, undefined, 'bytes');
    expect(values(with_('banks', bank(1300)))).toEqual([100, 120, null]);
    expect(values(with_('banks', bank(1200)))).toEqual([100, 120, 1000]);
  });
});

test.each(readdirSync('bench/results/fingerprints'))('in the recording %s nothing is above a roof', (file) => {
  const { results } = JSON.parse(readFileSync(`bench/results/fingerprints/${file}`, 'utf8'));
  expect(heldAgainst(results)).toBe(results);
  const { rows, found: all } = results.find(({ kernel }: ProbeResult) => kernel === 'roofs');
  expect(withoutRefuted(all, rows)).toEqual(all);
});
