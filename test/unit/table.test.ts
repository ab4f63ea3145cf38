import { describe, expect, test } from 'vitest';
import { ProgressLine } from '../../src/cli/progress.ts';
import { WIDTH } from '../../src/cli/screen.ts';
import { benchTable } from '../../src/cli/table.ts';
import { adapterLine, asSentence, columns, duration, gpuTime, significant, wrap } from '../../src/cli/text.ts';
import { kernelsOf } from '../../src/kernels/index.ts';
import type { Knobs } from '../../src/kernels/types.ts';
import type { Result, ResultDocument, Time } from '../../src/lab/result.ts';
import { ADAPTER, correctResult } from './fake-host.ts';

const [first, second] = kernelsOf('neuron');
const right = correctResult({ op: 'neuron', kernel: first.id, shape: { inputs: 64, neurons: 16 } });
const time = right.time as Time;

function document(results: readonly Result[]): ResultDocument {
  return {
    tool: 'tilescope',
    version: '0.0.0',
    createdAt: '2026-01-01T00:00:00.000Z',
    host: 'dawn',
    adapter: ADAPTER,
    timer: { source: 'gpu', quantumNs: 1, floorNs: null },
    results,
  };
}

describe('numbers', () => {
  test.each([
    [0, '0'],
    [1, '1.00'],
    [0.02239, '0.0224'],
    [0.0009999, '0.00100'],
    [0.00004567, '4.57e-5'],
    [12.345, '12.3'],
    [999.6, '1,000'],
    [123456, '123,000'],
    [1234567, '1.23e6'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [Number.NaN, 'NaN'],
  ])('%d is %s', (value, text) => {
    expect(significant(value)).toBe(text);
  });

  test.each([
    [0.5, '0.500 ns'],
    [999, '999 ns'],
    [999.9, '1.00 us'],
    [1234, '1.23 us'],
    [59_700, '59.7 us'],
    [1.5e6, '1.50 ms'],
    [2.5e9, '2.50 s'],
  ])('%d ns is %s', (ns, text) => {
    expect(duration(ns)).toBe(text);
  });

  test('a GPU time has its spread in the same unit, or no number', () => {
    expect(gpuTime(time)).toBe('1.23 us');
    expect(gpuTime({ ...time, intervalNs: [1210, 1250] })).toBe('1.23 us (1.21..1.25)');
    expect(gpuTime({ ...time, source: 'wall' })).toBe('1.23 us wall');
    expect(gpuTime({ ...time, resolved: false, medianNs: null, minNs: null, p90Ns: null })).toBe('unresolved');
  });
});

describe('layout', () => {
  test('columns are aligned, empty ones left out', () => {
    expect(
      columns(
        [
          ['a', 'empty', 'n'],
          ['long', '', '1'],
          ['b', '', '10'],
        ],
        [false, false, true],
      ),
    ).toEqual(['a      n', 'long   1', 'b     10']);
  });

  test('sentences are broken at spaces', () => {
    const lines = wrap(`${'word '.repeat(60)}end`);
    expect(lines.every((line) => line.length <= WIDTH)).toBe(true);
    expect(lines.slice(1).every((line) => line.startsWith('  '))).toBe(true);
    expect(lines.map((line) => line.trim()).join(' ')).toBe(`${'word '.repeat(60)}end`);
  });

  test('lines of a compiler stay lines; a name that steers a terminal does not', () => {
    expect(wrap('It does not compile:\n3:5: unknown name')).toEqual(['It does not compile:', '  3:5: unknown name']);
    expect(wrap('a\u001b[2Jb\u202ec')).toEqual(['a?[2Jb?c']);
    expect(columns([['case'], ['x\rHidden']])).toEqual(['case', 'x?Hidden']);
  });

  test('one full stop', () => {
    expect(asSentence('It broke')).toBe('It broke.');
    expect(asSentence('It broke.')).toBe('It broke.');
    expect(asSentence('Did you mean X?')).toBe('Did you mean X?');
  });
});

describe('the report of a bench', () => {
  const wrong: Result = {
    ...right,
    kernel: second.id,
    status: 'wrong',
    reason: 'element 3: got 2, expected 1, allowed error 0.000001',
    verdict: { correct: false, checked: 16, total: 16, method: 'all 16', ratio: 'Infinity', worst: null, gates: [] },
    time: null,
    measures: [],
  };
  const refused: Result = {
    ...wrong,
    status: 'refused',
    reason: 'inputs must be from 1 to 1,048,576, not 0',
    verdict: null,
  };

  test('names the adapter, the problem, each kernel, each reason, the tally', () => {
    const text = benchTable(document([right, wrong, refused]));
    expect(text).toContain('adapter Fake adapter (software: its times say nothing about GPUs)');
    expect(text).toContain('neuron: inputs=64 neurons=16 relu=1, f32, inputs "normal", seed 1');
    expect(text).toMatch(
      new RegExp(`${first.id} +correct +0\\.0200 +1\\.23 us +2\\.00 us +1\\.66 +0\\.0810 +5\\.00 us +3\\.50 ms`),
    );
    expect(text).toContain('Times without an interval: 1 of 1. Fewer than 15 samples show nothing.');
    expect(text).toMatch(new RegExp(`${second.id} +wrong +Infinity`));
    expect(text).toContain('Elements checked against float64: all 4; all 16.');
    expect(text).toContain(`neuron ${second.id}: wrong: element 3: got 2, expected 1, allowed error 0.000001.`);
    expect(text).toContain('1 correct, 1 wrong, 1 refused, 0 failed\n');
    expect(text.split('\n').every((line) => line.length <= WIDTH)).toBe(true);
  });

  test('says what a kernel that chooses has taken, of several choices for which rows', () => {
    const chosen = (shape: Record<string, number>, kernel: string, knobs: Knobs): Result => ({
      ...right,
      op: 'matmul',
      kernel: '0_auto',
      knobs: {},
      shape,
      chosen: { kernel, knobs, by: 'rule' },
    });
    const placed = { WX: 1, WY: 8, ROWS: 8, COLUMNS: 8, layoutA: 'column', layoutB: 'row', pitch: 16, offset: 0 };
    const one = benchTable(document([right, chosen({ m: 8 }, '7_from_cache', placed)]));
    expect(one).toContain('0_auto took 7_from_cache with WX=1, by a rule.\n');
    const results = [chosen({ m: 8 }, '7_from_cache', placed), chosen({ m: 9 }, '2_coalesced', { WX: 8, WY: 8 })];
    const axes = [{ key: 'm', of: 'shape', values: [8, 9] } as const];
    const several = benchTable(document(results), { sweeps: [{ op: 'matmul', kernel: '0_auto', axes }] });
    expect(several).toContain('0_auto took 7_from_cache with WX=1, by a rule (m=8).\n');
    expect(several).toMatch(/0_auto took 2_coalesced .* \(m=9\)\.\n/);
    expect(benchTable(document([right]))).not.toContain('took');
  });

  test('has a column for each measure that there is, whatever it is', () => {
    const measures = [
      { key: 'pages', title: 'Pages', unit: 'Gpage/s', value: 3.5 },
      { key: 'hot', title: 'Hot pages', unit: 'Gpage/s', value: 1.25 },
    ];
    const lines = benchTable(document([{ ...right, measures }])).split('\n');
    expect(lines.find((line) => line.startsWith('kernel'))).toMatch(
      /Pages, Gpage\/s +Hot pages, Gpage\/s +first run +compile$/,
    );
    expect(lines.find((line) => line.startsWith(first.id))).toMatch(/ 3\.50 +1\.25 +5\.00 us +3\.50 ms$/);
  });

  test('a rule that all rows break is said once', () => {
    const text = benchTable(document([refused, { ...refused, kernel: first.id }]));
    expect(text).toContain(`neuron ${second.id} and 1 more: refused: inputs must be`);
  });

  test('a time that cannot be resolved is no number, and neither is its rate', () => {
    const unresolved = {
      ...right,
      time: { ...time, resolved: false, medianNs: null, minNs: null, p90Ns: null },
      measures: [],
    };
    const text = benchTable(document([unresolved]));
    expect(text).toContain('unresolved');
    expect(text).not.toContain('1.66');
  });

  test('knobs stand where they differ', () => {
    const knob = first.knobs.find(({ values }) => values.length > 1);
    if (!knob) throw new Error(`${first.id} has no knob to turn`);
    const other = knob.values.find((value) => value !== knob.default) as number;
    const text = benchTable(document([right, { ...right, knobs: { ...right.knobs, [knob.key]: other } }]));
    expect(text).toContain(`${knob.key}=${knob.default}`);
    expect(text).toContain(`${knob.key}=${other}`);
    expect(benchTable(document([right]))).not.toContain(`${knob.key}=`);
  });
});

describe('progress', () => {
  test('a bar on a terminal', () => {
    let text = '';
    const line = new ProgressLine({ isTTY: true, columns: 60, write: (part) => (text += part) });
    line.update(1, 4, 'neuron: verify');
    expect(text).toBe('\r\x1b[K[######..................]  25% neuron: verify');
    line.update(0, 4, 'neuron: run');
    expect(text).toMatch(/25% neuron: run$/);
    line.clear();
    expect(text.endsWith('\r\x1b[K')).toBe(true);
  });

  test('a line every five seconds elsewhere', () => {
    let [text, now] = ['', 0];
    const line = new ProgressLine({ write: (part) => (text += part) }, () => now);
    for (; now <= 12_000; now += 1000) line.update(now, 12_000, 'at work');
    expect(text).toBe('41% at work\n83% at work\n');
    line.milestone(1, 1, 'all done');
    expect(text).toMatch(/100% all done\n$/);
  });
});

test.each([
  ['NVIDIA: 580.159.04 580.159.4.0', 'nvidia-h200', 'Host dawn, adapter nvidia-h200, NVIDIA: 580.159.04 580.159.4.0'],
  [
    'llvmpipe: Mesa 25.0.7 (LLVM 15.0.6) 0.0.1',
    'llvmpipe-llvm',
    'Host dawn, adapter llvmpipe: Mesa 25.0.7 (LLVM 15.0.6) 0.0.1',
  ],
  ['NVIDIA: 580.159.04', '0x2335', 'Host dawn, adapter NVIDIA: 580.159.04'],
])('an adapter that is %j and %j', (description, device, line) => {
  expect(adapterLine('dawn', { ...ADAPTER, software: false, description, device })).toBe(line);
});
