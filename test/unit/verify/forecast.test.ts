/** How long kernels will take, from a smaller problem of the same kind: on a clock that the test turns. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Session } from '../../../src/cli/session.ts';
import type { Case, Route } from '../../../src/cli/vectors/case.ts';
import { Forecast } from '../../../src/cli/vectors/forecast.ts';
import { Refusal } from '../../../src/core/errors.ts';
import { findKernel, findOperation, kernelsOf } from '../../../src/kernels/index.ts';
import type { Kernel } from '../../../src/kernels/types.ts';
import type { Request } from '../../../src/lab/protocol.ts';
import type { Operation } from '../../../src/ops/types.ts';

let now = 0;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

const attention = findOperation('attention') as Operation;
const kernel = (id: string): Kernel => findKernel('attention', id) as Kernel;
const ladder = ['0_auto', '1_three_passes', '2_online', '8_subgroups', '12_paged'].map(kernel);

/** Two heads of so many tokens, causal or not. */
function forecastOf(queries: number, referenceMs = 1_000, causal = 0): Forecast {
  const shape = { batch: 1, heads: 2, kvHeads: 2, queries, keys: queries, dim: 64, valueDim: 64, causal };
  const route: Route = { op: 'attention', writes: ['o'], tasks: [{ shape, tensors: {}, place: (index) => index }] };
  const vector: Case = {
    name: 'two.npz',
    operator: 'attention',
    outputs: [],
    others: [],
    dtype: 'f32',
    routes: [route],
    notes: [],
  };
  return new Forecast(vector, route, referenceMs);
}

const flops = (queries: number): number => 2 * 2 * queries * queries * 128;

/** A device that does so many operations in a millisecond, by kernel; those that are not named are refused. */
function sessionOf(rates: Readonly<Record<string, number>>, ran: Request[] = []): Session {
  const call = async (_: string, params: { request: Request }, onProgress: (progress: unknown) => void) => {
    const { request } = params;
    ran.push(request);
    const rate = rates[request.kernel];
    if (rate === undefined) throw new Refusal('not on this device');
    const [{ count: work }] = attention.quantities(request.shape as never, 'f32');
    onProgress({ kind: 'step', phase: 'run' });
    // Two runs lie between the phases.
    now += (2 * work) / rate;
    onProgress({ kind: 'step', phase: 'verify' });
    return { result: { verdict: {} }, verdicts: {}, outputs: {} };
  };
  return { device: async () => ({ features: [] }), call } as unknown as Session;
}

const RATES = { '0_auto': 4e6, '1_three_passes': 2e5, '2_online': 4e5, '8_subgroups': 5e6 };

test('little work needs no samples: the chosen kernel first, then the ladder from its end', () => {
  const forecast = forecastOf(128);
  expect(forecast.isWorthwhile).toBe(false);
  expect(forecast.order(ladder).map(({ id }) => id)).toEqual([
    '0_auto',
    '12_paged',
    '8_subgroups',
    '2_online',
    '1_three_passes',
  ]);
  expect(forecast.expectedMs(ladder[0])).toBeNull();
  expect(forecast.limitMs(ladder[0])).toBe(20_000);
});

test('much work is tried on a smaller problem of the same kind, and the fastest kernels come first', async () => {
  const forecast = forecastOf(4097, 1_000, 1);
  expect(forecast.isWorthwhile).toBe(true);
  const ran: Request[] = [];
  await forecast.sample(ladder, sessionOf(RATES, ran), false, () => {});
  expect(ran.map((request) => request.kernel)).toEqual(ladder.map(({ id }) => id));
  for (const { shape } of ran) {
    expect(shape).toMatchObject({ heads: 2, dim: 64, causal: 1 });
    expect(attention.quantities(shape as never, 'f32')[0].count).toBeLessThanOrEqual(5e7);
  }
  // One that was refused comes last, and may take as long as the slowest.
  expect(forecast.order(ladder).map(({ id }) => id)).toEqual([
    '8_subgroups',
    '0_auto',
    '2_online',
    '1_three_passes',
    '12_paged',
  ]);
  expect(forecast.expectedMs(kernel('12_paged'))).toBe(forecast.expectedMs(kernel('1_three_passes')));
});

test('the time follows from the work, the limit is a multiple of it and never below the usual one', async () => {
  const forecast = forecastOf(4097);
  await forecast.sample(ladder, sessionOf(RATES), false, () => {});
  const run = flops(4097) / 2e5;
  // Three runs and the reference.
  expect(forecast.expectedMs(kernel('1_three_passes'))).toBeCloseTo(3 * run + 1_000, 3);
  expect(forecast.limitMs(kernel('1_three_passes'))).toBe(Math.ceil(8 * (run + 1_000)));
  const small = forecastOf(1024, 100);
  await small.sample(ladder, sessionOf(RATES), false, () => {});
  expect(small.limitMs(kernel('8_subgroups'))).toBe(20_000);
  expect(forecastOf(4097, 10_000).limitMs(kernel('8_subgroups'))).toBe(80_000);
});

test('what the case itself took corrects what is expected of the rest, and shortens no limit', async () => {
  const forecast = forecastOf(4097);
  await forecast.sample(ladder, sessionOf(RATES), false, () => {});
  const run = flops(4097) / 2e5;
  const limit = forecast.limitMs(kernel('1_three_passes'));
  forecast.learn(kernel('8_subgroups'), { runMs: flops(4097) / 5e6 / 2, verdictMs: 500 });
  expect(forecast.expectedMs(kernel('1_three_passes'))).toBeCloseTo((3 * run) / 2 + 500, 3);
  expect(forecast.limitMs(kernel('1_three_passes'))).toBe(limit);
  forecast.learn(kernel('0_auto'), { runMs: flops(4097) / 1e6, verdictMs: 1_500 });
  expect(forecast.limitMs(kernel('1_three_passes'))).toBeGreaterThan(2 * limit);
});

test.each(['matmul', 'attention', 'attention-backward'])('%s has samples', async (op) => {
  const operation = findOperation(op) as Operation;
  const sizes = operation.parameters.filter(({ kind }) => kind === 'size');
  const large = Object.fromEntries(operation.parameters.map(({ key, default: value }) => [key, value]));
  for (const { key, max } of sizes) large[key] = large[key] > 16 ? Math.min(4096, max) : large[key];
  const route: Route = { op, writes: [], tasks: [{ shape: large, tensors: {}, place: (index) => index }] };
  const vector = { name: '', operator: op, outputs: [], others: [], dtype: 'f32', routes: [route], notes: [] } as const;
  const ran: Request[] = [];
  await new Forecast(vector, route, 0).sample(kernelsOf(op).slice(0, 1), sessionOf({}, ran), false, () => {});
  expect(operation.quantities(ran[0].shape as never, 'f32')[0].count).toBeLessThanOrEqual(5e7);
});
