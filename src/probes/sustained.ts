/**
 * Full load for a while: whether the rate falls, as heat or power limits lower the clock, and whether the numbers matter, since
 * bits that switch take power. The samples of a row are a series in time.
 */
import { Random } from '../core/random.ts';
import { changePoints, compareApart, FEWEST_SAMPLES, quantile } from '../core/statistics.ts';
import { withCommas } from '../core/words.ts';
import { predicted } from './parts/expected.ts';
import { inSeconds, TOO_FEW, untimed } from './parts/findings.ts';
import { checkWords, LANES, manyWorkgroups } from './parts/shared.ts';
import type { Found, Model, Prediction, Probe, ProbeBuffer, Row, Setting, Step } from './types.ts';

const NUMBERS = 16;
const AGAIN = 'random numbers, again';
type Input = 'random numbers' | 'zeros' | 'one number' | typeof AGAIN;
/**
 * Long enough for a limit of power to act, so not interleaved sample by sample: the random numbers come before and after the
 * others, and a difference counts only against both.
 */
const INPUTS: readonly Input[] = ['random numbers', 'zeros', 'one number', AGAIN];

/** [a, b] of x = x a + b: with -1 and 3 a number x between 1 and 2 is followed by 3 - x, which is exact, and then by x. */
const FACTORS: Readonly<Record<Input, readonly [number, number]>> = {
  'random numbers': [-1, 3],
  zeros: [-1, 0],
  'one number': [-1, 3],
  [AGAIN]: [-1, 3],
};

function startOf(input: Input, seed: number): Float32Array<ArrayBuffer> {
  const random = new Random(seed, input);
  return new Float32Array(NUMBERS * LANES).map(() => {
    if (input === 'zeros') return 0;
    return input === 'one number' ? 1.5 : 1 + Math.floor(random.uniform() * 2 ** 23) / 2 ** 23;
  });
}

function load(setting: Setting, input: Input, seconds: number): Step {
  const rounds = setting.capabilities.software ? 32 : 1024;
  const groups = 2 * manyWorkgroups(setting);
  return {
    at: { input, seconds },
    group: input,
    seconds,
    work: {
      kind: 'dispatch',
      pass: {
        shader: 'probes/sustained.wgsl',
        entry: 'load',
        workgroups: [groups, 1, 1],
        workgroupSize: [LANES, 1, 1],
        bound: { start: `start ${input}`, factors: `factors ${input}` },
        p: { rounds },
      },
    },
    quantities: [{ key: 'rate', title: 'Rate', unit: 'FLOP', count: 2 * 8 * NUMBERS * rounds * groups * LANES }],
    model: [],
    check: checkWords('ends', groups * LANES, setting.seed, () => 0xffff),
  };
}

const STEADY: Model = {
  key: 'steady',
  title: 'steady',
  from: 'as the first samples of random numbers',
  common: true,
};

export default {
  id: 'sustained',
  order: 11,
  title: 'Sustained: full load, and whether the numbers matter',
  asks: 'Does the rate fall under load, and do zeros run faster than random numbers?',
  inFingerprint: false,
  panels: [
    {
      title: 'Time of one repetition, sample by sample',
      x: { scale: 'samples', keys: [], title: 'Sample' },
      y: { key: null, scale: 'linear' },
      series: 'input',
      over: [STEADY],
    },
  ],
  plan(setting) {
    const buffers = INPUTS.flatMap((input): ProbeBuffer[] => [
      {
        name: `start ${input}`,
        bytes: 4 * NUMBERS * LANES,
        words: () => new Uint32Array(startOf(input, setting.seed).buffer),
      },
      { name: `factors ${input}`, bytes: 16, words: () => new Uint32Array(new Float32Array(FACTORS[input]).buffer) },
    ]);
    const [long, short] = setting.quick ? [5, 2] : [120, 10];
    return {
      buffers: [...buffers, { name: 'ends', bytes: 8 * LANES * manyWorkgroups(setting) }],
      setup: [],
      steps: INPUTS.map((input) => load(setting, input, input === 'random numbers' ? long : short)),
    };
  },
  expect: steady,
  find(rows, { seed }) {
    const [before, ...others] = rows;
    if (!before) return [];
    const after = others.find(({ at }) => at.input === AGAIN);
    return [
      fallOf(before, seed),
      ...others.filter((row) => row !== after).map((row) => against(row, before, after, seed)),
    ];
  },
} satisfies Probe;

/** Share of all samples that a level has at least: a stall of a moment is no level. */
const SHORTEST_SHARE = 1 / 50;
/** A smaller fall does not count: no clock is that steady. */
const LEAST_DROP = 0.02;

const FALL = { key: 'drop', title: 'Fall of the rate under load', unit: '%' } as const;
const NO_FALL = { value: null, interval: null, says: 'no fall shown' } as const;

/** The time of every sample is what the first ones took, of which the warm-up has made a level. */
function steady([random]: readonly Row[]): (row: Row) => readonly Prediction[] {
  const samples = random?.samplesNs ?? [];
  const first = samples.slice(0, Math.max(FEWEST_SAMPLES, Math.ceil(SHORTEST_SHARE * samples.length)));
  // Of a series of so few samples none would be left to predict.
  if (samples.length < 2 * FEWEST_SAMPLES || random.at.input !== INPUTS[0]) return () => [];
  return (row) => predicted(STEADY, row, null, quantile(first, 0.5), []);
}

/** Of a series that was cut short only what it shows, and how much of it that is. */
function fallOf({ at, samplesNs, withheld, cutAfterMs }: Row, seed: number): Found {
  if (withheld !== undefined) return { ...FALL, ...NO_FALL, withheld };
  const fall = dropOf(samplesNs, seed);
  if (cutAfterMs === undefined) return fall;
  const measured = `in the first ${inSeconds(cutAfterMs)} of ${at.seconds} s`;
  return { ...fall, title: `${FALL.title}, ${measured}`, says: `${fall.says}; what came after was not measured` };
}

/** The fall from the first stable level of a series of times to its last one. */
export function dropOf(samplesNs: readonly number[], seed: number): Found {
  if (samplesNs.length < 2 * FEWEST_SAMPLES) return { ...FALL, ...NO_FALL, withheld: 'the series is too short' };
  const options = { shortest: Math.max(FEWEST_SAMPLES, Math.ceil(SHORTEST_SHARE * samplesNs.length)), seed };
  const starts = [
    0,
    ...changePoints(
      samplesNs.map((ns) => Math.log(ns)),
      options,
    ).map(({ index }) => index),
  ];
  const levels = starts.map((start, i) => samplesNs.slice(start, starts[i + 1] ?? samplesNs.length));
  const medians = levels.map((level) => quantile(level, 0.5));
  // While a clock rises, each level is faster than the one before: the first stable one is where that ends.
  let first = 0;
  while (first + 1 < levels.length && medians[first + 1] < medians[first]) first++;
  const last = levels[levels.length - 1];
  // A single stable level has no other to be compared with: its halves say how much of a fall could be hidden in it.
  const half = last.length >> 1;
  const isSingle = first === levels.length - 1;
  const [late, early] = isSingle ? [last.slice(half), last.slice(0, half)] : [last, levels[first]];
  const { outcome, ratio, interval } = compareApart(late, early, { seed });
  const drop = (times: number): number => 100 * (1 - 1 / times);
  if (interval === null || ratio === null) return { ...FALL, ...NO_FALL, withheld: TOO_FEW };
  const isDrop = !isSingle && outcome === 'slower' && 1 - 1 / ratio >= LEAST_DROP;
  const all = withCommas(samplesNs.length);
  const says = isDrop
    ? `from the first stable level, found at sample ${withCommas(starts[first] + 1)} of ${all}, to the last one, from sample ${withCommas(starts[starts.length - 1] + 1)} on`
    : levels.length === 1
      ? `not distinguishable from noise: 1 level in ${all} samples`
      : `${levels.length} levels in ${all} samples; the last is not slower than the first stable one, or by less than ${100 * LEAST_DROP}%`;
  if (!isDrop) {
    const [low, high] = interval.map(drop);
    return { ...FALL, value: 0, interval: [Math.min(0, low), Math.max(0, high)], says, withheld: null };
  }
  return { ...FALL, value: drop(ratio), interval: [drop(interval[0]), drop(interval[1])], says, withheld: null };
}

/**
 * The rate on other numbers against that on random ones before and after them, each by the second half of its series. The
 * interval holds both comparisons, so what heat did meanwhile is in it.
 */
export function against(row: Row, before: Row, after: Row | undefined, seed: number): Found {
  const input = String(row.at.input);
  const about = { key: input, title: `Rate on ${input} against random numbers`, unit: 'times the rate' };
  const withheld = (why: string): Found => {
    return { ...about, value: null, interval: null, says: 'no ratio shown', withheld: why };
  };
  if (!after) return withheld('random numbers were not measured after them');
  const why = untimed([row, before, after]);
  if (why !== null) return withheld(why);
  const late = ({ samplesNs }: Row): readonly number[] => samplesNs.slice(samplesNs.length >> 1);
  const both = [before, after].map((random) => compareApart(late(random), late(row), { seed }));
  const [low, high] = [0, 1].map((end) => both.map(({ interval }) => interval?.[end] ?? Number.NaN));
  const interval = [Math.min(...low), Math.max(...high)] as const;
  if (interval.some(Number.isNaN)) return withheld(TOO_FEW);
  const [first, second] = both.map(({ ratio }) => ratio ?? Number.NaN);
  const verdict = interval[0] > 1 ? 'faster' : interval[1] < 1 ? 'slower' : 'no difference shown';
  const says = `${verdict}; ${first.toFixed(3)} times the rate of random numbers before them, ${second.toFixed(3)} of those after`;
  return { ...about, value: Math.sqrt(first * second), interval, says, withheld: null };
}
