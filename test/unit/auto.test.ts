/** Kernels that choose among others: they say what they have taken, and it is that which the gates are asked of. */
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../src/core/errors.ts';
import { classOf, rivals } from '../../src/kernels/attention/rivals.ts';
import { kernels } from '../../src/kernels/index.ts';
import { AUTO } from '../../src/kernels/tuned.ts';
import type { Capabilities, Kernel } from '../../src/kernels/types.ts';
import { gateRequest } from '../../src/lab/gated.ts';
import { defaultCapabilities, planRequest, tryPlan } from '../../src/lab/plan.ts';

const software: Capabilities = { ...defaultCapabilities, software: true, subgroupMinSize: 4, subgroupMaxSize: 4 };
const gpu: Capabilities = {
  ...defaultCapabilities,
  limits: {
    ...defaultCapabilities.limits,
    maxComputeWorkgroupStorageSize: 49_152,
    maxComputeInvocationsPerWorkgroup: 1024,
  },
  features: new Set(['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix']),
  subgroupMinSize: 32,
  subgroupMaxSize: 32,
  subgroupMatrices: ['f16:f32:16x16x16'],
};
const devices = [gpu, defaultCapabilities, software, { ...software, features: new Set<string>() }];

describe.each(kernels.filter(({ id }) => id === AUTO))('$op $id', ({ op, id, dtypes }) => {
  test('names the kernel and the knobs whose plan and numerics it has', () => {
    for (const device of devices) {
      for (const dtype of dtypes.filter((one) => one === 'f32' || device.features.has('shader-f16'))) {
        const { chosen, plan, numerics } = planRequest({ op, kernel: id, dtype }, device);
        expect(chosen).not.toBeNull();
        const own = planRequest({ op, dtype, ...chosen, kernel: chosen?.kernel ?? '' }, device);
        expect(own.chosen).toBeNull();
        expect(own.knobs).toEqual(chosen?.knobs);
        expect(JSON.stringify(own.plan)).toBe(JSON.stringify(plan));
        expect(own.numerics).toEqual(numerics);
      }
    }
  });

  test('meets every gate as the kernel that it has taken', () => {
    for (const device of devices) {
      const planned = planRequest({ op, kernel: id }, device);
      for (const { problem } of planned.operation.gates(planned.problem)) {
        const gate = planRequest(gateRequest(planned, problem), device);
        expect([gate.kernel.id, gate.knobs]).toEqual([planned.chosen?.kernel, planned.chosen?.knobs]);
      }
    }
  });

  test('lets only candidates race, and on each device some that have a plan', () => {
    const candidate = (name: string): Kernel =>
      kernels.find((one) => one.op === op && one.id === name) ?? expect.fail();
    for (const device of devices) {
      const { operation, problem: whole, kernel, knobs } = planRequest({ op, kernel: id }, device);
      for (const problem of [whole, ...operation.gates(whole).map((gate) => gate.problem)]) {
        // Throws where the rules or the rivals name a kernel that is no candidate.
        const entrants = kernel.race?.entrants(problem, knobs, device) ?? [];
        const plans = entrants.map((one) =>
          tryPlan({ ...problem, kernel: candidate(one.kernel).id, knobs: one.knobs }, device),
        );
        expect(plans.filter((plan) => !(plan instanceof Refusal)).length).toBeGreaterThan(0);
      }
    }
  });
});

test('decoding is split over its keys, and so are the gates that have more rows', () => {
  const shape = { batch: 1, heads: 8, queries: 1, keys: 512, dim: 64 };
  const planned = planRequest({ op: 'attention', kernel: AUTO, shape }, software);
  expect(planned.chosen?.kernel).toBe('11_split_keys');
  const [gate] = planned.operation.gates(planned.problem).filter(({ name }) => name.startsWith('more rows'));
  expect(planRequest({ ...gate.problem, kernel: AUTO }, software).chosen?.kernel).not.toBe('11_split_keys');
  expect(gateRequest(planned, gate.problem).kernel).toBe('11_split_keys');
});

describe('a large product on a GPU', () => {
  const shape = { m: 2048, n: 2048, k: 2048 };
  const taken = (dtype: 'f32' | 'f16', device: Capabilities): string | undefined =>
    planRequest({ op: 'matmul', kernel: AUTO, shape, dtype }, device).chosen?.kernel;

  test('is written out in f32, and multiplied by blocks in f16', () => {
    expect(taken('f32', gpu)).toBe('17_unrolled');
    expect(taken('f16', gpu)).toBe('18_matrices_staged');
  });

  test.each<[string, Partial<Capabilities>]>([
    ['has not enabled subgroup matrices', { features: new Set(['shader-f16', 'subgroups']) }],
    ['multiplies other blocks', { subgroupMatrices: ['f16:f16:8x8x8'] }],
    ['does not say which it multiplies', { subgroupMatrices: [] }],
    ['has no more workgroup memory than is guaranteed', { limits: defaultCapabilities.limits }],
    [
      'may have subgroups of 128 lanes and workgroups of 256',
      { subgroupMaxSize: 128, limits: { ...gpu.limits, maxComputeInvocationsPerWorkgroup: 256 } },
    ],
  ])('is written out where the device %s', (_, device) => {
    expect(taken('f16', { ...gpu, ...device })).toBe('17_unrolled');
  });
});

test.each([
  ['fills it with ranges of k', { m: 1, n: 4096, k: 4096 }, 8],
  ['has no ranges of less than 128 terms', { m: 1, n: 4096, k: 100 }, 1],
  ['has none where there are columns enough', { m: 1, n: 32_768, k: 512 }, 1],
  ['has 32 at most', { m: 1, n: 64, k: 100_000 }, 32],
])('a row times a matrix on a GPU %s', (_, shape, SPLITS) => {
  for (const device of [gpu, { ...gpu, limits: defaultCapabilities.limits }]) {
    const { chosen } = planRequest({ op: 'matmul', kernel: AUTO, shape }, device);
    expect(chosen).toMatchObject({ kernel: '12_matrix_vector', knobs: { WX: 32, WY: 8, SPLITS } });
  }
});

test('decoding on a GPU is split into parts of 64 keys', () => {
  const shape = { batch: 1, heads: 32, kvHeads: 8, queries: 1, keys: 4096, dim: 128 };
  const { chosen } = planRequest({ op: 'attention', kernel: AUTO, shape }, gpu);
  expect(chosen).toMatchObject({ kernel: '14_key_lanes', knobs: { SPLIT: 64, WORKGROUP: 64 } });
});

test.each([
  ['few tiles of queries split the keys as well', { heads: 8, queries: 1024, dim: 64 }, gpu, [4, 2, 8]],
  ['parts have 64 keys at least', { heads: 8, queries: 150, dim: 64 }, gpu, [2]],
  ['tiles enough need no parts', { heads: 64, queries: 1024, dim: 64 }, gpu, []],
  ['a processor is busy with whole tiles', { heads: 8, queries: 1024, dim: 64 }, software, []],
])('what races in attention: %s', (_, shape, device, parts) => {
  const { problem, knobs } = planRequest({ op: 'attention', kernel: AUTO, shape }, device);
  const racing = rivals(problem, knobs, device).filter(({ kernel }) => kernel === '15_split_tiles');
  expect(racing.map(({ knobs: { PARTS } }) => PARTS)).toEqual(parts);
});

test('what won over few tiles of queries is not taken for many', () => {
  const classFor = (queries: number): string => {
    const { problem, knobs } = planRequest(
      { op: 'attention', kernel: AUTO, shape: { heads: 8, queries, dim: 64 } },
      gpu,
    );
    return classOf(problem, knobs);
  };
  expect(classFor(4096)).toBe(classFor(2048));
  expect(classFor(16_384)).not.toBe(classFor(2048));
});

test.each<[number, number, Capabilities, string, unknown]>([
  [1024, 64, gpu, '13_prefetch', 64],
  [4096, 64, gpu, '13_prefetch', 128],
  [4096, 128, gpu, '13_prefetch', 128],
  [4096, 64, { ...gpu, limits: defaultCapabilities.limits }, '13_prefetch', 64],
  [4096, 128, { ...gpu, limits: defaultCapabilities.limits }, '7_skipped_tiles', undefined],
  [4096, 192, gpu, '7_skipped_tiles', undefined],
  [256, 64, gpu, '7_skipped_tiles', 32],
  [4096, 64, software, '8_subgroups', undefined],
  [32, 64, gpu, '7_skipped_tiles', 32],
])('attention over %i tokens with heads of %i takes as large a tile as fits', (queries, dim, device, kernel, tile) => {
  const { chosen } = planRequest(
    { op: 'attention', kernel: AUTO, shape: { batch: queries < 64 ? 32 : 1, heads: 8, queries, dim } },
    device,
  );
  expect(chosen?.kernel).toBe(kernel);
  if (tile !== undefined) expect(chosen?.knobs.QUERY_TILE).toBe(tile);
});
