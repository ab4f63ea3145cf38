/**
 * Accuracy: the error of built-in functions on this device, each in the terms in which WGSL's section 15.7.4, "Floating Point
 * Accuracy", bounds it. An error beyond that bound is a finding about the device and not a wrong verdict; only what is not a
 * number at all, or was never written, is wrong.
 */
import { canStore, FORMATS, NEEDS } from '../core/format.ts';
import { round } from '../core/half.ts';
import { Random } from '../core/random.ts';
import { toDecimals } from '../core/words.ts';
import { type Arguments, CASES, type Case, ulp } from './parts/accuracy-cases.ts';
import { predicted } from './parts/expected.ts';
import { LANES } from './parts/shared.ts';
import type { Found, Model, Prediction, Probe, ProbeBuffer, Row, Setting, Step } from './types.ts';

/** Arguments of each function. */
const COUNT = 65_536;
/** As many of them say what the best result would be. */
const SOME = 4096;
interface Errors {
  /** In the unit of the case. */
  readonly largest: number;
  /** Largest share of what is allowed. */
  readonly share: number;
  /** Where that is. */
  readonly at: Arguments;
}

function errorsOf(
  { exact, allowed, unit, type }: Case,
  values: ArrayLike<number>,
  given: (index: number) => Arguments,
): Errors {
  let [largest, share, at]: [number, number, Arguments] = [0, 0, given(0)];
  for (let index = 0; index < values.length; index++) {
    const own = given(index);
    const wanted = exact(...own);
    // What is denormal may be flushed: nothing is claimed of it.
    if (Math.abs(wanted) < FORMATS[type].smallestNormal) continue;
    const error = Math.abs(values[index] - wanted) / (unit === 'ULP' ? ulp(wanted, type) : 1);
    largest = Math.max(largest, error);
    if (error / allowed(...own) > share) [share, at] = [error / allowed(...own), own];
  }
  return { largest, share, at };
}

/** As f32, which holds every f16. */
function given({ draw, name, range, type }: Case, seed: number, count = COUNT): readonly Float32Array<ArrayBuffer>[] {
  const random = new Random(seed, `${name} ${range}`);
  const columns = [0, 1, 2].map(() => new Float32Array(count));
  for (let index = 0; index < count; index++) {
    const own = draw(random);
    for (const [k, column] of columns.entries()) column[index] = round(own[k], type);
  }
  return columns;
}

function step(
  setting: Setting,
  one: Case,
  index: number,
): { readonly buffers: readonly ProbeBuffer[]; readonly step: Step } {
  const columns = given(one, setting.seed);
  const names = ['x', 'y', 'z'].map((name) => `${name} ${index}`);
  const at = (i: number): Arguments => [columns[0][i], columns[1][i], columns[2][i]];
  return {
    buffers: names.map((name, k) => ({
      name,
      bytes: 4 * COUNT,
      words: () => new Uint32Array(columns[k].buffer),
    })),
    step: {
      at: { type: one.type, function: one.name, arguments: one.range },
      group: 'all',
      work: {
        kind: 'dispatch',
        pass: {
          shader: 'probes/accuracy.wgsl',
          entry: one.entry,
          workgroups: [COUNT / LANES, 1, 1],
          workgroupSize: [LANES, 1, 1],
          aliases: { Elem: one.type },
          enables: NEEDS[one.type].enables,
          bound: { x: names[0], y: names[1], z: names[2] },
        },
      },
      quantities: [{ key: 'values', title: 'Rate', unit: 'values', count: COUNT }],
      model: [],
      check: {
        buffer: 'values',
        bytes: 4 * COUNT,
        checked: COUNT,
        total: COUNT,
        only: 'only that each is a finite number',
        fault: (words) => {
          const values = new Float32Array(words.buffer, words.byteOffset, COUNT);
          const wrong = values.findIndex((value) => !Number.isFinite(value));
          return wrong < 0 ? null : `${one.name} of ${at(wrong).join(', ')} is ${values[wrong]}`;
        },
        observe: (words) => {
          const values = new Float32Array(words.buffer, words.byteOffset, COUNT);
          const { largest, share } = errorsOf(one, values, at);
          const unit = one.unit === 'ULP' ? 'ULP' : 'absolute';
          return [
            { key: `error ${unit}`, title: 'Largest error', unit, value: largest },
            { key: 'share', title: 'Share of what is allowed', unit: '%', value: 100 * share },
          ];
        },
      },
    },
  };
}

const NEAREST: Model = {
  key: 'nearest',
  title: 'exact result',
  from: 'rounded to nearest',
  common: true,
};

/** Of what is allowed, the share that not even the best result can do without: half a unit in the last place. */
function nearest(_: readonly Row[], { seed }: Pick<Setting, 'seed'>): (row: Row) => readonly Prediction[] {
  return (row) => {
    const { type, function: name, arguments: range } = row.at;
    const one = [...CASES.f32, ...CASES.f16].find(
      (own) => own.type === type && own.name === name && own.range === range,
    );
    if (!one) return [];
    const [x, y, z] = given(one, seed, SOME);
    const at = (i: number): Arguments => [x[i], y[i], z[i]];
    const values = Float64Array.from(x, (_, i) => round(one.exact(...at(i)), one.type));
    return predicted(NEAREST, row, 'share', 100 * errorsOf(one, values, at).share, []);
  };
}

export default {
  id: 'accuracy',
  order: 10,
  title: 'Accuracy: errors of built-in functions',
  asks: 'How large are the errors of exp, log, division, fma, tanh, roots and sin, and does WGSL allow them?',
  inFingerprint: false,
  panels: [
    {
      title: 'Largest error, as a share of what WGSL allows',
      x: { scale: 'names', keys: ['type', 'function', 'arguments'], title: '' },
      y: { key: 'share', scale: 'linear' },
      over: [NEAREST],
      limit: { value: 100, title: 'all that WGSL allows' },
    },
  ],
  plan(setting) {
    const { features } = setting.capabilities;
    const cases = canStore('f16', features) ? [...CASES.f32, ...CASES.f16] : CASES.f32;
    const made = cases.map((one, index) => step(setting, one, index));
    return {
      buffers: [...made.flatMap(({ buffers }) => buffers), { name: 'values', bytes: 4 * COUNT }],
      setup: [],
      steps: made.map((one) => one.step),
    };
  },
  expect: nearest,
  find(rows) {
    return rows.flatMap(finding);
  },
} satisfies Probe;

function finding({ at, measures, withheld }: Row): Found[] {
  const about = {
    key: `${at.type} ${at.function} ${at.arguments}`,
    title: `${at.function} in ${at.type}: ${at.arguments}`,
    interval: null,
  };
  if (withheld !== undefined) return [{ ...about, unit: '', value: null, says: 'no error shown', withheld }];
  const share = measures.find(({ key }) => key === 'share');
  const error = measures.find(({ key }) => key.startsWith('error'));
  if (!share || !error) return [];
  return [
    {
      ...about,
      unit: error.unit === 'ULP' ? 'ULP' : 'absolute error',
      value: error.value,
      ...(share.value > 100
        ? { says: `outside what WGSL allows: ${percent(share.value)} of it`, outside: true }
        : { says: `${percent(share.value)} of what WGSL allows` }),
      withheld: null,
    },
  ];
}

/** "57.0%", "1,234.5%"; near 100, as many decimals as show on which side of it: "100.03%". */
function percent(value: number): string {
  if (value > 0 && value < 0.05) return 'less than 0.1%';
  const decimals = [1, 2, 3, 4, 5, 6].find((some) => value === 100 || Number(value.toFixed(some)) !== 100) ?? 7;
  return `${toDecimals(value, decimals)}%`;
}
