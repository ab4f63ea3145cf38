/** Every planted fault that removes or moves a barrier is found by its trace. */
import { appendFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findKernel } from '../../src/kernels/index.ts';
import type { TraceResult } from '../../src/lab/trace-result.ts';
import { hasDeno, host } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';
import { barrierFaults, raceLines, tracedFault } from './barriers.ts';
import { type Fault, rightRequest } from './fault.ts';
import { TARGETS, type Target } from './targets.ts';

const LIMIT_MS = 60_000;
const deno: Target = { id: 'deno', title: 'Deno, lavapipe', name: 'deno', adapter: 'lavapipe' };
const tried = isWhole ? [...TARGETS, ...(hasDeno ? [deno] : [])] : TARGETS.filter(({ id }) => id === 'chrome');

test('there are such faults', () => {
  expect(barrierFaults.length).toBeGreaterThan(15);
});

describe.each(tried)('on $title', ({ name, adapter }) => {
  const traced = async (asked: ReturnType<typeof tracedFault>): Promise<TraceResult> => {
    const params = { ...asked, machine: 'generic', limitMs: LIMIT_MS };
    return (await (await host(name, adapter)).call('trace', params)).result;
  };
  const runs = ({ op, kernel }: Fault): boolean => name !== 'deno' || findKernel(op, kernel)?.naga?.supported !== false;

  test.each(barrierFaults.filter(runs))('$op: $id', async (fault) => {
    const asked = tracedFault(fault);
    const broken = await traced(asked);
    if (broken.status === 'refused') {
      expect(broken.reason).toMatch(/feature|works on/);
      return;
    }
    if (process.env.TRACE_TABLE)
      appendFileSync(
        process.env.TRACE_TABLE,
        `${name} ${adapter} | ${fault.op}/${fault.kernel} | ${fault.id} | ${broken.status} ${broken.reason ?? ''} | ${raceLines(
          broken,
        )
          .map((pair) => pair.join('-'))
          .join(', ')}\n`,
      );
    expect(broken.reason).toBeNull();
    expect(raceLines(broken).length).toBeGreaterThan(0);
    const right = await traced({ ...asked, request: rightRequest(fault) });
    expect(right.findings).toEqual([]);
  });
});
