/** How times are taken: on a clock that rises under load, the samples come after it has risen. */
import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/core/errors.ts';
import type { Execution } from '../../src/gpu/execution.ts';
import type { Sample, Timer, Work } from '../../src/gpu/timer.ts';
import { measure, type Variant } from '../../src/lab/measure.ts';
import { QUICK } from '../../src/lab/protocol.ts';

const budget = { ...QUICK, samples: 5, sampleMs: 10 };
/** At the full clock, and how many times as long at rest. */
const DISPATCH_NS = 1e6;
const SLOWER = 5.7;

/** A device whose clock rises after `riseMs` of work, and falls no more. */
function rising(riseMs: number) {
  let busy = 0;
  let samples = 0;
  const sample = async (work: Work, repetitions: number): Promise<Sample> => {
    samples++;
    if (work === broken) throw new Failure('validation', 'It does not run');
    const ns = repetitions * DISPATCH_NS * (busy < riseMs * 1e6 ? SLOWER : 1);
    busy += ns;
    return { gpuNs: ns, wallNs: ns };
  };
  const timer = { source: 'gpu', quantumNs: 1, sample } as unknown as Timer;
  return { timer, count: () => samples };
}

const broken = { compileMs: 1 } as Execution;
const variant = (execution = { compileMs: 1 } as Execution): Variant => ({ execution, failure: null, time: null });
const pause = async (): Promise<void> => {};

describe('times', () => {
  test('are those of the full clock after a warm-up, and are not without', async () => {
    for (const [warmUp, largest] of [
      [true, DISPATCH_NS],
      [false, SLOWER * DISPATCH_NS],
    ] as const) {
      const variants = [variant(), variant()];
      await measure(rising(250).timer, variants, budget, { warmUp, pause });
      expect(Math.max(...variants.flatMap(({ time }) => time?.samplesNs ?? []))).toBeCloseTo(largest, 0);
    }
  });

  test('come soon on a device that never settles', async () => {
    let turn = 0;
    const sample = async (_: Work, repetitions: number): Promise<Sample> => {
      const ns = repetitions * DISPATCH_NS * (1 + (turn++ % 2));
      return { gpuNs: ns, wallNs: ns };
    };
    const [one] = [variant()];
    await measure({ source: 'gpu', quantumNs: 1, sample } as unknown as Timer, [one], budget, { warmUp: true, pause });
    // Two seconds at most, of some 15 ms each, and the samples.
    expect(turn).toBeLessThan(250);
    expect(one.time?.samplesNs).toHaveLength(budget.samples);
  });

  test('of the others come where the first one fails in its warm-up', async () => {
    const [first, second] = [variant(broken), variant()];
    await measure(rising(250).timer, [first, second], budget, { warmUp: true, pause });
    expect(first.failure?.code).toBe('validation');
    expect(second.time?.samplesNs).toEqual(Array(budget.samples).fill(DISPATCH_NS));
  });

  test('ask for no warm-up where the clock does not rise', async () => {
    const { timer, count } = rising(0);
    await measure(timer, [variant()], budget, { warmUp: false, pause });
    expect(count()).toBeLessThan(budget.samples + 6);
  });
});
