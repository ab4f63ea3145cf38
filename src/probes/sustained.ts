/**
 * Full load for a while: whether the rate falls, as heat or power limits lower the clock, and whether the numbers matter, since
 * bits that switch take power. The samples of a row are a series in time.
 */
import { Random } from '../core/random.ts';
import { changePoints, compareApart, FEWEST_SAMPLES, quantile } from '../core/statistics.ts';
import { checkWords, LANES, manyWorkgroups } from './parts/shared.ts';
import type { Found, Probe, ProbeBuffer, Row, Setting, Step } from './types.ts';

const NUMBERS = 16;
type Input = 'random numbers' | 'zeros' | 'one number';
const INPUTS: readonly Input[] = ['random numbers', 'zeros', 'one number'];

/** [a, b] of x = x a + b: with -1 and 3 a number x between 1 and 2 is followed by 3 - x, which is exact, and then by x. */
const FACTORS: Readonly<Record<Input, readonly [number, number]>> = {
  'random numbers': [-1, 3],
  zeros: [-1, 0],
  'one number': [-1, 3],
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
  find(rows, { seed }) {
    const [random, ...others] = rows;
    return [...(random ? [dropOf(random.samplesNs, seed)] : []), ...others.flatMap((other) => against(random, other))];
  },
} satisfies Probe;

/** Share of all samples that a level has at least: a stall of a moment is no level. */
const SHORTEST_SHARE = 1 / 50;
/** A smaller fall does not count: no clock is that steady. */
const LEAST_DROP = 0.02;

/** The fall from the first stable level of a series of times to its last one. */
export function dropOf(samplesNs: readonly number[], seed: number): Found {
  const about = { key: 'drop', title: 'Fall of the rate under load', unit: '%' };
  if (samplesNs.length < 2 * FEWEST_SAMPLES)
    return { ...about, value: null, interval: null, says: 'no fall shown', withheld: 'the series is too short' };
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
  const { outcome, ratio, interval } = compareApart(levels[levels.length - 1], levels[first], { seed });
  const drop = (times: number): number => 100 * (1 - 1 / times);
  const isDrop = outcome === 'slower' && ratio !== null && interval !== null && 1 - 1 / ratio >= LEAST_DROP;
  const says = isDrop
    ? `from the first stable level, found at sample ${starts[first] + 1} of ${samplesNs.length}, to the last one, from sample ${starts[starts.length - 1] + 1} on`
    : `not distinguishable from noise: ${levels.length} level${levels.length === 1 ? '' : 's'} in ${samplesNs.length} samples`;
  if (!isDrop) return { ...about, value: 0, interval: null, says, withheld: null };
  return { ...about, value: drop(ratio), interval: [drop(interval[0]), drop(interval[1])], says, withheld: null };
}

/** The rate on other numbers against that on random ones, each by the second half of its series. */
function against(random: Row | undefined, other: Row): Found[] {
  const late = ({ samplesNs }: Row): number => quantile(samplesNs.slice(samplesNs.length >> 1), 0.5);
  if (!random?.medianNs || other.medianNs === null) return [];
  const input = String(other.at.input);
  return [
    {
      key: input,
      title: `Rate on ${input} against random numbers`,
      unit: 'times the rate',
      value: late(random) / late(other),
      interval: null,
      says: 'measured one after the other, so heat plays a part',
      withheld: null,
    },
  ];
}
