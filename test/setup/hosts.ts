/** Hosts that all tests of a worker share: starting a browser for each file would cost more than the tests. */

import { type AdapterName, type HostName, openHost, type ProcessHost } from '../../src/cli/hosts/index.ts';
import { findDeno } from '../../src/cli/setup/deno.ts';
import { rootFor } from '../../src/cli/setup/root.ts';
import { findLavapipe, hasGpuDevice } from '../../src/cli/setup/vulkan.ts';

const shared = new Map<string, Promise<ProcessHost>>();

/**
 * The worker's host of this name, started when first asked for. A test that means to break a host opens its own with
 * `openHost` and closes it.
 */
export function host(name: HostName, adapter: AdapterName = 'default'): Promise<ProcessHost> {
  const taken = adapter === 'default' ? withoutGpu(name) : adapter;
  const key = `${name} ${taken}`;
  const opened = shared.get(key) ?? openHost(name, { adapter: taken });
  shared.set(key, opened);
  return opened;
}

/**
 * What a host takes by default on a machine that has no GPU: then tests that ask for it and tests that name it share one
 * process.
 */
function withoutGpu(name: HostName): AdapterName {
  if (hasGpuDevice()) return 'default';
  if (name === 'chrome') return 'swiftshader';
  return name === 'dawn' && findLavapipe() !== null ? 'lavapipe' : 'default';
}

/** True where CI promises everything: then nothing may be left out. */
export const isCi = Boolean(process.env.CI && process.env.CI !== 'false');

/** Deno is tested where it can be had, and under CI always. Chrome and Dawn are never left out. */
export const hasDeno = isCi || (findLavapipe() !== null && findDeno(rootFor('npm test')) !== null);
