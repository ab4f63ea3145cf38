/** Variants that take turns with each other's memory, on a device where one place in memory is slower than another. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/core/random.ts';
import { type Comparison, compareRounds } from '../../src/core/statistics.ts';
import type { Execution } from '../../src/gpu/execution.ts';
import type { Sample, Timer, Work } from '../../src/gpu/timer.ts';
import { measure, type Variant } from '../../src/lab/measure.ts';
import { QUICK } from '../../src/lab/protocol.ts';
import { Turns } from '../../src/lab/turns.ts';

/** Runs in a place in memory, and leaves its name there as its output. */
class Fake {
  readonly compileMs = 1;

  constructor(
    readonly name: string,
    public place: { readonly slower: number; output: string },
    readonly form = 'a matrix',
    /** How many times as long its own code takes. */
    readonly code = 1,
  ) {}

  exchange(other: Fake): void {
    [this.place, other.place] = [other.place, this.place];
  }

  clutter(): void {
    this.place.output = 'clutter';
  }
}

const variantOf = (fake: Fake, tensors?: string): Variant => ({
  execution: fake as unknown as Execution,
  ...(tensors === undefined ? {} : { tensors }),
  firstNs: null,
  failure: null,
  time: null,
});

const places = (...slower: readonly number[]) => slower.map((factor) => ({ slower: factor, output: '' }));

/** Times two kernels of which the second runs in a place that is 4.5% slower. */
async function compared(seed: number, code: number, tensors?: string): Promise<Comparison> {
  const random = new Random(seed, 'noise');
  const sample = async (work: Work, repetitions: number): Promise<Sample> => {
    const { place, code } = work as unknown as Fake;
    const ns = repetitions * 1e6 * place.slower * code * (1 + 0.005 * random.normal());
    return { gpuNs: ns, wallNs: ns };
  };
  const [near, far] = places(1, 1.045);
  const variants = [variantOf(new Fake('a', near), tensors), variantOf(new Fake('b', far, 'a matrix', code), tensors)];
  const timer = { source: 'gpu', quantumNs: 1, sample } as unknown as Timer;
  await measure(timer, variants, QUICK, { warmUp: false, pause: async () => {} });
  const [a, b] = variants.map(({ time }) => time?.samplesNs ?? []);
  return compareRounds(b, a);
}

const seeds = Array.from({ length: 50 }, (_, seed) => seed);

describe('one kernel in two places of which one is slower', () => {
  test('differs from itself where each name keeps its place, and does not where they take turns', async () => {
    const apart = await Promise.all(seeds.map((seed) => compared(seed, 1)));
    expect(apart.every(({ outcome }) => outcome === 'slower')).toBe(true);
    const inTurns = await Promise.all(seeds.map((seed) => compared(seed, 1, 'same')));
    expect(inTurns.filter(({ outcome }) => outcome !== 'inconclusive').length).toBeLessThanOrEqual(1);
  });

  test('is told from one that takes 10% longer', async () => {
    const inTurns = await Promise.all(seeds.map((seed) => compared(seed, 1.1, 'same')));
    expect(inTurns.every(({ outcome }) => outcome === 'slower')).toBe(true);
  });
});

describe('turns', () => {
  /** The rounds of each name in each place, and whose output is where at the end. */
  function played(fakes: readonly Fake[], samples: readonly number[], tensors = (_: number): string => 'same') {
    const seen = new Map<string, number>();
    const plans = fakes.map((fake, at) => ({ variant: variantOf(fake, tensors(at)), samples: samples[at] }));
    const turns = new Turns(plans);
    for (let round = 0; round < Math.max(...samples); round++) {
      turns.before(round);
      for (const [at, fake] of fakes.entries()) {
        if (round >= samples[at]) continue;
        fake.place.output = fake.name;
        const key = `${fake.name} at ${fake.place.slower}`;
        seen.set(key, (seen.get(key) ?? 0) + 1);
      }
    }
    return seen;
  }

  test.each([2, 3, 7])('of %i bring each to each place, and back to its own with its own output', (count) => {
    const all = places(...Array.from({ length: count }, (_, i) => i));
    const fakes = all.map((place, i) => new Fake(String(i), place));
    const seen = played(fakes, Array(count).fill(21));
    expect(seen.size).toBe(count * count);
    const times = [...seen.values()];
    expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(1);
    expect(fakes.map(({ place }) => place)).toEqual(all);
    expect(all.map(({ output }) => output)).toEqual(fakes.map(({ name }) => name));
  });

  test('leave nothing in the last round that would do for the output of one that runs no more', () => {
    const fakes = places(1, 2).map((place, i) => new Fake(String(i), place));
    const turns = new Turns(fakes.map((fake) => ({ variant: variantOf(fake, 'same'), samples: 15 })));
    for (let round = 0; round < 15; round++) {
      turns.before(round);
      if (round < 14) for (const { place } of fakes) place.output = 'right';
    }
    expect(fakes.map(({ place }) => place.output)).toEqual(['clutter', 'clutter']);
  });

  test.each([
    ['other tensors', undefined, [15, 15], (at: number) => String(at)],
    ['another form', 'a padded matrix', [15, 15], () => 'same'],
    ['fewer samples', undefined, [15, 9], () => 'same'],
  ] as const)('are not taken by variants with %s', (_, form, samples, tensors) => {
    const [here, there] = places(1, 2);
    const fakes = [new Fake('a', here), new Fake('b', there, form)];
    expect([...played(fakes, samples, tensors).keys()]).toEqual(['a at 1', 'b at 2']);
  });

  test('end where a variant has failed', () => {
    const fakes = places(1, 2).map((place, i) => new Fake(String(i), place));
    const plans = fakes.map((fake) => ({ variant: variantOf(fake, 'same'), samples: 15 }));
    const turns = new Turns(plans);
    turns.before(0);
    turns.before(1);
    const { place } = fakes[0];
    plans[1].variant.failure = {} as Variant['failure'];
    turns.before(2);
    expect(fakes[0].place).toBe(place);
  });
});
