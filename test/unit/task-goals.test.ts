/** Goals of tasks on made-up counters: what keeps a limit without effort is not let through, and what is wide is. */
import { describe, expect, test } from 'vitest';
import {
  accesses,
  activeLanes,
  barriers,
  keeps,
  longestLane,
  looks,
  passes,
  readsElsewhere,
  sectorsPerRequest,
} from '../../src/tasks/goals.ts';
import type { Evidence } from '../../src/tasks/types.ts';

const READ = { buffer: 'x', access: 'read' } as const;

interface Site {
  readonly requests: number;
  readonly lanes: number;
  readonly sectors?: number;
  readonly bytes?: number;
  readonly buffer?: string;
  readonly access?: 'read' | 'write' | 'atomic';
  readonly space?: 'storage' | 'workgroup';
}

/** What a trace counts where lines access memory like this, the first on line 7; four bytes of x are read by default. */
function evidence(sites: readonly Site[], totals: object = {}, entries: readonly string[] = ['main']): Evidence {
  const counted = sites.map(({ requests, lanes, sectors = requests, bytes = 4, ...more }, at) => ({
    ...READ,
    space: 'storage',
    line: 7 + at,
    requests,
    executions: lanes,
    activeLanes: lanes,
    bytesAsked: bytes * lanes,
    sectors,
    ...more,
  }));
  const traced = { workgroups: 1, of: 1, passes: entries.map((entry, pass) => ({ pass, entry })) };
  return { trace: { sites: counted, traced, totals }, held: { words: 20, line: 3 } } as unknown as Evidence;
}

describe('a workgroup of one lane', () => {
  // A request of a single lane touches a single sector.
  const alone = evidence([{ requests: 200, lanes: 200 }]);

  test('keeps a limit on sectors, and has too few lanes', () => {
    expect(sectorsPerRequest(4, READ).measure(alone)?.met).toBe(true);
    expect(activeLanes(0.5, 32, READ).measure(alone)).toEqual({ met: false, value: '3%', line: 7 });
  });
});

test('lanes past an edge do not count against a kernel', () => {
  // A row of 200 columns by 64 lanes: six requests of 32 lanes, and one of 8.
  const edge = evidence([{ requests: 7, lanes: 200, sectors: 28 }]);
  expect(activeLanes(0.5, 32, READ).measure(edge)).toMatchObject({ met: true, value: '89%' });
});

test('wide loads may touch as many sectors as they fill, and no more', () => {
  const wide = (sectors: number) => evidence([{ requests: 1, lanes: 32, sectors, bytes: 16 }]);
  expect(sectorsPerRequest(4).measure(wide(16))).toMatchObject({
    met: true,
    value: '16 sectors a request of 16 bytes a lane, 4 for each 4 bytes',
  });
  expect(sectorsPerRequest(4).measure(wide(32))).toMatchObject({ met: false });
});

test('passes are counted, whatever they pass their sums through', () => {
  const one = [{ requests: 1, lanes: 32 }];
  expect(passes(1).measure(evidence(one))).toMatchObject({ met: true, value: '1 pass' });
  expect(passes(1).measure(evidence(one, {}, ['multiply', 'activate']))).toMatchObject({ met: false });
});

test('a copy is counted wherever it is read', () => {
  const x = { requests: 4, lanes: 100 };
  for (const space of ['storage', 'workgroup'] as const) {
    const copied = evidence([x, { requests: 12, lanes: 300, buffer: 'copy', space }]);
    expect(readsElsewhere(100, 'x').measure(copied)).toMatchObject({ met: false, value: '300 reads', line: 8 });
    expect(accesses(200, { access: 'read' }, 'reads').measure(copied)).toMatchObject({ met: false, value: '400' });
  }
  expect(looks(2, 'x', 100).measure(evidence([x]))).toMatchObject({
    met: false,
    value: 'read once, so a copy of it is kept',
  });
  expect(looks(2, 'x', 100).measure(evidence([x, x]))).toMatchObject({ met: true, value: 'read twice', line: null });
  expect(looks(2, 'x', 100).measure(evidence([x, x, x]))).toMatchObject({ met: false, value: 'read 3 times' });
  expect(keeps(16).measure(evidence([]))).toEqual({ met: false, value: '20 numbers', line: 3 });
});

test('an atomic operation reads and writes', () => {
  const atomic = evidence([{ requests: 1, lanes: 32, buffer: 'y', access: 'atomic' }]);
  for (const access of ['read', 'write'] as const)
    expect(accesses(0, { buffer: 'y', access }, 'of y').measure(atomic)).toMatchObject({ met: false });
});

test('barriers and the busiest lane are not averages, which idle workgroups would lower', () => {
  const found = evidence([], { barriers: 60, longestLane: 201 });
  expect(barriers(30, 'six for each row').measure(found)).toMatchObject({ met: false, value: '60 barriers' });
  expect(longestLane(40).measure(found)).toMatchObject({ met: false, value: '201 of the busiest lane' });
});
