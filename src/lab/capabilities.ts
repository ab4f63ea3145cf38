/** What plans may count on, from what a device says of itself: one reading for the page, the hosts and the tuner. */
import { describeAdapter } from '../kernels/tuned.ts';
import type { Capabilities } from '../kernels/types.ts';
import type { DeviceReport } from './result.ts';

export function capabilitiesOf(
  report: Pick<DeviceReport, 'adapter' | 'limits' | 'subgroupSizes'> & { readonly features: Iterable<string> },
): Capabilities {
  const { adapter, limits, features } = report;
  const [least, most] = sizesOf(report);
  return {
    limits,
    features: new Set(features),
    subgroupMinSize: least,
    subgroupMaxSize: most,
    subgroupMatrices: adapter.subgroupMatrices ?? [],
    adapter: describeAdapter(adapter),
    software: adapter.software,
  };
}

/**
 * Lanes of the least and the largest subgroup. Chrome on macOS reports 4 and 64 for every GPU (gpuweb#6241), and Apple's own
 * have one size (gpuweb#6240): there the one that was seen to run counts. Others choose a size for each pipeline.
 */
function sizesOf({
  adapter,
  subgroupSizes,
}: Pick<DeviceReport, 'adapter' | 'subgroupSizes'>): readonly [number, number] {
  const [size] = subgroupSizes;
  if (adapter.vendor === 'apple' && subgroupSizes.length === 1) return [size, size];
  return [adapter.subgroupMinSize, adapter.subgroupMaxSize];
}
