import { describe, expect, test } from 'vitest';
import { Random } from '../../src/core/random.ts';
import { kernelsOf } from '../../src/kernels/index.ts';
import type { Kernel } from '../../src/kernels/types.ts';
import { defaultCapabilities, planRequest, resolve } from '../../src/lab/plan.ts';
import type { Request } from '../../src/lab/protocol.ts';
import type { Result, Time } from '../../src/lab/result.ts';
import { eligible, type TuneOptions, tune } from '../../src/lab/tune.ts';

const TILES = [1, 2, 4, 8, 16, 32, 64];
const knob = (key: string, values: readonly number[], fixed?: true) =>
  ({ key, title: key, values, default: values[0], doc: '', ...(fixed ? { fixed } : {}) }) as const;
const kernels = ['1_slow', '2_fast'].map(
  (id) =>
    ({
      id,
      op: 'toy',
      knobs: [knob('TM', TILES), knob('TN', TILES), knob('offset', [0, 4], true)],
    }) as unknown as Kernel,
);

/** A landscape with one summit, at TM 8 and TN 16 of kernel 2. */
function nanoseconds({ kernel, knobs = {} }: Request): number {
  const away = Math.abs(Math.log2(Number(knobs.TM) / 8)) + Math.abs(Math.log2(Number(knobs.TN) / 16));
  return (kernel === '2_fast' ? 100 : 1000) * (1 + away);
}

/** Fifteen samples with noise of 2%, which differs from time to time. */
function timeOf(medianNs: number): Partial<Time> {
  const random = new Random(Math.round(1000 * medianNs), 'noise');
  const samplesNs = Array.from({ length: 15 }, () => medianNs * (0.98 + (0.04 * random.bits()) / 2 ** 32));
  return {
    medianNs,
    minNs: Math.min(...samplesNs),
    p90Ns: Math.max(...samplesNs),
    samplesNs,
    group: 'one',
    dropped: 0,
  };
}

function options(change: Partial<TuneOptions> = {}): TuneOptions {
  return {
    seed: 1,
    limitMs: 1e6,
    now: () => 0,
    runs: () => true,
    measure: async (requests) =>
      requests.map(
        (request) => ({ ...request, status: 'correct', time: timeOf(nanoseconds(request)) }) as unknown as Result,
      ),
    ...change,
  };
}

describe('tune', () => {
  test('climbs to the summit without trying all of the space', async () => {
    const tuned = await tune(kernels, { op: 'toy' }, options());
    expect(tuned.best).toMatchObject({ kernel: '2_fast', knobs: { TM: 8, TN: 16, offset: 0 } });
    expect(tuned.space).toBe(2 * 49);
    expect(tuned.results.length).toBeLessThan(70);
  });

  test('keeps what is fixed and never measures what the device refuses', async () => {
    const seen: Request[] = [];
    const base = options();
    const tuned = await tune(
      kernels,
      { op: 'toy', knobs: { offset: 4, TM: 64 } },
      options({
        runs: ({ knobs }) => Number(knobs?.TM) * Number(knobs?.TN) <= 64,
        measure: (requests, round) => {
          seen.push(...requests);
          return base.measure(requests, round);
        },
      }),
    );
    expect(seen.every(({ knobs }) => knobs?.offset === 4)).toBe(true);
    expect(seen.every(({ knobs }) => Number(knobs?.TM) * Number(knobs?.TN) <= 64)).toBe(true);
    expect(Number(tuned.best?.knobs.TM) * Number(tuned.best?.knobs.TN)).toBe(64);
  });

  test('a wrong configuration never wins, however fast', async () => {
    const tuned = await tune(
      kernels,
      { op: 'toy' },
      options({
        measure: async (requests) =>
          requests.map((request) => {
            const wrong = request.kernel === '2_fast';
            return {
              ...request,
              status: wrong ? 'wrong' : 'correct',
              time: timeOf(nanoseconds(request)),
            } as unknown as Result;
          }),
      }),
    );
    expect(tuned.best?.kernel).toBe('1_slow');
  });

  test('stops when the time is up', async () => {
    let clock = 0;
    let calls = 0;
    const base = options();
    const tuned = await tune(
      kernels,
      { op: 'toy' },
      options({
        limitMs: 10,
        now: () => clock,
        measure: (requests, round) => {
          clock += 20;
          calls++;
          return base.measure(requests, round);
        },
      }),
    );
    expect(calls).toBe(2);
    expect(tuned.timeUp).toBe(true);
    expect(tuned.best).not.toBeNull();
  });

  test('the finalists are compared with the defaults, and a default wins a tie', async () => {
    const rounds: (readonly Request[])[] = [];
    const base = options();
    const tuned = await tune(
      kernels,
      { op: 'toy' },
      options({
        measure: async (requests, round) => {
          if (round === 'final') rounds.push(requests);
          const results = await base.measure(requests, round);
          // Side by side all of them are alike, but for less than their noise.
          if (round === 'search') return results;
          return results.map((result, at) => ({ ...result, time: timeOf(100 + at / 100) }) as Result);
        },
      }),
    );
    const isDefault = ({ knobs }: Pick<Request, 'knobs'>): boolean => knobs?.TM === 1 && knobs?.TN === 1;
    expect(rounds).toHaveLength(1);
    expect(rounds[0].filter(isDefault).map(({ kernel }) => kernel)).toEqual(['2_fast']);
    expect(tuned.finals).toHaveLength(rounds[0].length);
    expect(tuned.best).toBe(tuned.baseline);
    expect(tuned.best).toMatchObject({ kernel: '2_fast', knobs: { TM: 1, TN: 1 } });
  });

  test('the last of the ladder is looked at first, and a search that is cut short ends there', async () => {
    const seen: string[] = [];
    const base = options();
    const tuned = await tune(
      kernels,
      { op: 'toy' },
      options({
        measure: async (requests, round) => {
          seen.push(...requests.map(({ kernel }) => `${round} ${kernel}`));
          const results = await base.measure(requests, round);
          return round === 'final' ? results : [results[0], null];
        },
      }),
    );
    expect(seen).toEqual(['search 2_fast', 'search 1_slow', 'final 2_fast']);
    expect([tuned.timeUp, tuned.results.length]).toEqual([true, 1]);
    expect(tuned.best?.kernel).toBe('2_fast');
  });

  test('one call takes no more than a share of the time', async () => {
    let clock = 0;
    const sizes: number[] = [];
    const base = options();
    await tune(
      kernels,
      { op: 'toy' },
      options({
        limitMs: 1000,
        now: () => clock,
        measure: (requests, round) => {
          clock += 30 * requests.length;
          if (round === 'search') sizes.push(requests.length);
          return base.measure(requests, round);
        },
      }),
    );
    // 30 ms each: three fit into a tenth of the second.
    expect(sizes[0]).toBe(2);
    expect(Math.max(...sizes)).toBe(3);
    expect(clock).toBeLessThan(1000 + 90 + 7 * 30);
  });
});

describe('what may win', () => {
  const request = (kernel: string, knobs: Request['knobs'] = {}): Request => ({ op: 'neuron', kernel, knobs });
  const [first] = kernelsOf('neuron');
  const grouped = kernelsOf('neuron').find(({ knobs }) => knobs.some(({ key }) => key === 'WORKGROUP')) as Kernel;

  test('what the device takes', () => {
    const may = eligible(defaultCapabilities);
    expect(may(request(first.id))).toBe(true);
    expect(may(request(grouped.id, { WORKGROUP: 256 }))).toBe(true);
    expect(may(request(grouped.id, { WORKGROUP: 1024 }))).toBe(false);
    expect(may({ ...request(first.id), shape: { inputs: 0 } })).toBe(false);
  });

  test('nothing that is wrong by design, though the device takes it', () => {
    const summing = kernelsOf('matmul').filter((kernel) => {
      if (!kernel.dtypes.includes('f16')) return false;
      const { problem, knobs } = resolve({ op: kernel.op, kernel: kernel.id, dtype: 'f16' });
      return kernel.wrongByDesign?.(problem, knobs);
    });
    expect(summing.length).toBeGreaterThan(0);
    for (const { op, id } of summing) {
      const one: Request = { op, kernel: id, dtype: 'f16', shape: { m: 64, n: 64, k: 64 } };
      expect(() => planRequest(one)).not.toThrow();
      expect(eligible(defaultCapabilities)(one)).toBe(false);
    }
  });
});
