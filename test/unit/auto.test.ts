/** Kernels that choose among others: they say what they have taken, and it is that which the gates are asked of. */
import { describe, expect, test } from 'vitest';
import { kernels } from '../../src/kernels/index.ts';
import { AUTO } from '../../src/kernels/tuned.ts';
import type { Capabilities } from '../../src/kernels/types.ts';
import { gateRequest } from '../../src/lab/gated.ts';
import { defaultCapabilities, planRequest } from '../../src/lab/plan.ts';

const software: Capabilities = { ...defaultCapabilities, software: true, subgroupMinSize: 4, subgroupMaxSize: 4 };
const devices = [defaultCapabilities, software, { ...software, features: new Set<string>() }];

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
});

test('decoding is split over its keys, and so are the gates that have more rows', () => {
  const shape = { batch: 1, heads: 8, queries: 1, keys: 512, dim: 64 };
  const planned = planRequest({ op: 'attention', kernel: AUTO, shape }, software);
  expect(planned.chosen?.kernel).toBe('11_split_keys');
  const [gate] = planned.operation.gates(planned.problem).filter(({ name }) => name.startsWith('more rows'));
  expect(planRequest({ ...gate.problem, kernel: AUTO }, software).chosen?.kernel).not.toBe('11_split_keys');
  expect(gateRequest(planned, gate.problem).kernel).toBe('11_split_keys');
});
