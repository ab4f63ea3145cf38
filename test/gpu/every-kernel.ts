/** Every kernel on one host: at every edge, with every knob, on every kind of input. A file for each host runs it. */
import { describe, expect, test } from 'vitest';
import type { HostName } from '../../src/cli/hosts/index.ts';
import { Refusal } from '../../src/core/errors.ts';
import { findOperation, operations } from '../../src/kernels/index.ts';
import type { Kernel } from '../../src/kernels/types.ts';
import { capabilitiesOf } from '../../src/lab/capabilities.ts';
import { type Planned, tryPlan } from '../../src/lab/plan.ts';
import { type Budget, QUICK, type Request } from '../../src/lab/protocol.ts';
import type { Result } from '../../src/lab/result.ts';
import { host } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';
import { edgeRequests, inputRequests, kernels, knobRequests } from './cases.ts';
import { complaints, isOfDevice } from './complaints.ts';

/** A software adapter on a busy machine may take far longer than a reader would wait, compiling included. */
const LIMIT_MS = 60_000;
const VERDICTS: Budget = { ...QUICK, samples: 0, referenceCost: 3e7, limitMs: LIMIT_MS };
/** Each tries other shapes and values than the one before. */
const HOSTS: readonly HostName[] = ['chrome', 'dawn', 'deno'];

/** Of so many shapes, values of knobs, kinds of input one is tried, another one for each kernel and host. */
const STRIDES = isWhole ? { edges: 1, knobs: 1, inputs: 1 } : { edges: 8, knobs: 16, inputs: 3 };
/**
 * Deno polls its device in steps of several ms, so it always gets a part only: what it adds is its compiler. Of the edges, all of
 * which Dawn tries, Chrome gets every second one; of the knobs all, since SwiftShader compiles sooner than lavapipe.
 */
const part = (name: HostName, what: keyof typeof STRIDES): number =>
  name === 'deno' ? 7 : name === 'chrome' && what === 'edges' ? 2 : 1;
/** Where not all are tried, problems that ask for more are left out: a software adapter takes seconds for them. */
const MOST = { invocations: 2 ** 18, operations: 2 ** 26 };

/** The requests that one pipeline of each kernel serves in little time, the one that serves most, or all of them. */
async function served(name: HostName, requests: readonly Request[]): Promise<readonly Request[]> {
  if (isWhole) return requests;
  const device = capabilitiesOf(await (await host(name)).call('device', {}));
  const refused: Request[] = [];
  const byKernel = new Map<string, Map<string, Request[]>>();
  for (const request of requests) {
    const planned = tryPlan(request, device);
    if (planned instanceof Refusal) refused.push(request);
    else if (!isLong(planned)) {
      const pipelines = entry(byKernel, `${request.op} ${request.kernel}`, () => new Map<string, Request[]>());
      entry(pipelines, pipelineOf(planned), () => []).push(request);
    }
  }
  const most = [...byKernel.values()].flatMap((pipelines) =>
    [...pipelines.values()].reduce((most, served) => (served.length > most.length ? served : most)),
  );
  return [...refused, ...most];
}

function entry<T>(map: Map<string, T>, key: string, make: () => T): T {
  const found = map.get(key) ?? make();
  map.set(key, found);
  return found;
}

/** What the pipelines are compiled from. */
function pipelineOf({ text, plan }: Planned): string {
  const { constants, aliases, enables, passes } = plan;
  const entries = passes.map(({ entry, overrides }) => [entry, overrides]);
  return JSON.stringify([text, constants, aliases, enables, entries]);
}

function isLong({ operation, problem, plan }: Planned): boolean {
  const [{ count }] = operation.quantities(problem.shape, problem.dtype);
  const product = (extents: readonly number[]): number => extents.reduce((all, extent) => all * extent, 1);
  const invocations = plan.passes.reduce(
    (sum, { workgroups, workgroupSize }) => sum + product(workgroups) * product(workgroupSize),
    0,
  );
  return invocations > MOST.invocations || count > MOST.operations;
}

/** All requests in one call, those of one problem together, so that kernels share its inputs and its reference. */
async function run(name: HostName, all: readonly Request[]): Promise<readonly Result[]> {
  const requests = await served(name, all);
  const problem = ({ shape, dtype, input }: Request): string => JSON.stringify([dtype, shape, input]);
  const order = requests.map((request, index) => ({ request, index, problem: problem(request) }));
  order.sort((a, b) => (a.problem < b.problem ? -1 : a.problem > b.problem ? 1 : a.index - b.index));
  const reply = await (await host(name)).call('bench', {
    requests: order.map(({ request }) => request),
    budget: VERDICTS,
  });
  expect(reply.restart, `a kernel hung: ${reply.results.findLast((result) => result)?.reason}`).toBe(false);
  expect(reply.liveBytes, 'bytes still live after the run').toBe(0);
  return reply.results as Result[];
}

export function everyKernel(name: HostName, isMeant: (op: string) => boolean = () => true): void {
  const every = (stride: number, kernel: Kernel, requests: readonly Request[]): readonly Request[] => {
    const nth = kernels.indexOf(kernel) + HOSTS.indexOf(name);
    return requests.filter((_, index) => (index + nth) % stride === 0);
  };
  const some = (what: keyof typeof STRIDES, kernel: Kernel, requests: readonly Request[]): readonly Request[] =>
    every(part(name, what) * STRIDES[what], kernel, requests);
  // Dawn by itself tries all kernels with less of the processor than Chrome, which gets a quarter each where not all is tried.
  const isTurn = (kernel: Kernel, turn: number): boolean =>
    isWhole || name !== 'chrome' || kernels.indexOf(kernel) % 4 === turn;
  const supported = kernels.filter((kernel) => name !== 'deno' || kernel.naga?.supported !== false);
  const of = (op: string): readonly Kernel[] => supported.filter((kernel) => kernel.op === op);

  describe.each(operations.map(({ id }) => id).filter(isMeant))('%s', (op) => {
    const all = of(op)
      .map(({ id }) => id)
      .sort();
    const ran = new Set<string>();
    const note = (results: readonly Result[]): void => {
      for (const { kernel, status, meant, refusal } of results)
        if (status === 'correct' || meant || refusal?.rule === 'feature') ran.add(kernel);
    };

    test('at every edge', async () => {
      const results = await run(
        name,
        of(op).flatMap((kernel) => (isTurn(kernel, 0) ? some('edges', kernel, edgeRequests(kernel)) : [])),
      );
      // A device without f16 or with small limits refuses; nothing else may.
      expect(complaints(results, isOfDevice)).toEqual([]);
      note(results);
      if (isWhole) expect([...ran].sort()).toEqual(all);
    });

    // lavapipe takes a second or more to compile a large register tile, and each value of a knob is a pipeline of its
    // own; SwiftShader does it in a tenth of that. So Chrome tries every knob, the others those that only move data.
    test.runIf(isWhole || name === 'chrome')('with every knob', async () => {
      const isCheap = (kernel: Kernel, { knobs = {} }: Request): boolean =>
        name === 'chrome' || kernel.knobs.some((knob) => knob.key in knobs && knob.fixed);
      const requests = of(op).flatMap((kernel) =>
        some(
          'knobs',
          kernel,
          knobRequests(kernel).filter((request) => isCheap(kernel, request)),
        ),
      );
      const results = await run(name, requests);
      // One knob alone may ask for others to change with it, or for a feature: such a refusal names its rule.
      expect(complaints(results, (rule) => rule !== 'request')).toEqual([]);
      // A part of them may by chance be those that are refused.
      if (!isWhole || name !== 'chrome') return;
      for (const kernel of of(op)) {
        const own = results.filter((result) => result.kernel === kernel.id);
        const isOut = own.length === 0 || own.some(({ refusal }) => refusal && isOfDevice(refusal.rule));
        expect(isOut || own.some(({ status }) => status !== 'refused'), `${kernel.id} ran with some knob`).toBe(true);
      }
    });

    test('on every kind of input', async () => {
      const results = await run(
        name,
        of(op).flatMap((kernel) => (isTurn(kernel, 1) ? some('inputs', kernel, inputRequests(kernel)) : [])),
      );
      expect(complaints(results, isOfDevice)).toEqual([]);
      note(results);
    });

    // Of the few that other hosts leave over, all may be too long.
    test.runIf(isWhole || name === 'dawn')('with every kernel', () => {
      expect([...ran].sort()).toEqual(all);
    });
  });
}

/** What cannot run anywhere else must run there. */
export function f16(): void {
  test('f16 ran on some adapter', async () => {
    const requests = kernels
      .filter((kernel) => kernel.dtypes.includes('f16') && kernel.features.length === 0)
      .filter((_, index) => isWhole || index % 3 === 0)
      .map((kernel): Request => {
        return { op: kernel.op, kernel: kernel.id, dtype: 'f16', shape: findOperation(kernel.op)?.quick ?? {} };
      });
    const results = await run('dawn', requests);
    // Only in CI is it certain that there is a driver with f16.
    expect(complaints(results, (rule) => !process.env.CI && rule === 'feature')).toEqual([]);
  });
}
