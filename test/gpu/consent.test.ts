/** Long dispatches on a slow device that is taken for a GPU. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openHost, type ProcessHost } from '../../src/cli/hosts/index.ts';
import { LONG_DISPATCH } from '../../src/lab/consent.ts';
import { QUICK, type Request } from '../../src/lab/protocol.ts';

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

test('what is short runs, and so does what the reader allows', async () => {
  expect(await bench(cube(64))).toMatchObject({ status: 'correct' });
  expect(await bench(cube(96), true)).toMatchObject({ status: 'correct' });
});
