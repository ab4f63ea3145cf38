/** What a trace that cannot be relied on makes of a grade. */
import { describe, expect, test } from 'vitest';
import type { TraceResult } from '../../src/lab/trace-result.ts';
import { findTask, type Grade, grade, type Task, tasks } from '../../src/tasks/index.ts';

const RIGHT = { status: 'correct', verdict: { method: 'all 9' }, work: { scratchBytes: 0 } };
const TRACED = {
  status: 'clean',
  reason: null,
  traced: { workgroups: 9, of: 9, complete: true, passes: [{ pass: 0, workgroups: [0, 1, 2], of: 9 }] },
  sameOutput: true,
  sites: [],
  totals: { barriers: 9, longestLane: 20, bytesFetched: 100 },
  findings: [],
};

interface Asked {
  readonly method: string;
  readonly requests: readonly Request[];
  readonly workgroups?: unknown;
  readonly alike?: unknown;
}

interface Request {
  readonly seed?: number;
  readonly input?: string;
  readonly shape: Readonly<Record<string, number>>;
}

/** The grade of a task's solution where its traces come out like these, by input case, and what the host was asked. */
async function gradedAs(
  id: string,
  traceOf: (input: string | undefined, shape: Request['shape']) => object,
): Promise<{ found: Grade; asked: Asked[] }> {
  const task = findTask(id) as Task;
  const asked: Asked[] = [];
  const call = async (method: string, params: Record<string, unknown>) => {
    const requests = (params.requests ?? [params.request]) as Asked['requests'];
    asked.push({ method, requests, workgroups: params.workgroups, alike: params.alike });
    if (method === 'bench') return { results: requests.map(() => RIGHT), restart: false };
    return {
      result: { ...TRACED, ...traceOf(requests[0].input, requests[0].shape) } as unknown as TraceResult,
      restart: false,
    };
  };
  return { found: await grade(task, task.solution, { call } as never), asked };
}

const RACE = { status: 'findings', findings: [{ message: 'a race', first: { line: 7 }, second: null }] };
const CUT = { traced: { ...TRACED.traced, complete: false } };

test('the line at which a task opens is one of its text', () => {
  for (const { id, at, start } of tasks) {
    const lines = start.split('\n').filter((line) => at !== undefined && line.includes(at));
    expect(lines, id).toHaveLength(at === undefined ? 0 : 1);
  }
});

describe('a grade', () => {
  test('is passed where everything was counted', async () => {
    const { found } = await gradedAs('barrier_tree', () => ({}));
    expect(found).toMatchObject({ passed: true, reason: null });
  });

  test.each([
    ['the log was cut', CUT, /more accesses than fit into a log of 67,108,864 bytes/],
    ['the output was another one', { sameOutput: false }, /another output when its accesses were logged/],
    [
      'nothing was traced',
      { traced: null, sameOutput: null, totals: null, reason: 'no room' },
      /not be logged: no room/,
    ],
  ])('is neither passed nor missed where %s', async (_, trace, reason) => {
    const { found } = await gradedAs('barrier_tree', () => trace);
    expect(found.passed).toBe(false);
    expect(found.reason).toMatch(reason);
    expect(found.goals.map(({ id, state }) => [id, state])).toEqual([
      ['correct', 'met'],
      ['clean', 'unknown'],
      ['barriers', 'unknown'],
      ['longest lane', 'unknown'],
    ]);
  });

  test.each([CUT, { sameOutput: false }])('says what the sanitizer found all the same', async (trace) => {
    const { found } = await gradedAs('barrier_tree', () => ({ ...trace, ...RACE }));
    expect(found).toMatchObject({ passed: false, reason: null });
    expect(found.goals[1]).toMatchObject({ id: 'clean', state: 'missed', value: 'a race', line: 7 });
  });

  test('lets the order of additions change the output, and nothing else', async () => {
    const { found, asked } = await gradedAs('barrier_tree', (input) => ({ sameOutput: input === 'integers' }));
    expect(found.passed).toBe(true);
    expect(asked.filter(({ method }) => method === 'trace').map(({ requests }) => requests[0].input)).toEqual([
      undefined,
      'integers',
    ]);
  });
});

test('inputs are different in each check, and the same for verdict and trace', async () => {
  const seeds: unknown[] = [];
  for (let check = 0; check < 2; check++) {
    const { asked } = await gradedAs('tiles', () => ({}));
    const own = new Set(asked.flatMap(({ requests }) => requests.map(({ seed }) => seed)));
    expect(own.size).toBe(1);
    seeds.push(...own);
  }
  expect(seeds[0]).not.toBe(seeds[1]);
});

test('other sizes and other subgroups are tried, each with its own text', async () => {
  const { asked } = await gradedAs('tiles', () => ({}));
  expect(asked.map(({ requests }) => requests[0].shape)).toEqual([
    { m: 64, n: 64, k: 64 },
    { m: 70, n: 33, k: 50 },
    { m: 64, n: 64, k: 64 },
    { m: 256, n: 256, k: 256 },
  ]);
  const { asked: others } = await gradedAs('any_subgroup', () => ({}));
  expect(others[1].requests).toHaveLength(6);
});

describe('a larger problem', () => {
  /** What each of three workgroups of nine fetches. */
  const fetched = (sectors: number) => ({
    sites: [{ pass: 0, space: 'storage', requests: 1, bytesAsked: 1, sectors: 3 * sectors, line: 5 }],
    traced: { ...TRACED.traced, complete: false },
  });
  const most = 17_891_328 / 9 / 32;

  test.each([
    [most, 'met', '17,891,328 bytes, by 9 of 9 workgroups', null],
    [most + 1, 'missed', '17,891,616 bytes, by 9 of 9 workgroups', 5],
  ])('counts what some workgroups do for all of them: %d sectors each', async (sectors, state, value, line) => {
    const { found, asked } = await gradedAs('tiles', (_, { m }) => (m === 256 ? fetched(sectors) : {}));
    expect(found.goals.at(-1)).toMatchObject({ id: 'larger bytes fetched', state, value, line });
    expect([found.passed, found.reason]).toEqual([state === 'met', null]);
    const { workgroups, alike } = asked.at(-1) as Asked;
    // The ends, and others from equal parts of what lies between; it is for the trace to say that they stand for all.
    const numbers = workgroups as number[];
    expect([numbers.at(0), numbers.at(-1), alike]).toEqual([0, 255, true]);
    for (const [at, number] of numbers.slice(1, -1).entries()) {
      expect(number).toBeGreaterThanOrEqual(1 + Math.floor((at * 254) / 6));
      expect(number).toBeLessThan(1 + Math.floor(((at + 1) * 254) / 6));
    }
    expect(asked.filter(({ method }) => method === 'trace')[0].alike).toBe(false);
  });

  test('is looked at by the sanitizer, too', async () => {
    const { found } = await gradedAs('tiles', (_, { m }) => (m === 256 ? { ...fetched(1), ...RACE } : {}));
    expect(found).toMatchObject({ passed: false, reason: null });
    expect(found.goals.find(({ id }) => id === 'clean')).toMatchObject({ state: 'missed', value: 'a race', line: 7 });
  });

  test('is not traced before the other goals are met', async () => {
    const { found, asked } = await gradedAs('tiles', () => ({ totals: { ...TRACED.totals, bytesFetched: 1e6 } }));
    expect(asked.filter(({ method }) => method === 'trace')).toHaveLength(1);
    expect(found.goals.slice(-2)).toMatchObject([{ state: 'missed' }, { state: 'unknown' }]);
    expect([found.passed, found.reason]).toEqual([false, null]);
  });

  test('is not graded where its output was another one', async () => {
    const { found } = await gradedAs('tiles', (_, { m }) => (m === 256 ? { sameOutput: false } : {}));
    expect(found.passed).toBe(false);
    expect(found.reason).toMatch(/another output when its accesses were logged/);
  });
});
