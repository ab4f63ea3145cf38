import { describe, expect, test } from 'vitest';
import type { Kernel } from '../../src/kernels/types.ts';
import type { Request } from '../../src/lab/protocol.ts';
import type { Result } from '../../src/lab/result.ts';
import { type TuneOptions, tune } from '../../src/lab/tune.ts';

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

function options(change: Partial<TuneOptions> = {}): TuneOptions {
  return {
    seed: 1,
    limitMs: 1e6,
    now: () => 0,
    runs: () => true,
    measure: async (requests) =>
      requests.map(
        (request) => ({ ...request, status: 'correct', time: { medianNs: nanoseconds(request) } }) as unknown as Result,
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
              time: { medianNs: nanoseconds(request) },
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
});
