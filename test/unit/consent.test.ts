/** Whether a long dispatch is sent without the reader's word, on made-up devices. */
import { describe, expect, test } from 'vitest';
import { benchTable } from '../../src/cli/table.ts';
import { traceTable } from '../../src/cli/trace-table.ts';
import type { PassPlan } from '../../src/gpu/plan.ts';
import { kernelsOf } from '../../src/kernels/index.ts';
import type { Capabilities } from '../../src/kernels/types.ts';
import { askFirst, type Flight, forecastLong, longRefusal, type Pilot, passLanes } from '../../src/lab/consent.ts';
import type { Harness } from '../../src/lab/experiment.ts';
import { LONG_DISPATCH } from '../../src/lab/long-dispatch.ts';
import { unmadeFrom } from '../../src/lab/outcome.ts';
import { defaultCapabilities, type Planned, planRequest, resolve } from '../../src/lab/plan.ts';
import type { Request } from '../../src/lab/protocol.ts';
import type { TraceResult } from '../../src/lab/trace-result.ts';
import { defaultMachine } from '../../src/model/machines.ts';
import { operations } from '../../src/ops/index.ts';
import { headline, smaller } from '../../src/ops/smaller.ts';
import type { Shape } from '../../src/ops/types.ts';
import { ADAPTER } from './fake-host.ts';

/** A device by its cost of a launch in nanoseconds, its rate in operations a nanosecond, and how it grows to that. */
interface Device {
  readonly launchNs: number;
  readonly rate: number;
  /** Operations that fill it: below, the rate is as much smaller. */
  readonly full?: number;
  /** How many times slower it is before its clock has risen. */
  readonly cold?: number;
  /** What it takes for the work of a shape; the headline quantity by default. */
  readonly work?: (shape: Shape) => number;
}

class MadeUp implements Pilot {
  readonly sentNs: number[] = [];

  constructor(
    private readonly request: Request,
    private readonly device: Device,
  ) {}

  async run(shape: Shape): Promise<Flight> {
    return this.send(shape, this.device.cold ?? 1);
  }

  async runWarm(shape: Shape): Promise<Flight> {
    return this.send(shape, 1);
  }

  /** Of the problem itself. */
  get wholeNs(): number {
    return this.duration(resolve(this.request).problem.shape, 1);
  }

  private send(shape: Shape, slower: number): Flight {
    const ns = this.duration(shape, slower);
    this.sentNs.push(ns);
    return { ns, lanes: passLanes(planRequest({ ...this.request, shape }, roomy).plan) };
  }

  private duration(shape: Shape, slower: number): number {
    const { operation, problem } = resolve(this.request);
    const { launchNs, rate, full = 1, work } = this.device;
    const count = work?.(shape) ?? headline(operation, shape, problem.dtype);
    return launchNs + (slower * Math.max(count, full)) / rate;
  }
}

/** Room for all that is asked of it here. */
const roomy: Capabilities = {
  ...defaultCapabilities,
  limits: { ...defaultCapabilities.limits, maxBufferSize: 2 ** 36, maxStorageBufferBindingSize: 2 ** 36 },
};
const cube = (side: number): Request => ({
  op: 'matmul',
  kernel: '1_uncoalesced',
  shape: { m: side, n: side, k: side },
});
const forecast = (request: Request, device: Device) => {
  const pilot = new MadeUp(request, device);
  return forecastLong(planRequest(request, roomy), pilot).then((found) => ({ found, pilot }));
};
/** Multiply-adds of attention that looks at every key, whatever hides it. */
const pairs = ({ batch, heads, queries, keys }: Shape): number => batch * heads * queries * keys * 256;
/** A window of 64 of 16,384 keys: the headline counts 1 of 256 pairs. */
const windowed: Request = {
  op: 'attention',
  kernel: '2_online',
  shape: { heads: 8, queries: 16_384, keys: 16_384, causal: 1, window: 64 },
};

describe('a forecast', () => {
  test.each([
    ['a fast GPU that a small run does not fill', cube(8192), { launchNs: 2e5, rate: 2e4, full: 1e9 }],
    ['launches that cost far more than a small run', cube(1024), { launchNs: 5e6, rate: 50 }],
    ['a clock that has not risen', cube(2048), { launchNs: 5e4, rate: 60, cold: 6 }],
    [
      'a problem as small as a first run',
      { op: 'softmax', kernel: '1_three_looks', shape: { rows: 1, columns: 64 } },
      { launchNs: 1e4, rate: 1e-6 },
    ],
  ] as const)('says nothing against %s', async (_, request, device) => {
    const { found, pilot } = await forecast(request, device);
    expect(found).toBeNull();
    expect(Math.max(0, ...pilot.sentNs)).toBeLessThan(4e8);
  });

  test.each([
    ['a kernel at 50 GFLOP/s', cube(4096), { launchNs: 5e4, rate: 50 }],
    ['the same on a GPU that starts cold', cube(4096), { launchNs: 5e4, rate: 50, cold: 5 }],
    [
      'a single lane',
      { op: 'neuron', kernel: '1_one_invocation', shape: { inputs: 4096, neurons: 4096 } },
      { launchNs: 2e4, rate: 0.02 },
    ],
    [
      'attention',
      { op: 'attention', kernel: '1_three_passes', shape: { queries: 16384 } },
      { launchNs: 2e4, rate: 20 },
    ],
  ] as const)('is near the truth for %s', async (_, request, device) => {
    const { found, pilot } = await forecast(request, device);
    expect(found?.ns).toBeGreaterThan(1e9);
    expect(found?.ns).toBeGreaterThan(0.9 * pilot.wholeNs);
    expect(found?.ns).toBeLessThan(1.1 * pilot.wholeNs);
    // Nothing on the way there lasts long itself.
    expect(Math.max(...pilot.sentNs)).toBeLessThan(4e8);
  });

  test('finds a loop over keys that a window hides, of which the headline says nothing', async () => {
    const { found, pilot } = await forecast(windowed, { launchNs: 2e4, rate: 200, work: pairs });
    expect(found?.ns).toBeGreaterThan(0.9 * pilot.wholeNs);
    // Of two sizes that grow by turns one may be a step ahead.
    expect(found?.ns).toBeLessThan(2.1 * pilot.wholeNs);
    expect(Math.max(...pilot.sentNs)).toBeLessThan(4e8);
    const sparse = await forecast(windowed, { launchNs: 2e4, rate: 200 });
    expect(sparse.found).toBeNull();
  });

  test('is made where the kernel takes only shapes that are not the smallest', async () => {
    const request = cube(8192);
    const pilot = new MadeUp(request, { launchNs: 5e4, rate: 50 });
    const run = pilot.run.bind(pilot);
    const wantsTiles: Pilot = {
      run: async (shape) => (shape.m % 256 === 0 ? run(shape) : null),
      runWarm: (shape) => pilot.runWarm(shape),
    };
    const found = await forecastLong(planRequest(request, roomy), wantsTiles);
    expect(found?.ns).toBeGreaterThan(0.9 * pilot.wholeNs);
    expect(found?.ns).toBeLessThan(1.1 * pilot.wholeNs);
  });

  test('is not made where the kernel does not take a smaller shape', async () => {
    const silent: Pilot = { run: async () => null, runWarm: async () => null };
    expect(await forecastLong(planRequest(cube(8192), roomy), silent)).toBeNull();
  });

  test('goes by the lanes of a pass where these grow faster than the headline', async () => {
    // A second pass that dispatches a lane for each pair of a query and a key, of which the window leaves 1 in 256.
    const lanes = (shape: Shape): readonly number[] => [shape.queries, shape.queries * shape.keys];
    const perLane = 4;
    const ns = (shape: Shape): number => 2e4 + perLane * lanes(shape)[1];
    const fly = async (shape: Shape): Promise<Flight> => ({ ns: ns(shape), lanes: lanes(shape) });
    const planned = planRequest(windowed);
    const { shape } = planned.problem;
    const pass = planned.plan.passes[0];
    const passes = lanes(shape).map((count): PassPlan => {
      return { ...pass, workgroups: [count, 1, 1], workgroupSize: [1, 1, 1] };
    });
    const twice: Planned = { ...planned, plan: { ...planned.plan, passes } };
    const found = await forecastLong(twice, { run: fly, runWarm: fly });
    expect(found?.ns).toBeGreaterThan(0.9 * ns(shape));
    expect(found?.ns).toBeLessThan(1.1 * ns(shape));
  });
});

describe('what is short is not asked again', () => {
  const harness = (software: boolean): Harness =>
    ({ gpu: {}, capabilities: { ...defaultCapabilities, software } }) as unknown as Harness;

  test('on one device, for one text and one way to send it', async () => {
    const on = harness(false);
    const pilot = new MadeUp(cube(1024), { launchNs: 5e6, rate: 50 });
    const ask = async (planned: Planned, what = 'run', where = on): Promise<boolean> => {
      const before = pilot.sentNs.length;
      await askFirst(where, planned, what, pilot);
      return pilot.sentNs.length > before;
    };
    const planned = planRequest(cube(1024));
    const edited = planRequest({ ...cube(1024), source: `${planned.text}\n` });
    const asked = [await ask(planned), await ask(planned), await ask(edited), await ask(planned, 'trace')];
    expect(asked).toEqual([true, false, true, true]);
    expect(await ask(planned, 'run', harness(false))).toBe(true);
    // Nothing resets a CPU.
    expect(await ask(planned, 'run', harness(true))).toBe(false);
  });

  test('and what is long is asked again', async () => {
    const on = harness(false);
    const pilot = new MadeUp(cube(4096), { launchNs: 0, rate: 50 });
    const ask = (): Promise<void> => askFirst(on, planRequest(cube(4096)), 'run', pilot);
    await expect(ask()).rejects.toMatchObject({ rule: LONG_DISPATCH });
    await expect(ask()).rejects.toMatchObject({ rule: LONG_DISPATCH });
  });
});

test('a refusal has its numbers as data, and the command line says how to run it anyway', async () => {
  const planned = planRequest(cube(4096));
  const { found } = await forecast(cube(4096), { launchNs: 0, rate: 50 });
  if (!found) throw new Error('nothing was predicted');
  const result = unmadeFrom(planned, longRefusal(found, planned));
  expect(result).toMatchObject({ status: 'refused', refusal: { rule: LONG_DISPATCH, parameters: { seconds: 2.7 } } });
  expect(result.refusal?.parameters.from).toMatch(/^m=\d+ n=\d+ k=\d+$/);
  const head = { tool: 'tilescope', version: '0', createdAt: '', host: 'dawn', timer: null } as const;
  const table = benchTable({ ...head, adapter: ADAPTER, results: [result] });
  expect(table.replace(/\s+/g, ' ')).toContain('busy for about 2.7 s');
  expect(table.replace(/\s+/g, ' ')).toContain('--allow-long runs it anyway.');
  const untraced = { ...result, status: 'refused', traced: null } as unknown as TraceResult;
  expect(traceTable(untraced, defaultMachine, '').replace(/\s+/g, ' ')).toContain('--allow-long runs it anyway');
});

test.each(operations)('a smaller $id is a problem of its own, of at most so much work', (operation) => {
  const { problem } = resolve({ op: operation.id, kernel: kernelsOf(operation.id)[0].id });
  for (const most of [2 ** 14, 2 ** 18, 2 ** 20]) {
    const shape = smaller(operation, problem.shape, 'f32', most);
    operation.check?.(shape);
    expect(headline(operation, shape, 'f32')).toBeLessThanOrEqual(most);
  }
  expect(smaller(operation, problem.shape, 'f32', Number.POSITIVE_INFINITY)).toEqual(problem.shape);
});
