/** Goals of tasks on made-up counters: what keeps a limit without effort is not let through. */
import { describe, expect, test } from 'vitest';
import { activeLanes, passes, sectorsPerRequest } from '../../src/tasks/goals.ts';
import type { Evidence } from '../../src/tasks/types.ts';

const READ = { buffer: 'x', access: 'read' } as const;

/** What a trace counts where a single line reads x. */
function evidence(requests: number, lanes: number, sectors: number, entries: readonly string[] = ['main']): Evidence {
  const site = { ...READ, space: 'storage', line: 7, requests, activeLanes: lanes, sectors };
  const traced = { workgroups: 1, of: 1, passes: entries.map((entry, pass) => ({ pass, entry })) };
  return { trace: { sites: [site], traced } } as unknown as Evidence;
}

describe('a workgroup of one lane', () => {
  // A request of a single lane touches a single sector.
  const alone = evidence(200, 200, 200);

  test('keeps a limit on sectors, and has too few lanes', () => {
    expect(sectorsPerRequest(4, READ).measure(alone)?.met).toBe(true);
    expect(activeLanes(0.5, 32, READ).measure(alone)).toEqual({ met: false, value: '3%', line: 7 });
  });
});

test('lanes past an edge do not count against a kernel', () => {
  // A row of 200 columns by 64 lanes: six requests of 32 lanes, and one of 8.
  expect(activeLanes(0.5, 32, READ).measure(evidence(7, 200, 28))).toMatchObject({ met: true, value: '89%' });
});

test('passes are counted, whatever they pass their sums through', () => {
  expect(passes(1).measure(evidence(1, 32, 4))).toMatchObject({ met: true, value: '1 pass' });
  expect(passes(1).measure(evidence(1, 32, 4, ['multiply', 'activate']))).toMatchObject({ met: false });
});
