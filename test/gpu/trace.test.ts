/** Every kernel traced on every host: clean, with the output of the kernel alone, each element written by whom its plan says. */
import { beforeAll, describe, expect, test } from 'vitest';
import type { HostName } from '../../src/cli/hosts/index.ts';
import { findOperation, operations } from '../../src/kernels/index.ts';
import type { Capabilities, Kernel } from '../../src/kernels/types.ts';
import { capabilitiesOf } from '../../src/lab/capabilities.ts';
import { planRequest } from '../../src/lab/plan.ts';
import type { Request } from '../../src/lab/protocol.ts';
import type { TraceReply } from '../../src/lab/trace-result.ts';
import type { Shape } from '../../src/ops/types.ts';
import { hasDeno, host } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';
import { kernels, oddRequests } from './cases.ts';
import { isOfDevice } from './complaints.ts';
import { writersOf } from './writers.ts';

const hosts: HostName[] = ['chrome', 'dawn', ...(hasDeno ? ['deno' as const] : [])];

const LIMIT_MS = 120_000;
/** What lavapipe traces in seconds; it takes minutes to compile the log of a large register tile. Chrome traces all. */
const QUICK_TO_COMPILE: Readonly<Record<string, RegExp>> = {
  neuron: /./,
  matmul: /^[1-3]_/,
  softmax: /./,
  attention: /^[1-3]_/,
};

/**
 * Small and odd: a tile and a bit, less than a tile, and with what else an operation has to offer. One that is not here
 * gets an odd shape made of its parameters.
 */
const SHAPES: Readonly<Record<string, readonly Partial<Shape>[]>> = {
  neuron: [
    { inputs: 37, neurons: 67 },
    { inputs: 5, neurons: 3, relu: 0 },
  ],
  matmul: [
    { m: 37, n: 19, k: 21 },
    { m: 33, n: 70, k: 5, bias: 1 },
    { m: 1, n: 3, k: 2 },
  ],
  softmax: [
    { rows: 5, columns: 67 },
    { rows: 3, columns: 1 },
  ],
  attention: [
    { batch: 1, heads: 2, kvHeads: 1, queries: 5, keys: 19, dim: 20, valueDim: 12 },
    { batch: 2, heads: 2, kvHeads: 2, queries: 19, keys: 19, dim: 8, valueDim: 8, causal: 1 },
    { batch: 2, heads: 1, kvHeads: 1, queries: 3, keys: 35, dim: 16, valueDim: 7, mask: 2, window: 9, ragged: 1 },
  ],
  'attention-backward': [
    { batch: 1, heads: 2, kvHeads: 1, queries: 5, keys: 19, dim: 20, valueDim: 12 },
    { batch: 2, heads: 1, kvHeads: 1, queries: 7, keys: 7, dim: 8, valueDim: 8, causal: 1 },
  ],
};

async function traced(name: HostName, request: Request): Promise<Pick<TraceReply, 'result' | 'steps'>> {
  // With values on one of the hosts: what logs them too must compile for every kernel, and change no output.
  const steps = name === 'chrome' ? 'values' : 'accesses';
  const params = { request, workgroups: 'all', machine: 'generic', limitMs: LIMIT_MS, steps } as const;
  const reply = await (await host(name)).call('trace', params);
  expect(reply.restart, reply.result.reason ?? '').toBe(false);
  expect(reply.liveBytes).toBe(0);
  return reply;
}

/** The shapes for one kernel, of which another one comes up on each host unless all are tried. */
function requests(kernel: Kernel, name: HostName): readonly Request[] {
  const known = (findOperation(kernel.op)?.parameters ?? []).map(({ key }) => key);
  if (!SHAPES[kernel.op]) return oddRequests(kernel);
  const shapes = SHAPES[kernel.op].map((shape) =>
    Object.fromEntries(Object.entries(shape).filter(([key]) => known.includes(key))),
  );
  const nth = kernels.indexOf(kernel) + hosts.indexOf(name);
  return shapes
    .filter((_, at) => isWhole || at === nth % shapes.length)
    .flatMap((shape) => kernel.dtypes.map((dtype): Request => ({ op: kernel.op, kernel: kernel.id, shape, dtype })));
}

/**
 * The one host that traces a kernel where not all is tried: those that any host compiles quickly go from host to host, and of
 * the others each fourth one is traced, in Chrome.
 */
function hostOf(kernel: Kernel): HostName | null {
  const isQuick = QUICK_TO_COMPILE[kernel.op]?.test(kernel.id) && kernel.naga?.supported !== false;
  const nth = kernels.indexOf(kernel);
  if (isQuick) return hosts[nth % hosts.length];
  return nth % 4 === 0 ? 'chrome' : null;
}

describe.each(hosts)('on %s', (name) => {
  let device: Capabilities;
  beforeAll(async () => {
    device = capabilitiesOf(await (await host(name)).call('device', {}));
  });
  const supported = kernels
    .filter((kernel) => name !== 'deno' || kernel.naga?.supported !== false)
    .filter(({ op, id }) => name === 'chrome' || QUICK_TO_COMPILE[op]?.test(id))
    .filter((kernel) => isWhole || name === hostOf(kernel));
  const ops = operations.map(({ id }) => id).filter((op) => supported.some((kernel) => kernel.op === op));
  describe.each(ops)('%s', (op) => {
    test.each(supported.filter((kernel) => kernel.op === op))('$id', async (kernel) => {
      // A kernel of which the device runs nothing must lack a feature.
      let answered = 0;
      for (const request of requests(kernel, name)) {
        const { result, steps } = await traced(name, request);
        if (result.status === 'refused') {
          const rule = result.refusal?.rule ?? '';
          expect(isOfDevice(rule), `${rule}: ${result.reason}`).toBe(true);
          if (rule === 'feature') answered++;
          continue;
        }
        expect({ reason: result.reason, findings: result.findings.map(({ message }) => message) }).toEqual({
          reason: null,
          findings: [],
        });
        expect(result.traced?.complete).toBe(true);
        expect(result.sameOutput).toBe(true);
        const writers = writersOf(planRequest(request, device).plan, steps);
        expect(writers.elements).toBeGreaterThan(0);
        expect(writers.wrong.slice(0, 5)).toEqual([]);
        answered++;
      }
      expect(answered).toBeGreaterThan(0);
    });
  });
});
