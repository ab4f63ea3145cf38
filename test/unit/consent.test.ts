/** Whether a long dispatch is sent without the reader's word, on made-up devices. */
import { describe, expect, test } from 'vitest';
import { benchTable } from '../../src/cli/table.ts';
import { kernelsOf } from '../../src/kernels/index.ts';
import { forecastLong, LONG_DISPATCH, longRefusal, type Pilot } from '../../src/lab/consent.ts';
import { unmadeFrom } from '../../src/lab/outcome.ts';
import { planRequest, resolve } from '../../src/lab/plan.ts';
import type { Request } from '../../src/lab/protocol.ts';
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
}

class MadeUp implements Pilot {
  readonly sentNs: number[] = [];

  constructor(
    private readonly request: Request,
    private readonly device: Device,
  ) {}

  async run(shape: Shape): Promise<number> {
    return this.send(shape, this.device.cold ?? 1);
  }

  async runWarm(shape: Shape): Promise<number> {
    return this.send(shape, 1);
  }

  /** Of the problem itself. */
  get wholeNs(): number {
    return this.duration(resolve(this.request).problem.shape, 1);
  }

  private send(shape: Shape, slower: number): number {
    const ns = this.duration(shape, slower);
    this.sentNs.push(ns);
    return ns;
  }

  private duration(shape: Shape, slower: number): number {
    const { operation, problem } = resolve(this.request);
    const count = headline(operation, shape, problem.dtype);
    const { launchNs, rate, full = 1 } = this.device;
    return launchNs + (slower * Math.max(count, full)) / rate;
  }
}

const cube = (side: number): Request => ({
  op: 'matmul',
  kernel: '1_uncoalesced',
  shape: { m: side, n: side, k: side },
});
const forecast = (request: Request, device: Device) => {
  const pilot = new MadeUp(request, device);
  return forecastLong(resolve(request), pilot).then((found) => ({ found, pilot }));
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

  test('is made where the kernel takes only shapes that are not the smallest', async () => {
    const request = cube(8192);
    const pilot = new MadeUp(request, { launchNs: 5e4, rate: 50 });
    const run = pilot.run.bind(pilot);
    const wantsTiles: Pilot = {
      run: async (shape) => (shape.m % 256 === 0 ? run(shape) : null),
      runWarm: (shape) => pilot.runWarm(shape),
    };
    const found = await forecastLong(resolve(request), wantsTiles);
    expect(found?.ns).toBeGreaterThan(0.9 * pilot.wholeNs);
    expect(found?.ns).toBeLessThan(1.1 * pilot.wholeNs);
  });

  test('is not made where the kernel does not take a smaller shape', async () => {
    const silent: Pilot = { run: async () => null, runWarm: async () => null };
    expect(await forecastLong(resolve(cube(8192)), silent)).toBeNull();
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
