/** Devices that have little or say little: every kernel is right there, or refused for what the device lacks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openHost, type ProcessHost } from '../../src/cli/hosts/index.ts';
import type { OpenOptions } from '../../src/gpu/device.ts';
import { operations } from '../../src/kernels/index.ts';
import { defaultCapabilities } from '../../src/lab/plan.ts';
import { type Budget, QUICK, type Request } from '../../src/lab/protocol.ts';
import type { Result } from '../../src/lab/result.ts';
import { isWhole } from '../setup/whole.ts';
import { kernels, oddRequests } from './cases.ts';
import { complaints, isOfDevice } from './complaints.ts';

const VERDICTS: Budget = { ...QUICK, samples: 0, referenceCost: 3e7, limitMs: 60_000 };

const DEVICES: readonly (readonly [string, OpenOptions])[] = [
  ['the guaranteed limits', { limits: 'minimum' }],
  ['subgroups of unknown size', { subgroupSizes: 'unknown' }],
];
const places = (['chrome', 'dawn'] as const).flatMap((name) =>
  DEVICES.map(([title, device], nth) => ({ name, title, device, turn: 2 * nth + (name === 'chrome' ? 0 : 1) })),
);

describe.each(places)('$title on $name', ({ name, device, turn }) => {
  let on: ProcessHost;
  beforeAll(async () => {
    // lavapipe, which Dawn finds first, takes seconds to compile a large kernel; SwiftShader has no f16.
    on = await openHost(name, { device });
  });
  afterAll(() => on?.close());

  async function run(requests: readonly Request[]): Promise<readonly Result[]> {
    const reply = await on.call('bench', { requests, budget: VERDICTS });
    expect(reply.restart, `a kernel hung: ${reply.results.findLast((result) => result)?.reason}`).toBe(false);
    expect(reply.liveBytes).toBe(0);
    return reply.results as readonly Result[];
  }

  test('the device is what was asked for', async () => {
    const { adapter, features, limits, timer } = await on.call('device', {});
    expect(adapter.limits).toBe(device.limits);
    if (device.limits) {
      expect(limits).toEqual(defaultCapabilities.limits);
      expect(features.filter((feature) => feature !== 'core-features-and-limits')).toEqual([]);
      expect(timer.source).toBe('wall');
    } else {
      expect([adapter.subgroupMinSize, adapter.subgroupMaxSize]).toEqual([0, 0]);
      expect(features).toContain('subgroups');
    }
  });

  // Where not all is tried, a kernel that needs a feature meets one such device on one host, and so does each second other.
  const meant = kernels.filter(
    ({ features }, index) =>
      isWhole ||
      (index % places.length === turn && (features.length > 0 || Math.floor(index / places.length) % 2 === 0)),
  );
  const ops = operations.map(({ id }) => id).filter((id) => meant.some(({ op }) => op === id));
  test.each(ops)('%s', async (op) => {
    const odd = meant.filter((kernel) => kernel.op === op).flatMap(oddRequests);
    expect(complaints(await run(odd), isOfDevice)).toEqual([]);
  });
});
