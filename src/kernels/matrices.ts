import { Refusal } from '../core/errors.ts';
import type { Capabilities } from './types.ts';

/** What kernels with subgroup matrices ask of a device. */
export const SUBGROUP_MATRICES = ['chromium-experimental-subgroup-matrix', 'subgroups'] as GPUFeatureName[];

/**
 * Throws a `Refusal` where the device says which products its subgroup matrices can do, without `product`:
 * type of the factors, type of the sums, rows x columns x terms, e.g. "f16:f32:16x16x16".
 */
export function checkUnit(product: string, { subgroupMatrices }: Capabilities): void {
  if (subgroupMatrices.length === 0 || subgroupMatrices.includes(product)) return;
  throw new Refusal(`This device's subgroup matrices cannot do ${product}, only ${subgroupMatrices.join(', ')}`, {
    rule: 'subgroup-matrix',
  });
}
