/** Every planted fault that removes or moves a barrier is found by its trace. */
import { describe, expect, test } from 'vitest';
import type { TraceResult } from '../../src/lab/trace-result.ts';
import { host } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';
import { barrierFaults, raceLines, tracedFault } from './barriers.ts';
import { rightRequest } from './fault.ts';
import { TARGETS } from './targets.ts';

const LIMIT_MS = 60_000;
// lavapipe takes minutes to compile some of these logs, and Deno has no other adapter.
const places = TARGETS.filter(({ id }) => id === 'chrome' || (isWhole && id === 'dawn-swiftshader'));
/** All of them, or the first in each kernel. */
const tried = barrierFaults.filter(
  ({ op, kernel }, index) =>
    isWhole || barrierFaults.findIndex((one) => one.op === op && one.kernel === kernel) === index,
);

test('there are such faults', () => {
  expect(barrierFaults.length).toBeGreaterThan(15);
});

describe.each(places)('on $title', ({ name, adapter }) => {
  const traced = async (asked: ReturnType<typeof tracedFault>): Promise<TraceResult> => {
    const params = { ...asked, machine: 'generic', limitMs: LIMIT_MS };
    return (await (await host(name, adapter)).call('trace', params)).result;
  };
  test.each(tried)('$op: $id', async (fault) => {
    const asked = tracedFault(fault);
    const broken = await traced(asked);
    if (broken.status === 'refused') {
      expect(broken.reason).toMatch(/feature|works on/);
      return;
    }
    expect(broken.reason).toBeNull();
    expect(raceLines(broken).length).toBeGreaterThan(0);
    const right = await traced({ ...asked, request: rightRequest(fault) });
    expect(right.findings).toEqual([]);
  });
});
