/**
 * Workgroup memory: reads at every stride from 1 to 33 beside the passes that a model of 32 banks counts, all lanes at one word,
 * a column of a tile with and without padding, and the cost of a barrier.
 */
import { comparison, slopeOf } from './parts/findings.ts';
import { passesAt } from './parts/passes.ts';
import { checkWords, LANES, manyWorkgroups } from './parts/shared.ts';
import type { Found, Prediction, Probe, Row, Setting, Step } from './types.ts';

const SHADER = 'probes/banks.wgsl';
const WORDS = 4096;
const stored = (index: number): number => (index * 3 + 1) >>> 0;

function predicted(stride: number): readonly Prediction[] {
  return [{ key: 'passes', title: 'passes a request', unit: '', value: passesAt(stride) }];
}

/** On a processor, clearing a workgroup's memory and passing a barrier with all of its lanes may take milliseconds. */
function workgroups(setting: Setting): number {
  return setting.capabilities.software ? 2 : manyWorkgroups(setting);
}

interface Reads {
  readonly at: Step['at'];
  readonly group: string;
  readonly entry: string;
  readonly stride: number;
  readonly pitch: number;
  readonly model: readonly Prediction[];
  /** The word that a lane reads in a round, by which of the four loads. */
  word(lane: number, round: number, load: number): number;
}

function reads(setting: Setting, { at, group, entry, stride, pitch, model, word }: Reads): Step {
  const rounds = setting.capabilities.software ? 16 : 256;
  const groups = workgroups(setting);
  const sums = Array.from({ length: LANES }, (_, lane) => {
    let sum = 0;
    for (let round = 0; round < rounds; round++)
      for (let load = 0; load < 4; load++) sum = (sum + stored(word(lane, round, load))) >>> 0;
    return sum;
  });
  return {
    at,
    group,
    work: {
      kind: 'dispatch',
      pass: {
        shader: SHADER,
        entry,
        workgroups: [groups, 1, 1],
        workgroupSize: [LANES, 1, 1],
        p: { stride, rounds, pitch },
      },
    },
    quantities: [{ key: 'bytes', title: 'Bandwidth', unit: 'B', count: 16 * rounds * groups * LANES }],
    model,
    check: checkWords('sums', groups * LANES, setting.seed, (index) => sums[index % LANES]),
  };
}

const strided = (setting: Setting, stride: number): Step =>
  reads(setting, {
    at: { what: stride === 0 ? 'broadcast' : 'stride', words: stride },
    group: 'stride',
    entry: 'strided',
    stride,
    pitch: 32,
    model: predicted(stride),
    word: (lane, round, load) => (lane * stride + 4 * round + load) % WORDS,
  });

const column = (setting: Setting, pitch: number): Step =>
  reads(setting, {
    at: { what: pitch === 32 ? 'column' : 'column, padded', words: pitch },
    group: 'stride',
    entry: 'column',
    stride: 1,
    pitch,
    model: predicted(pitch),
    word: (lane, round, load) => (lane % 32) * pitch + (((Math.floor(lane / 32) + 4 * round) % 32) ^ load),
  });

/** One workgroup alone, so that nothing else fills its waits. */
function barrier(setting: Setting, rounds: number): Step {
  return {
    at: { what: 'barriers', words: rounds },
    group: 'barrier',
    work: {
      kind: 'dispatch',
      pass: {
        shader: SHADER,
        entry: 'barriers',
        workgroups: [1, 1, 1],
        workgroupSize: [LANES, 1, 1],
        p: { stride: 1, rounds, pitch: 32 },
      },
    },
    quantities: [],
    model: [],
    check: checkWords('sums', LANES, setting.seed, () => rounds),
  };
}

const ALL_STRIDES = Array.from({ length: 34 }, (_, stride) => stride);
const QUICK_STRIDES = [0, 1, 2, 3, 4, 5, 7, 8, 12, 15, 16, 17, 24, 31, 32, 33];

export default {
  id: 'banks',
  order: 3,
  title: 'Workgroup memory: banks, padding, barriers',
  asks: 'Which strides conflict, does padding cure them, and what does a barrier cost?',
  inFingerprint: true,
  bounded: () => ({ by: 'workgroup memory', key: 'bytes', setBytes: null }),
  worth: 10,
  panels: [
    {
      title: 'Reading at a stride (0: all lanes read one word)',
      where: ({ what }) => what === 'stride' || what === 'broadcast',
      x: { scale: 'linear', keys: ['words'], title: 'Stride, words' },
      y: { key: 'bytes', scale: 'linear' },
      model: 'passes',
    },
    {
      title: 'A column of a tile',
      where: ({ what }) => String(what).startsWith('column'),
      x: { scale: 'names', keys: ['what'], title: '' },
      y: { key: 'bytes', scale: 'linear' },
    },
    {
      title: 'Barriers',
      where: ({ what }) => what === 'barriers',
      x: { scale: 'linear', keys: ['words'], title: 'Barriers' },
      y: { key: null, scale: 'linear' },
    },
  ],
  plan(setting) {
    const counts = setting.capabilities.software ? [4, 8, 16, 32] : [256, 1024, 2048, 4096];
    return {
      buffers: [{ name: 'sums', bytes: 4 * LANES * workgroups(setting) }],
      setup: [],
      steps: [
        ...(setting.quick ? QUICK_STRIDES : ALL_STRIDES).map((stride) => strided(setting, stride)),
        ...[32, 33].map((pitch) => column(setting, pitch)),
        ...counts.map((rounds) => barrier(setting, rounds)),
      ],
    };
  },
  find(rows, { seed }) {
    return [conflicts(rows, seed), padding(rows, seed), barrierCost(rows)];
  },
} satisfies Probe;

/** Stride 32 against 1, and how well the model's passes explain all times: the rank correlation over the strides (Spearman). */
function conflicts(rows: readonly Row[], seed: number): Found {
  const all = rows.filter(({ at }) => at.what === 'stride');
  const strides = all.filter(({ medianNs }) => medianNs !== null);
  const row = (stride: number): Row | undefined => all.find(({ at }) => at.words === stride);
  const correlation = spearman(
    strides.map(({ model }) => model[0].value),
    strides.map(({ medianNs }) => medianNs as number),
  );
  const says = `the model has ${passesAt(32)} passes for 1; over all strides its passes rank the times with a correlation of ${correlation.toFixed(2)}`;
  return comparison({ key: 'conflict', title: 'Stride 32 against stride 1' }, row(32), row(1), seed, says);
}

function padding(rows: readonly Row[], seed: number): Found {
  const row = (what: string): Row | undefined => rows.find(({ at }) => at.what === what);
  const about = { key: 'padding', title: 'A column of a 32 x 32 tile without padding' };
  const says = `against a pitch of 33 words; the model has ${passesAt(32)} passes for ${passesAt(33)}`;
  return comparison(about, row('column'), row('column, padded'), seed, says);
}

/** Of n barriers a + n b: b. */
function barrierCost(rows: readonly Row[]): Found {
  const about = { key: 'barrier', title: 'A barrier of 256 lanes, with its store', unit: 'ns' };
  const slope = slopeOf(
    rows.filter(({ at }) => at.what === 'barriers'),
    'words',
  );
  if (typeof slope === 'string')
    return { ...about, value: null, interval: null, says: 'no cost shown', withheld: slope };
  const says = 'in a single workgroup, by the slope of the time against the number of barriers';
  return { ...about, value: slope.b, interval: slope.interval, says, withheld: null };
}

function spearman(a: readonly number[], b: readonly number[]): number {
  const [ra, rb] = [ranks(a), ranks(b)];
  const mean = (a.length - 1) / 2;
  const sum = (f: (i: number) => number): number => a.reduce((all, _, i) => all + f(i), 0);
  return (
    sum((i) => (ra[i] - mean) * (rb[i] - mean)) /
    Math.sqrt(sum((i) => (ra[i] - mean) ** 2) * sum((i) => (rb[i] - mean) ** 2))
  );
}

/** Ranks from 0; equal values share the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  return values.map(
    (value) =>
      values.filter((other) => other < value).length + (values.filter((other) => other === value).length - 1) / 2,
  );
}
