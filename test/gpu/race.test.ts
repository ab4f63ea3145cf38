/** A race where it is run: among real kernels, on a real device. */
import { expect, test } from 'vitest';
import type { RaceOutcome } from '../../src/kernels/types.ts';
import { type Progress, QUICK, type Request } from '../../src/lab/protocol.ts';
import { host } from '../setup/hosts.ts';

const request: Request = { op: 'matmul', kernel: '0_auto', shape: { m: 1, n: 600, k: 64 } };
const budget = { ...QUICK, samples: 1, sampleMs: 1 };

test('a race finds the fastest of the candidates once, and the result says that it was measured', async () => {
  const device = await host('chrome');
  const bench = async (raced?: readonly RaceOutcome[]) => {
    const told: Progress[] = [];
    const params = { requests: [request], budget, ...(raced ? { raced } : {}) };
    const { results, liveBytes } = await device.call('bench', params, { onProgress: (one) => told.push(one) });
    expect(results[0]).toMatchObject({ status: 'correct', reason: null });
    expect(liveBytes).toBe(0);
    return { chosen: results[0]?.chosen, told };
  };
  const without = await bench();
  expect(without.chosen?.by).toBe('rule');
  expect(without.told.some(({ kind }) => kind === 'raced' || kind === 'choice')).toBe(false);

  const { chosen, told } = await bench([]);
  const looks = told.flatMap((one) => (one.kind === 'choice' ? [one] : []));
  expect(looks.map(({ at }) => at)).toEqual(looks.map((_, index) => index + 1));
  expect(looks[0].of).toBe(looks.length);
  const [outcome] = told.flatMap((one) => (one.kind === 'raced' ? [one.outcome] : []));
  expect(chosen).toMatchObject({ ...outcome.winner, by: 'measured' });
  expect(outcome.shape).toMatchObject(request.shape ?? {});
  expect(outcome.times.length).toBeGreaterThan(1);
  for (const { leastNs } of outcome.times) expect(leastNs).toBeGreaterThan(0);
  // The choice without a race may stay although a busy machine makes another look faster.
  expect(outcome.times.map(({ kernel, knobs }) => ({ kernel, knobs }))).toContainEqual(outcome.winner);

  const again = await bench([outcome]);
  expect(again.chosen).toEqual(chosen);
  expect(again.told.some(({ kind }) => kind === 'raced' || kind === 'choice')).toBe(false);
});
