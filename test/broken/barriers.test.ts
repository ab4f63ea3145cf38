/** Every planted fault that removes or moves a barrier is found by its trace. */
import { describe, expect, test } from 'vitest';
import type { TraceResult } from '../../src/lab/trace-result.ts';
import { host } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';
import { barrierFaults, raceLines, tracedFault } from './barriers.ts';
import { type Fault, rightRequest } from './fault.ts';
import { TARGETS } from './targets.ts';

const LIMIT_MS = 60_000;
// lavapipe takes minutes to compile some of these logs, and Deno has no other adapter.
const places = TARGETS.filter(({ id }) => id === 'chrome' || (isWhole && id === 'dawn-swiftshader'));
/** The log of the unrolled kernel takes longer to compile than all the others, whose barriers it has. */
const isShort = ({ kernel }: Fault): boolean => kernel !== '17_unrolled';
const isFirst = (fault: Fault, ...same: readonly ('op' | 'kernel')[]): boolean =>
  barrierFaults.find((one) => same.every((key) => one[key] === fault[key])) === fault;
/** All of them, or the first in every second kernel. */
const tried = barrierFaults
  .filter((fault) => isWhole || (isShort(fault) && isFirst(fault, 'op', 'kernel')))
  .filter((fault, at) => isWhole || at % 2 === 0 || isFirst(fault, 'op'));

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
    // Kernels as they stand are traced by trace.test.ts too: here one of each operation where not all is tried.
    if (!isWhole && !isFirst(fault, 'op')) return;
    const right = await traced({ ...asked, request: rightRequest(fault) });
    expect(right.findings).toEqual([]);
  });
});
