/** No time is bought: kernels that gain by earlier work are wrong, and kernels that work each time are not. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type Budget, QUICK, type Request } from '../../src/lab/protocol.ts';
import type { Result } from '../../src/lab/result.ts';
import { host } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';
import { broken } from './broken.ts';
import { cheatRequest, cheats, READ_ONLY } from './cheats.ts';
import { TARGETS } from './targets.ts';

const TIMED: Budget = { ...QUICK, samples: 2, sampleMs: 5, limitMs: 60_000 };
const UNTIMED: Budget = { ...TIMED, samples: 0 };

const places = TARGETS.filter(({ id }) => id !== 'dawn-swiftshader').map((target, nth) => ({ ...target, nth }));
/** How often no honest kernel may be taken for a cheat: noise might do it. */
const TIMES = isWhole ? 3 : 1;

describe.each(places)('on $title', ({ name, adapter, nth }) => {
  /** All of them, or each on one adapter. */
  const tried = cheats.filter((_, at) => isWhole || at % places.length === nth);
  let timed: readonly (Result | null)[] = [];
  let untimed: readonly (Result | null)[] = [];

  beforeAll(async () => {
    const on = await host(name, adapter);
    const requests = tried.map(cheatRequest);
    const replies = [];
    for (const budget of [TIMED, UNTIMED]) replies.push(await on.call('bench', { requests, budget }));
    expect(replies.map(({ restart, liveBytes }) => [restart, liveBytes])).toEqual([
      [false, 0],
      [false, 0],
    ]);
    [timed, untimed] = replies.map(({ results }) => results);
  });

  test.each(tried.map((cheat, at) => ({ ...cheat, at })))('$op $kernel: $id', async ({ at, ...cheat }) => {
    const short = untimed[at];
    let long = timed[at];
    // A busy machine may make every run long, and so hide once what a cheat gains.
    for (let again = 0; again < 2 && long?.status === 'correct'; again++) {
      const request = { requests: [cheatRequest(cheat)], budget: TIMED };
      [long] = (await (await host(name, adapter)).call('bench', request)).results;
    }
    expect(long?.reason).toMatch(cheat.timed);
    expect([long?.status, long?.failure?.code]).toEqual(
      cheat.timed === READ_ONLY ? ['failed', 'validation'] : ['wrong', undefined],
    );
    expect([long?.time, long?.measures]).toEqual([null, []]);
    if (cheat.untimed) expect(short?.reason).toMatch(cheat.untimed);
    else expect([short?.status, short?.reason]).toEqual(['correct', null]);
  });

  // Which kernels are honest depends little on the host: one is enough where not all is tried.
  const honest = isWhole || nth === places.length - 1 ? [...broken] : [];
  test.each(honest)('no kernel of %s is taken for one', async (op, { honest: { kernels, shape } }) => {
    const requests = kernels.map((kernel): Request => ({ op, kernel, shape }));
    for (let time = 0; time < TIMES; time++) {
      const { results, liveBytes } = await (await host(name, adapter)).call('bench', { requests, budget: TIMED });
      expect(results.map((result) => result?.reason)).toEqual(kernels.map(() => null));
      expect(results.map((result) => result?.status)).toEqual(kernels.map(() => 'correct'));
      expect(liveBytes).toBe(0);
    }
  });

  test('one that is right once only is wrong over given values too', async () => {
    const on = await host(name, adapter);
    const values = (length: number): Float32Array => Float32Array.from({ length }, (_, i) => ((7 * i) % 11) - 5);
    const shape = { m: 8, n: 8, k: 8, bias: 0 };
    const tensors = { a: values(64), b: values(64), bias: values(8) };
    for (const { id, op, kernel, edits, knobs } of cheats.filter((cheat) => cheat.op === 'matmul' && cheat.untimed)) {
      const request = cheatRequest({
        id,
        op,
        kernel,
        edits,
        shape,
        timed: /./,
        untimed: null,
        ...(knobs ? { knobs } : {}),
      });
      const { result } = await on.call('solve', { request, tensors, limitMs: 60_000 });
      expect([id, result.status], result.reason ?? '').toEqual([id, 'wrong']);
    }
    for (const kernel of ['2_coalesced', '9_split_k', '16_packed']) {
      const { result } = await on.call('solve', { request: { op: 'matmul', kernel, shape }, tensors, limitMs: 60_000 });
      expect([kernel, result.status, result.reason]).toEqual([kernel, 'correct', null]);
    }
  });
});
