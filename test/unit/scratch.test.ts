/** The scratch memory of kernels: what they use, and not what only fills a binding. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { scratchBytes } from '../../src/gpu/limits.ts';
import { defaultCapabilities, tryPlan } from '../../src/lab/plan.ts';
import type { Result } from '../../src/lab/result.ts';

/** Of a kernel with its default knobs, or with these. */
function scratchOf(op: string, kernel: string, shape: Readonly<Record<string, number>> = {}, knobs = {}): number {
  const planned = tryPlan({ op, kernel, shape, knobs });
  if (!('plan' in planned)) throw planned;
  return scratchBytes(planned.plan.buffers);
}

describe('attention', () => {
  it.each(['2_online', '5_one_rescale', '8_subgroups'])('%s has none, with a mask or without', (kernel) => {
    expect(scratchOf('attention', kernel)).toBe(0);
    expect(scratchOf('attention', kernel, { mask: 1, ragged: 1 })).toBe(0);
  });

  it('1_three_passes has a number for each query and key of each head', () => {
    const shape = { batch: 2, heads: 3, queries: 64, keys: 128 };
    expect(scratchOf('attention', '1_three_passes', shape)).toBe(2 * 3 * 64 * 128 * 4);
    expect(scratchOf('attention', '1_three_passes', { ...shape, mask: 1, ragged: 1 })).toBe(2 * 3 * 64 * 128 * 4);
  });
});

test('a matrix times a vector has some only where several workgroups share a sum', () => {
  const shape = { m: 1, n: 64, k: 256 };
  const of = (splits: number): number => scratchOf('matmul', '12_matrix_vector', shape, { SPLITS: splits });
  expect(of(1)).toBe(0);
  expect(of(4)).toBe(4 * of(2) * 0.5);
  expect(of(2)).toBeGreaterThan(0);
});

/** A file does not say what its device allowed: more than any of these runs took. */
const ROOMY = {
  ...defaultCapabilities,
  limits: {
    ...defaultCapabilities.limits,
    maxBufferSize: 2 ** 40,
    maxStorageBufferBindingSize: 2 ** 40,
    maxComputeWorkgroupStorageSize: 2 ** 16,
    maxComputeInvocationsPerWorkgroup: 1024,
    maxComputeWorkgroupSizeX: 1024,
    maxComputeWorkgroupSizeY: 1024,
  },
};

const STORED = [
  'curve-attention-lavapipe.json',
  'ladder-attention-swiftshader.json',
  'ladder-matmul-lavapipe.json',
  ...readdirSync('bench/results/lessons')
    .filter((file) => !file.startsWith('probe-'))
    .map((file) => `lessons/${file}`),
];

test.each(STORED)('the results of %s have the scratch of their plans', (file) => {
  const { adapter, results } = JSON.parse(readFileSync(`bench/results/${file}`, 'utf8'));
  const capabilities = { ...ROOMY, ...adapter, limits: ROOMY.limits, adapter: 'unknown' };
  const measured = (results as readonly Result[]).filter(({ work }) => work !== null);
  expect(measured.length).toBeGreaterThan(0);
  for (const { op, shape, dtype, work, chosen, ...result } of measured) {
    const { kernel, knobs } = chosen ?? result;
    const planned = tryPlan({ op, kernel, shape, dtype, knobs }, capabilities);
    if (!('plan' in planned)) throw planned;
    expect(work?.scratchBytes, kernel).toBe(scratchBytes(planned.plan.buffers));
  }
});
