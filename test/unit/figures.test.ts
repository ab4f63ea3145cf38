/** The figures of docs/GPU.md and docs/MEMORY.md, against what was stored. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { SameKernel } from '../../src/cli/same-kernel.ts';
import { significant } from '../../src/cli/text.ts';
import { binomialInterval } from '../../src/core/statistics.ts';
import type { RooflinePoint } from '../../src/lab/roofline.ts';
import type { Found } from '../../src/probes/types.ts';
import { says, textOf } from './documents.ts';

const STORED = 'bench/results/h200';

interface Stored {
  readonly time?: { readonly medianNs: number | null } | null;
  /** In the files of variants. */
  readonly medianNs?: number;
}

const medians = readdirSync(STORED).flatMap((name) => {
  const { results = [] } = JSON.parse(readFileSync(`${STORED}/${name}`, 'utf8')) as { results?: readonly Stored[] };
  return results.flatMap(({ time, medianNs = time?.medianNs }) => medianNs ?? []);
});

/** "73.6 us", "2.88 ms": as the table has it. */
function words(ns: number): string {
  return ns < 1e6 ? `${significant(ns / 1e3)} us` : `${significant(ns / 1e6)} ms`;
}

test('each median of the table is that of a stored result, but for the one whose samples are lost', () => {
  const rows = textOf('docs/GPU.md')
    .split('\n')
    .filter((line) => /^\|.*\d (us|ms) \|/.test(line))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const known = new Set(medians.map(words));
  expect(rows.length).toBeGreaterThan(15);
  expect(rows.filter(([, , , , median]) => !known.has(median)).map(([, , , kernel]) => kernel)).toEqual([
    '17_unrolled, as first written',
  ]);
});

type Finding = Pick<Found, 'value' | 'interval'>;

function findings(path: string): ReadonlyMap<string, Finding> {
  const { results } = JSON.parse(readFileSync(`bench/results/${path}`, 'utf8')) as {
    readonly results: readonly { readonly found: readonly Found[] }[];
  };
  return new Map(results.flatMap((result) => result.found.map((one) => [one.key, one] as const)));
}

const h200 = findings('fingerprints/nvidia-h200.json');

/** The value of a finding, divided by `unit`. */
const of = (key: string, unit = 1): number => (h200.get(key)?.value ?? Number.NaN) / unit;

/** Where a step lies, its ends divided by `unit`. */
const band = (key: string, unit: number): string =>
  (h200.get(key)?.interval ?? []).map((end) => end / unit).join(' and ');

/** Of pitches, for loads of 4, 8 and 16 bytes: "7.4, 3.8 and 1.9". */
function pitches(from: (key: string) => number, bytes: number): string {
  const [four, eight, sixteen] = [4, 8, 16].map((width) => from(`pitch ${width} B ${bytes}`));
  const text = (times: number): string => (times < 10 ? times.toFixed(1) : times.toFixed(0));
  return `${text(four)}, ${text(eight)} and ${text(sixteen)}`;
}

test.each([
  ['docs/GPU.md', `one ends between ${band('step-1', 2 ** 10)} KiB`],
  ['docs/GPU.md', `one between ${band('step-2', 2 ** 20)} MiB`],
  ['docs/GPU.md', `${of('read, 16 B loads', 1e3).toFixed(2)} TB/s read`],
  ['docs/GPU.md', `${of('write, 16 B stores', 1e3).toFixed(2)} written`],
  ['docs/GPU.md', `${of('copy, 4 B', 1e3).toFixed(1)} copied`],
  ['docs/GPU.md', `${of('f32 multiply-add, 8 chains', 1e3).toFixed(1)} TFLOP/s of f32`],
  ['docs/GPU.md', `${of('f16 multiply-add, 8 chains', 1e3).toFixed(1)} of f16`],
  ['docs/GPU.md', `${of('int8 dot product, 16 chains', 1e3).toFixed(1)} TOP/s of int8`],
  ['docs/GPU.md', `${of('workgroup memory, 16 B loads', 1e3).toFixed(0)} TB/s from workgroup memory`],
  ['docs/GPU.md', `stride 32 takes ${of('conflict').toFixed(0)} times as long`],
  ['docs/GPU.md', `a column of a 32 x 32 tile ${of('padding').toFixed(0)} times as long`],
  ['docs/GPU.md', `(${of('latency-1').toFixed(0)} ns within it)`],
  ['docs/GPU.md', `(${of('latency-2').toFixed(0)} ns); beyond it ${of('last-level').toFixed(0)} ns`],
  ['docs/GPU.md', `one workgroup too many leaves ${of('tail').toFixed(0)}% of the rate`],
  [
    'docs/GPU.md',
    `A dispatch costs ${of('dispatches', 1e3).toFixed(1)} us, a submit ${of('submits', 1e3).toFixed(0)} us`,
  ],
  ['docs/GPU.md', `a submit that is waited for ${of('submits, one by one', 1e3).toFixed(0)} us`],
  ['docs/MEMORY.md', `from ${of('copy, 16 B', 1e3).toFixed(1)} to ${of('read, 16 B loads', 1e3).toFixed(1)} TB/s`],
  ['docs/MEMORY.md', `a stride of 32 takes ${of('conflict').toFixed(0)} times as long`],
  ['docs/MEMORY.md', `at 32 bytes apart loads of 4, 8 and 16 bytes take ${pitches(of, 32)} times the time`],
  ['docs/MEMORY.md', `the time is ${pitches(of, 128)} times as long`],
  ['docs/MEMORY.md', `one that is waited for ${of('one-by-one').toFixed(1)} times as much`],
])('%s: %s', (document, text) => {
  expect(says(document, text)).toBe(true);
});

const llvmpipe = new Map([...findings('fingerprints/llvmpipe.json'), ...findings('memory/llvmpipe.json')]);
const value = (key: string): number => llvmpipe.get(key)?.value ?? Number.NaN;
/** "31% (16% to 58%)". */
const share = (key: string): string => {
  const [low, high] = llvmpipe.get(key)?.interval ?? [];
  const percent = (one: number | undefined): string => `${(one ?? Number.NaN).toPrecision(2)}%`;
  return `${percent(value(key))} (${percent(low)} to ${percent(high)})`;
};

test.each([
  `Of a first run, ${share('outside one large dispatch')} is outside the kernel`,
  `large dispatch and ${share('outside 256 small dispatches')} in 256 small ones`,
  `Launches alone take ${share('launching one large dispatch')} and ${share('launching 256 small dispatches')}`,
  `the rate fell by ${share('drop')} from the first stable level`,
  `A dispatch costs some ${(value('dispatches') / 1e3).toFixed(0)} us in a stream of them, a pass ${(value('passes') / 1e3).toFixed(0)}`,
  `llvmpipe takes ${pitches(value, 32)} times as long at 32 bytes, and ${pitches(value, 128)} at 128`,
  `The staircase begins at ${value('latency-1').toFixed(1)} ns`,
  `${value('random-1').toFixed(1)} to ${value('random-2').toFixed(1)} ns at random, ${value('latency-1').toFixed(1)} to ${value('latency-2').toFixed(1)} within pages`,
  `${value('f32 exp -1 to 0').toFixed(1)} ULP for arguments from -1 to 0`,
])('docs/MEMORY.md of llvmpipe: %s', (text) => {
  expect(says('docs/MEMORY.md', text)).toBe(true);
});

test.each([
  ['llvmpipe', 'quiet', 'llvmpipe-quiet'],
  ['llvmpipe', 'busy', 'llvmpipe'],
  ['SwiftShader', 'quiet', 'swiftshader-quiet'],
  ['SwiftShader', 'busy', 'swiftshader'],
])('docs/MEMORY.md: one kernel under two names on %s, %s', (adapter, machine, file) => {
  const { sameKernel } = JSON.parse(readFileSync(`bench/results/same-kernel/${file}.json`, 'utf8')) as {
    readonly sameKernel: Pick<SameKernel, 'tries' | 'comparisons' | 'triesWithDifference'>;
  };
  const { tries, comparisons, triesWithDifference: different } = sameKernel;
  expect(tries).toBe(comparisons);
  expect(tries).toBeGreaterThanOrEqual(100);
  const [low, high] = binomialInterval(different, tries) ?? expect.fail();
  const percent = (one: number): string => `${(100 * one).toPrecision(2)}%`;
  expect(textOf('docs/MEMORY.md')).toContain(
    `| ${adapter} | ${machine} | ${tries} | ${different} | ${percent(different / tries)} (${percent(low)} to ${percent(high)}) |`,
  );
});

test('docs/MEMORY.md: kernels under the roofs of llvmpipe', () => {
  const { roofs, points } = JSON.parse(readFileSync('bench/results/rooflines/llvmpipe.json', 'utf8')) as {
    readonly roofs: Readonly<Record<'memory' | 'arithmetic', { readonly value: number }>>;
    readonly points: readonly RooflinePoint[];
  };
  const point = (op: string, kernel: string): RooflinePoint =>
    points.find((one) => one.op === op && one.kernel === kernel) as RooflinePoint;
  const rate = (one: RooflinePoint, of: 'operations' | 'compulsoryBytes'): number =>
    (one[of] ?? Number.NaN) / (one.medianNs ?? Number.NaN);
  const times = (op: string, kernel: string): string => {
    const { tracedBytes, compulsoryBytes } = point(op, kernel);
    return ((tracedBytes ?? Number.NaN) / (compulsoryBytes ?? Number.NaN)).toFixed(0);
  };
  const arithmetic = rate(point('matmul', '10_subgroup_broadcast'), 'operations') / roofs.arithmetic.value;
  const memory = rate(point('neuron', '4_vector_loads'), 'compulsoryBytes') / roofs.memory.value;
  for (const words of [
    `memory's roof is ${roofs.memory.value.toFixed(1)} GB/s and that of f32 arithmetic ${roofs.arithmetic.value.toFixed(0)} GFLOP/s`,
    `reaches ${(100 * arithmetic).toFixed(0)}% of the latter, and neuron's \`4_vector_loads\` ${(100 * memory).toFixed(0)}% of the former`,
    `Softmax's \`1_three_looks\` asks for ${times('softmax', '1_three_looks')} times the bytes`,
    `\`1_uncoalesced\` for ${times('matmul', '1_uncoalesced')} times and \`5_register_tile\` for ${times('matmul', '5_register_tile')} times`,
    `attention asks for ${times('attention', '1_three_passes')} times as much, \`8_subgroups\` for ${times('attention', '8_subgroups')} times`,
  ])
    expect(says('docs/MEMORY.md', words), words).toBe(true);
});
