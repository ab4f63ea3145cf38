/** What plans may count on, from what a device says of itself: one reading for the page, the hosts and the tuner. */
import { describeAdapter } from '../kernels/tuned.ts';
import type { Capabilities } from '../kernels/types.ts';
import type { DeviceReport } from './result.ts';

export function capabilitiesOf(
  report: Pick<DeviceReport, 'adapter' | 'limits'> & { readonly features: Iterable<string> },
): Capabilities {
  const { adapter, limits, features } = report;
  return {
    limits,
    features: new Set(features),
    subgroupMinSize: adapter.subgroupMinSize,
    subgroupMaxSize: adapter.subgroupMaxSize,
    subgroupMatrices: adapter.subgroupMatrices ?? [],
    adapter: describeAdapter(adapter),
    software: adapter.software,
  };
}
