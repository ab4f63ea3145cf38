/** The text heat map: what stands in a cell, and that it reads without colour and on a narrow terminal. */
import { describe, expect, test } from 'vitest';
import type { Sweep } from '../../src/cli/bench-request.ts';
import { heatMaps } from '../../src/cli/heat-map.ts';
import { PLAIN, type Screen, screenOf } from '../../src/cli/screen.ts';
import { kernelsOf } from '../../src/kernels/index.ts';
import type { Result, Time } from '../../src/lab/result.ts';
import type { Axis } from '../../src/lab/sweep.ts';
import { ADAPTER, correctResult, measured } from './fake-host.ts';

const kernel = kernelsOf('matmul')[0].id;
const knob = (key: string, ...values: number[]): Axis => ({ key, of: 'knob', values });
const base = correctResult({ op: 'matmul', kernel });

/** A correct result at knobs (and sizes) with a median time. */
function at(knobs: Record<string, number>, medianNs: number, shape: Record<string, number> = {}): Result {
  const time = { ...(base.time as Time), medianNs };
  return { ...base, knobs, shape: { ...base.shape, ...shape }, time, measures: measured(1e6 / medianNs, 1) };
}
const failing = (knobs: Record<string, number>, status: Result['status']): Result => ({
  ...base,
  knobs,
  status,
  reason: 'because',
  time: null,
  measures: [],
});
const unresolved = (knobs: Record<string, number>): Result => ({
  ...base,
  knobs,
  time: { ...(base.time as Time), resolved: false, medianNs: null, minNs: null, p90Ns: null },
  measures: [],
});

const sweep = (...axes: Axis[]): Sweep => ({ op: 'matmul', kernel, axes });
const map = (results: readonly Result[], one: Sweep, screen: Screen = PLAIN): string[] =>
  heatMaps(results, [one], ADAPTER, screen);

const square = sweep(knob('A', 1, 2, 4), knob('B', 8, 16, 32));
const mixed = [
  at({ A: 1, B: 8 }, 100_000),
  at({ A: 1, B: 16 }, 10_000),
  at({ A: 1, B: 32 }, 1_000),
  failing({ A: 2, B: 8 }, 'wrong'),
  failing({ A: 2, B: 16 }, 'refused'),
  failing({ A: 2, B: 32 }, 'failed'),
  unresolved({ A: 4, B: 8 }),
  at({ A: 4, B: 16 }, 5_000),
];

describe('a map of two knobs', () => {
  test('has rows, columns, numbers with marks, states by letter, a legend', () => {
    expect(map(mixed, square)).toEqual([
      '',
      `matmul ${kernel}: median GPU time in us, less is better (software adapter: it says nothing about any GPU)`,
      '  B',
      'A    8     16     32',
      '1  100 .  10.0 = [1.00 #]',
      '2    x       -       !',
      '4    ?    5.00 *',
      'Marks: . : = * # from the slowest to the fastest, in equal ratios; [ ] the fastest; x wrong; - refused; ! failed; ?',
      '  unresolved; blank: not run',
    ]);
  });

  test('says nothing of software on hardware, nor of states that it does not show', () => {
    const [first, second] = [at({ A: 1, B: 8 }, 1000), at({ A: 1, B: 16 }, 1000)];
    const one = sweep(knob('A', 1), knob('B', 8, 16));
    const lines = heatMaps([first, second], [one], { ...ADAPTER, software: false }, PLAIN);
    expect(lines[1]).toBe(`matmul ${kernel}: median GPU time in us, less is better`);
    // Two that are equal are both the fastest.
    expect(lines[4]).toBe('1[1.00 #][1.00 #]');
    expect(lines.at(-1)).toBe('Marks: . : = * # from the slowest to the fastest, in equal ratios; [ ] the fastest');
  });

  test('without a number there is no scale', () => {
    const lines = map([failing({ A: 1, B: 8 }, 'refused')], sweep(knob('A', 1, 2), knob('B', 8, 16)));
    expect(lines.at(-1)).toBe('- refused; blank: not run');
    expect(lines.join('\n')).not.toMatch(/NaN|Infinity/);
  });

  test('wall times are called so', () => {
    const wall = mixed.map((result) =>
      result.time ? { ...result, time: { ...result.time, source: 'wall' as const } } : result,
    );
    expect(map(wall, square)[1]).toContain('median wall time in us');
  });
});

describe('colour', () => {
  const tty = { write: () => {}, isTTY: true, columns: 80 };

  test('is an extra: without its codes the map is the same', () => {
    const plain = map(mixed, square, { width: 80, colour: false });
    const coloured = map(mixed, square, { width: 80, colour: true });
    expect(coloured).not.toEqual(plain);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the codes are what is taken away
    expect(coloured.map((line) => line.replace(/\x1b\[[\d;]*m/g, '').trimEnd())).toEqual(plain);
    expect(coloured.join('\n')).toContain('\x1b[48;5;221;38;5;16m[1.00 #]\x1b[0m');
    expect(coloured.join('\n')).toContain('\x1b[48;5;17;38;5;231m  100 . \x1b[0m');
  });

  test('is for terminals that read it, unless NO_COLOR is set', () => {
    expect(screenOf(tty, {})).toEqual({ width: 80, colour: true });
    expect(screenOf(tty, { NO_COLOR: '1' }).colour).toBe(false);
    expect(screenOf(tty, { NO_COLOR: '' }).colour).toBe(true);
    expect(screenOf(tty, { TERM: 'dumb' }).colour).toBe(false);
    expect(screenOf({ write: () => {} }, {})).toEqual(PLAIN);
    expect(screenOf({ ...tty, columns: 20 }, {}).width).toBe(60);
    expect(screenOf({ ...tty, columns: 300 }, {}).width).toBe(120);
  });
});

describe('what does not fit', () => {
  const many = Array.from({ length: 40 }, (_, index) => index + 1);
  const wide = sweep(knob('A', 1, 2), knob('B', ...many));
  const results = many.flatMap((value) => [1, 2].map((a) => at({ A: a, B: value }, 1000 * value + a)));

  test('is turned round where that fits', () => {
    const lines = map(results, wide, { width: 60, colour: false });
    expect(lines.slice(3, 6)).toEqual(['   A', ' B    1      2', ' 1[1.00 #] 1.00 #']);
    expect(lines.every(({ length }) => length <= 60)).toBe(true);
  });

  test('or drawn in bands', () => {
    const both = sweep(knob('A', ...many), knob('B', ...many));
    const lines = map(results.concat(many.slice(2).map((a) => at({ A: a, B: 40 }, 5000))), both, {
      width: 60,
      colour: false,
    });
    expect(lines.every(({ length }) => length <= 60)).toBe(true);
    expect(lines.filter((line) => line === '   B')).toHaveLength(Math.ceil(40 / Math.floor(58 / 8)));
    expect(lines.join('\n')).toContain('[1.00 #]');
  });
});

describe('more than two axes', () => {
  const corner = (values: readonly number[]): Result[] =>
    values.flatMap((c) => [1, 2, 4].flatMap((a) => [8, 16, 32].map((b) => at({ C: c, A: a, B: b }, a * b * c))));

  test('there is a map for each value of the shortest axis, on one scale', () => {
    const lines = map(corner([5, 6]), sweep(knob('C', 5, 6), knob('A', 1, 2, 4), knob('B', 8, 16, 32)));
    expect(lines.filter((line) => line.startsWith('matmul'))).toEqual([
      expect.stringContaining(`${kernel}, C=5: median GPU time`),
      expect.stringContaining(`${kernel}, C=6: median GPU time`),
    ]);
    expect(lines.join('\n').match(/\[/g)).toHaveLength(2);
    expect(lines.filter((line) => line.startsWith('Marks:'))).toHaveLength(1);
  });

  test('more than four maps are none, and it says so', () => {
    const values = [1, 2, 3, 4, 5];
    const cube = sweep(knob('C', ...values), knob('A', ...values), knob('B', ...values));
    expect(map(corner(values), cube)).toEqual([
      '',
      'No heat map: this sweep would take 5 of them, and 4 are the most; name one --kernel, or vary fewer keys.',
    ]);
  });

  test('one axis makes no map', () => {
    expect(map(mixed, sweep(knob('A', 1, 2, 4)))).toEqual([]);
  });
});

test('where the problems differ the cells are rates', () => {
  const sizes: Axis = { key: 'm', of: 'shape', values: [64, 128] };
  const results = [64, 128].flatMap((m) => [8, 16].map((b) => at({ B: b }, b * 1000, { m })));
  const lines = map(results, sweep(sizes, knob('B', 8, 16)));
  expect(lines[1]).toContain('GFLOP/s at the median time');
  expect(lines.slice(2, 5)).toEqual(['    B', '  m    8     16', ' 64[ 125 #] 62.5 .']);
});
