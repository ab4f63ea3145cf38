/** Every kernel on every host, on the shapes, knobs and inputs where kernels go wrong. */
import { describe, expect, test } from 'vitest';
import type { HostName } from '../../src/cli/hosts/index.ts';
import { type Budget, QUICK, type Request } from '../../src/lab/protocol.ts';
import type { Result } from '../../src/lab/result.ts';
import { hasDeno, host } from '../setup/hosts.ts';
import { edgeRequests, inputRequests, kernels, knobRequests } from './cases.ts';

const VERDICTS: Budget = { ...QUICK, samples: 0, referenceCost: 3e7 };
const hosts: HostName[] = ['chrome', 'dawn', ...(hasDeno ? ['deno' as const] : [])];

async function run(name: HostName, requests: Request[]): Promise<readonly Result[]> {
  const reply = await (await host(name)).call('bench', { requests, budget: VERDICTS });
  expect(reply.restart, `a kernel hung: ${reply.results.findLast((result) => result)?.reason}`).toBe(false);
  expect(reply.liveBytes, 'bytes still live after the run').toBe(0);
  return reply.results as Result[];
}

/** What is not right, in words; refusals are right only for the reasons given. */
function complaints(results: readonly Result[], allowed: RegExp): string[] {
  return results
    .filter(
      (result) => result.status !== 'correct' && !(result.status === 'refused' && allowed.test(result.reason ?? '')),
    )
    .map(({ kernel, dtype, shape, knobs, input, status, reason }) =>
      [kernel, dtype, JSON.stringify(shape), JSON.stringify(knobs), input, status, reason].join(' '),
    );
}

describe.each(hosts)('on %s', (name) => {
  for (const kernel of kernels) {
    const unsupported = name === 'deno' && kernel.naga?.supported === false;
    test.skipIf(unsupported)(`${kernel.op} ${kernel.id}`, async () => {
      // Deno polls its device in steps of several ms, so it gets a part of the shapes; what it adds is its compiler.
      const sparse = <T>(requests: T[]): T[] => requests.filter((_, i) => name !== 'deno' || i % 5 === 0);
      const edges = await run(name, sparse(edgeRequests(kernel)));
      // A device without f16 or with small limits refuses; nothing else may.
      expect(complaints(edges, /feature|this device/)).toEqual([]);
      expect(edges.some((result) => result.status === 'correct' || /feature/.test(result.reason ?? ''))).toBe(true);
      const knobs = await run(name, sparse(knobRequests(kernel)));
      expect(complaints(knobs, /feature|this device|\buse\b/)).toEqual([]);
      const inputs = await run(name, inputRequests(kernel));
      expect(complaints(inputs, /feature|this device/)).toEqual([]);
    });
  }
});

test('f16 ran on some adapter', async () => {
  const requests = kernels
    .filter((kernel) => kernel.dtypes.includes('f16') && kernel.features.length === 0)
    .map((kernel): Request => ({ op: kernel.op, kernel: kernel.id, dtype: 'f16' }));
  const results = await run('dawn', requests);
  if (process.env.CI) expect(complaints(results, /^$/)).toEqual([]);
  else expect(complaints(results, /shader-f16/)).toEqual([]);
});
