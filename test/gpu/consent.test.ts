/** Long dispatches on a slow device that is taken for a GPU. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHost, type ProcessHost } from '../../src/cli/hosts/index.ts';
import { LONG_DISPATCH } from '../../src/lab/long-dispatch.ts';
import { resolve } from '../../src/lab/plan.ts';
import { QUICK, type Request } from '../../src/lab/protocol.ts';
import { referenceOf } from '../../src/ops/references.ts';

let slow: ProcessHost;
beforeAll(async () => {
  slow = await openHost('chrome', { adapter: 'swiftshader', device: { kind: 'hardware' } });
});
afterAll(() => slow?.close());

const bench = async (request: Request, allowLong = false) => {
  const { results, liveBytes } = await slow.call('bench', {
    requests: [request],
    budget: { ...QUICK, samples: 0 },
    allowLong,
  });
  expect(liveBytes).toBe(0);
  return results[0];
};
const cube = (side: number): Request => ({
  op: 'matmul',
  kernel: '1_uncoalesced',
  shape: { m: side, n: side, k: side },
});

test('what would last for many seconds is refused, with what was predicted from which run', async () => {
  const result = await bench(cube(4096));
  expect(result).toMatchObject({ status: 'refused', verdict: null, refusal: { rule: LONG_DISPATCH } });
  expect(result?.refusal?.parameters.seconds).toBeGreaterThan(1);
  expect(result?.refusal?.parameters.measuredMs).toBeGreaterThanOrEqual(20);
  expect(result?.refusal?.parameters.from).toMatch(/^m=\d+ n=\d+ k=\d+$/);
});

/** Long for its few inputs. */
const attention: Request = {
  op: 'attention',
  kernel: '2_online',
  shape: { heads: 1, kvHeads: 1, queries: 8192, keys: 8192 },
};
const small: Request = { ...attention, shape: { heads: 1, kvHeads: 1, queries: 64, keys: 64 } };
const LONG = /^One dispatch would keep the GPU busy for about/;

const trace = async (request: Request, allowLong = false) => {
  const params = { request, workgroups: 'sample', machine: 'generic', limitMs: 60_000, allowLong } as const;
  const { result, liveBytes } = await slow.call('trace', params);
  expect(liveBytes).toBe(0);
  return result;
};

test('a trace of it is refused too, and one that is short or allowed is made', async () => {
  const result = await trace(attention);
  expect(result).toMatchObject({ status: 'refused', traced: null, refusal: { rule: LONG_DISPATCH } });
  expect(result.reason).toMatch(LONG);
  expect(await trace(small)).toMatchObject({ status: 'clean' });
  expect(await trace(cube(32), true)).toMatchObject({ status: 'clean' });
});

test('given values are solved where that is short, or allowed', async () => {
  const solve = async (request: Request, allowLong = false) => {
    const { problem } = resolve(request);
    const tensors = referenceOf(problem.op).inputs(problem);
    return (await slow.call('solve', { request, tensors, limitMs: 60_000, allowLong })).result.status;
  };
  await expect(solve(attention)).rejects.toThrow(LONG);
  expect(await solve(small)).toBe('correct');
  expect(await solve(cube(32), true)).toBe('correct');
});

test('what is short runs, and so does what the reader allows', async () => {
  expect(await bench(cube(64))).toMatchObject({ status: 'correct' });
  expect(await bench(cube(96), true)).toMatchObject({ status: 'correct' });
});
