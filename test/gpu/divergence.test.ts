/**
 * Lanes of a workgroup that pass different barriers, as they ran. Dawn refuses to compile these. Deno runs them, and its
 * adapter may leave lanes waiting for ever: what they did before is in the log all the same.
 */
import { describe, expect, test } from 'vitest';
import { findKernel, source } from '../../src/kernels/index.ts';
import type { Kernel } from '../../src/kernels/types.ts';
import type { TraceResult } from '../../src/lab/trace-result.ts';
import { hasDeno, host } from '../setup/hosts.ts';

const BARRIER = '    workgroupBarrier();\n';
const text = `${source(findKernel('neuron', '6_workgroup_tree') as Kernel)}\nvar<workgroup> single: f32;`;
const line = text.slice(0, text.indexOf(BARRIER)).split('\n').length;

/** The kernel that adds up in a tree with this in place of its barrier, on three neurons and a workgroup of 64. */
async function traced(name: 'chrome' | 'deno', instead: string): Promise<TraceResult> {
  const shape = { inputs: 70, neurons: 3 };
  const request = { op: 'neuron', kernel: '6_workgroup_tree', shape, source: text.replace(BARRIER, instead) };
  const params = { request, workgroups: 'all', machine: 'generic', limitMs: 60_000 } as const;
  return (await (await host(name)).call('trace', params)).result;
}

const cases = [
  {
    what: 'a barrier for half of the lanes',
    instead: `if (lane < 32u) {\n${BARRIER}}\n`,
    first: { lane: 0, line: line + 1, access: 'barrier' },
    second: { lane: 32, access: 'end' },
  },
  {
    what: 'half of the lanes gone before the third barrier',
    instead: `if (half == 8u && lane >= 32u) {\nreturn;\n}\n${BARRIER}`,
    first: { lane: 0, line: line + 3, access: 'barrier' },
    second: { lane: 32, access: 'end' },
  },
  // Each is a barrier, too.
  ...['partial[0]', 'single'].map((loaded) => ({
    what: `a uniform load of ${loaded} for half of the lanes`,
    instead: `if (lane < 32u) {\npartial[lane] += workgroupUniformLoad(&${loaded});\n}\n`,
    first: { lane: 0, line: line + 1, access: 'barrier' },
    second: { lane: 32, access: 'end' },
  })),
  {
    what: 'two barriers, one for each half',
    instead: `if (lane < 32u) {\n${BARRIER}} else {\n${BARRIER}}\n`,
    first: { lane: 0, line: line + 1, access: 'barrier' },
    second: { lane: 32, line: line + 3, access: 'barrier' },
  },
];

describe.runIf(hasDeno)('on deno', () => {
  test.each(cases)('$what', async ({ instead, first, second }) => {
    const { reason, status, findings } = await traced('deno', instead);
    expect({ reason, status }).toEqual({ reason: null, status: 'findings' });
    const diverged = findings.filter(({ kind }) => kind === 'barrier-divergence');
    expect(diverged).toMatchObject([{ workgroup: 0, buffer: null, first, second, times: 3 }]);
  });

  test('none where all come to the same', async () => {
    expect((await traced('deno', BARRIER)).status).toBe('clean');
  });
});

test('Dawn does not compile them', async () => {
  const { status, reason } = await traced('chrome', cases[0].instead);
  expect(status).toBe('failed');
  expect(reason).toContain('must only be called from uniform control flow');
});

test.each(['single', 'partial[0]'])(
  'Dawn knows that a uniform load of %s is uniform, also as it is logged',
  async (loaded) => {
    const instead = `if (workgroupUniformLoad(&${loaded}) < 1e30) {\n${BARRIER}}\n`;
    const { reason, status, totals } = await traced('chrome', instead);
    expect({ reason, status }).toEqual({ reason: null, status: 'clean' });
    // In each of the 6 steps of a workgroup: two of the load, and the one that it decides.
    expect(totals?.barriers).toBe(3 * 6 * 3);
  },
);
