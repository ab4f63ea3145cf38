import { describe, expect, it } from 'vitest';
import { Refusal } from '../../src/core/errors.ts';
import type { Adapter } from '../../src/gpu/device.ts';
import { capabilitiesOf } from '../../src/lab/capabilities.ts';
import { defaultCapabilities, tryPlan } from '../../src/lab/plan.ts';

/** What Chrome reports on every Mac, whatever the GPU. */
function onMac(vendor: string, subgroupSizes: readonly number[]) {
  const adapter: Adapter = {
    description: '',
    vendor,
    architecture: '',
    device: '',
    software: false,
    subgroupMinSize: 4,
    subgroupMaxSize: 64,
  };
  const { limits } = defaultCapabilities;
  return capabilitiesOf({ adapter, limits, features: ['subgroups'], subgroupSizes });
}

describe('the sizes of subgroups', () => {
  it('are those that run on Apple’s GPUs, which have but one', () => {
    expect(onMac('apple', [32])).toMatchObject({ subgroupMinSize: 32, subgroupMaxSize: 32 });
    const lanes = { op: 'matmul', kernel: '10_subgroup_broadcast', knobs: { LANES: 8 } } as const;
    expect(tryPlan(lanes, onMac('apple', [32]))).not.toBeInstanceOf(Refusal);
    expect(tryPlan(lanes, onMac('intel', [32]))).toBeInstanceOf(Refusal);
  });

  it('are those reported where a GPU may choose, or none was seen to run', () => {
    for (const [vendor, sizes] of [
      ['intel', [16]],
      ['apple', []],
      ['apple', [16, 32]],
    ] as const)
      expect(onMac(vendor, sizes)).toMatchObject({ subgroupMinSize: 4, subgroupMaxSize: 64 });
  });
});
