/** Faults of the device and of kernels: each becomes one clear sentence, and the next run works. */

import { afterAll, describe, expect, test } from 'vitest';
import { create, globals } from 'webgpu';
import { openHost } from '../../src/cli/hosts/index.ts';
import { Failure } from '../../src/core/errors.ts';
import { Gpu, type OpenOptions } from '../../src/gpu/device.ts';
import { shader } from '../../src/kernels/index.ts';
import { type BenchReply, type Progress, QUICK, type Request } from '../../src/lab/protocol.ts';
import { createService, type Service } from '../../src/lab/service.ts';
import { cheatRequest, cheats } from '../broken/cheats.ts';
import { host } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';

const SHORT = { ...QUICK, samples: 2, limitMs: 15_000 };
/** For a kernel that never ends, which keeps all cores of a software adapter busy until then. */
const HANGS = { ...SHORT, limitMs: 1_000 };
const GOOD: Request = { op: 'neuron', kernel: '2_row_major', shape: { inputs: 67, neurons: 13 } };
/** Reads what it writes, so that no compiler can prove that it ends or drop it. */
const ENDLESS = shader('neuron/2_row_major.wgsl').replace(
  'var sum = 0.0;',
  'var sum = 0.0;\n  while (f32(x[0]) < 1e30) { y[neuron] += 1.0; }',
);

Object.assign(globalThis, globals);
// Held for as long as the process lives: Dawn crashes where it is collected.
const keep = globalThis as unknown as { dawn?: GPU };

/** Dawn in this very process, where the test can reach the device. */
function dawnWith(wrap: (device: GPUDevice, count: number) => GPUDevice = (device) => device): GPU {
  keep.dawn ??= create([]);
  const dawn = keep.dawn;
  let count = 0;
  return {
    async requestAdapter() {
      const adapter = (await dawn.requestAdapter()) as GPUAdapter;
      return new Proxy(adapter, {
        get(target, key) {
          if (key === 'requestDevice') {
            return async (descriptor: GPUDeviceDescriptor) => wrap(await target.requestDevice(descriptor), ++count);
          }
          const value = Reflect.get(target, key, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  } as unknown as GPU;
}

/** A service on it. */
function service(wrap?: (device: GPUDevice, count: number) => GPUDevice, options: OpenOptions = {}): Service {
  const made = createService(dawnWith(wrap), options);
  services.push(made);
  return made;
}
const services: Service[] = [];
afterAll(async () => {
  for (const made of services) await made.close();
});

function bench(
  on: Service,
  requests: Request[],
  onProgress: (progress: Progress) => void = () => {},
): Promise<BenchReply> {
  return on.call('bench', { requests, budget: SHORT }, { onProgress });
}

describe('a device that is lost in the middle', () => {
  test('is rebuilt once, and the run comes out right', async () => {
    let device: GPUDevice | undefined;
    const on = service((made, count) => {
      if (count === 1) device = made;
      return made;
    });
    const reply = await bench(on, [GOOD], (progress) => {
      if (progress.kind === 'step' && progress.phase === 'run') device?.destroy();
    });
    expect(reply.results[0]?.status).toBe('correct');
    expect(reply.liveBytes).toBe(0);
  });

  test('a second time is an error with one sentence, and the next run works', async () => {
    let hostile = true;
    let device: GPUDevice | undefined;
    const on = service((made) => {
      device = made;
      return made;
    });
    const reply = await bench(on, [GOOD], (progress) => {
      if (hostile && progress.kind === 'step' && progress.phase === 'run') device?.destroy();
    });
    expect(reply.results[0]?.status).toBe('failed');
    expect(reply.results[0]?.reason).toMatch(
      /^The GPU device was lost \(.*\), and again on a new device; try a smaller shape$/,
    );
    hostile = false;
    expect((await bench(on, [GOOD])).results[0]?.status).toBe('correct');
  });
});

test('an allocation that fails is one sentence, nothing stays allocated, and the next run works', async () => {
  let failAt = Number.POSITIVE_INFINITY;
  let made = 0;
  const on = service((device) => {
    const real = device.popErrorScope.bind(device);
    const create = device.createBuffer.bind(device);
    let failed = false;
    device.createBuffer = (descriptor) => {
      failed = ++made === failAt;
      return create(descriptor);
    };
    device.popErrorScope = async () => {
      const planted = failed ? ({ message: 'out of memory' } as GPUError) : null;
      failed = false;
      return (await real()) ?? planted;
    };
    return device;
  });
  const first = await bench(on, [GOOD]);
  expect(first.results[0]?.status).toBe('correct');
  failAt = made + 3;
  const second = await bench(on, [GOOD]);
  expect(second.results[0]?.status).toBe('failed');
  expect(second.results[0]?.reason).toMatch(
    /^neuron 2_row_major asked for .* and the device has no room for it; choose a smaller shape$/,
  );
  expect(second.liveBytes).toBe(0);
  expect((await bench(on, [GOOD])).results[0]?.status).toBe('correct');
});

test('where there is no room for a second set of inputs, they are replaced between runs', async () => {
  const on = service((device) => {
    const real = device.popErrorScope.bind(device);
    const create = device.createBuffer.bind(device);
    let failed = false;
    device.createBuffer = (descriptor) => {
      failed = descriptor.label?.includes('inputs again') === true;
      return create(descriptor);
    };
    device.popErrorScope = async () => {
      const planted = failed ? ({ message: 'out of memory' } as GPUError) : null;
      failed = false;
      return (await real()) ?? planted;
    };
    return device;
  });
  const skips = cheats.filter(({ id }) => id === 'every-second-later-run-skipped').map(cheatRequest);
  const { results, liveBytes } = await on.call('bench', { requests: [GOOD, ...skips], budget: SHORT });
  expect(results[0]?.status).toBe('correct');
  expect(results[1]?.reason).toMatch(/^In runs that alternate between two inputs: /);
  expect(liveBytes).toBe(0);
});

test('a device without timestamp queries is timed by the wall clock, and says so', async () => {
  const on = service(undefined, { without: ['timestamp-query'] });
  const report = await on.call('device', {});
  expect(report.timer.source).toBe('wall');
  const { results } = await bench(on, [GOOD]);
  expect(results[0]?.status).toBe('correct');
  expect(results[0]?.time?.source).toBe('wall');
});

test.each([
  ['while it is checked', GOOD.op],
  ['while it is timed', 'timed'],
] as const)(
  'work that the driver gives up without a word is a failure, %s, and the next run works',
  async (_, doomed) => {
    let isHostile = false;
    const on = service((device) => {
      const lost = new WeakSet<GPUCommandBuffer>();
      const create = device.createCommandEncoder.bind(device);
      device.createCommandEncoder = (descriptor) => {
        const encoder = create(descriptor);
        const finish = encoder.finish.bind(encoder);
        encoder.finish = () => {
          const buffer = finish();
          if (isHostile && descriptor?.label?.startsWith(doomed)) lost.add(buffer);
          return buffer;
        };
        return encoder;
      };
      const { queue } = device;
      const submit = queue.submit.bind(queue);
      queue.submit = (buffers) => submit([...buffers].filter((buffer) => !lost.has(buffer)));
      Object.defineProperty(device, 'queue', { value: queue });
      return device;
    });
    expect((await bench(on, [GOOD])).results[0]?.status).toBe('correct');
    isHostile = true;
    const { results, liveBytes } = await bench(on, [GOOD]);
    expect(results[0]).toMatchObject({ status: 'failed', time: null });
    expect(results[0]?.reason).toMatch(/^The GPU or its driver gave the work up before its end/);
    expect(liveBytes).toBe(0);
    isHostile = false;
    expect((await bench(on, [GOOD])).results[0]?.status).toBe('correct');
  },
);

test('a compiler that takes long is no kernel that hangs, and what it makes is taken when it has come', async () => {
  let built: () => void = () => {};
  const gpu = await Gpu.open(
    dawnWith((device) => {
      const create = device.createComputePipelineAsync.bind(device);
      device.createComputePipelineAsync = async (descriptor) => {
        await new Promise<void>((done) => {
          built = done;
        });
        return create(descriptor);
      };
      return device;
    }),
  );
  const code = '@compute @workgroup_size(1) fn main() {}';
  const size = [1, 1, 1] as const;
  const pass = { entry: 'main', workgroups: size, workgroupSize: size, workgroupBytes: 0, bindings: {}, overrides: {} };
  const pipeline = (limitMs: number) => gpu.pipeline({ code, modes: {} }, pass, [], limitMs);
  await expect(pipeline(50)).rejects.toMatchObject({
    code: 'slow-compile',
    message: "Building the pipeline did not finish within 0.05 s; the driver's compiler is still at it",
  });
  built();
  expect((await pipeline(10_000)).compileMs).toBeGreaterThan(50);
  gpu.close();
});

test('a device that leaves its stamps at 0 is timed by the wall clock', async () => {
  const on = service((device) => {
    const create = device.createCommandEncoder.bind(device);
    device.createCommandEncoder = (descriptor) =>
      Object.assign(create(descriptor), { resolveQuerySet: () => undefined });
    return device;
  });
  const { timer } = await on.call('device', {});
  expect(timer.source).toBe('wall');
  expect(timer.quantumNs).toBeGreaterThan(0);
  expect((await bench(on, [GOOD])).results[0]).toMatchObject({ status: 'correct', time: { source: 'wall' } });
});

describe.each([true, false])(
  'a host that looks every 100 ms for what has finished, and when asked to: %s',
  (isAsked) => {
    test.runIf(isAsked || isWhole)('is timed by steps of no less than it takes', async () => {
      const on = service(
        (device) => {
          const waiting = new Set<() => void>();
          const create = device.createBuffer.bind(device);
          device.createBuffer = (descriptor) => {
            const buffer = create(descriptor);
            const map = buffer.mapAsync.bind(buffer);
            return Object.assign(buffer, {
              mapAsync: async (...range: Parameters<GPUBuffer['mapAsync']>) => {
                await map(...range);
                await new Promise<void>((seen) => {
                  waiting.add(seen);
                  setTimeout(seen, 100);
                });
              },
            });
          };
          const { queue } = device;
          const submit = queue.submit.bind(queue);
          queue.submit = (buffers) => {
            if (isAsked) for (const seen of waiting) seen();
            return submit(buffers);
          };
          Object.defineProperty(device, 'queue', { value: queue });
          return device;
        },
        { without: ['timestamp-query'] },
      );
      const { timer } = await on.call('device', {});
      expect(timer.source).toBe('wall');
      const { results } = await bench(on, [GOOD]);
      expect(results[0]).toMatchObject({ status: 'correct', time: { source: 'wall' } });
      if (isAsked) {
        // Never less than the interval at which it is asked.
        expect(timer.quantumNs).toBeGreaterThanOrEqual(4e6);
        expect(timer.quantumNs).toBeLessThan(9e7);
      } else {
        expect(timer.quantumNs).toBeGreaterThan(9e7);
        // A step of 100 ms can tell nothing of samples that must not last much more than a second.
        expect(results[0]?.time?.resolved).toBe(false);
      }
    });
  },
);

test('where workgroup arrays sized by an override come out empty, kernels that need them are refused', async () => {
  const on = service((device) => {
    const create = device.createShaderModule.bind(device);
    // What a read of an empty array gives.
    device.createShaderModule = ({ code }) => create({ code: code.replace('tile[LANES - 1u - lane]', '0.0') });
    return device;
  });
  const { features } = await on.call('device', {});
  expect(features.filter((name) => name.startsWith('defect'))).toHaveLength(1);
  const tiled: Request = { op: 'matmul', kernel: '3_tiles', shape: { m: 17, n: 5, k: 9 } };
  const { results } = await bench(on, [tiled, GOOD]);
  expect(results.map((result) => result?.status)).toEqual(['refused', 'correct']);
  expect(results[0]?.refusal?.rule).toBe('empty-arrays');
  const whole = await service().call('device', {});
  expect(whole.features.filter((name) => name.startsWith('defect'))).toEqual([]);
});

test('where small f16 results become 0, right kernels are right, and larger ones must not be 0', async () => {
  const on = service((device) => {
    const create = device.createShaderModule.bind(device);
    device.createShaderModule = ({ code }) => create({ code: code.replace('* 0x1p-24)', '* 0.0)') });
    return device;
  });
  const { features } = await on.call('device', {});
  expect(features.filter((name) => name.startsWith('flushes'))).toHaveLength(1);
  const flushing = (below: string): Request => ({
    op: 'softmax',
    kernel: '1_three_looks',
    shape: { rows: 64, columns: 512 },
    dtype: 'f16',
    source: shader('softmax/1_three_looks.wgsl').replace(
      'Elem(exp(f32(x[first + i]) - maximum) / sum)',
      (whole) => `select(${whole}, Elem(0), exp(f32(x[first + i]) - maximum) / sum < ${below})`,
    ),
  });
  const { results } = await bench(on, [flushing('0x1p-14'), flushing('0x1p-12')]);
  expect(results.map((result) => result?.status)).toEqual(['correct', 'wrong']);
  expect(results[0]?.verdict?.method).toMatch(/^all 32,768 \([\d,]+ below 2\^-14, which this device makes 0\)$/);
  const whole = service();
  expect((await whole.call('device', {})).features.filter((name) => name.startsWith('flushes'))).toEqual([]);
  expect((await bench(whole, [flushing('0x1p-14')])).results[0]?.status).toBe('wrong');
});

test('what a device cannot hold is refused before anything is allocated', async () => {
  const on = service();
  const shapes = [
    { inputs: 8192, neurons: 8193 },
    { inputs: 2 ** 20, neurons: 2 ** 13 },
  ];
  const requests = shapes.map((shape): Request => ({ ...GOOD, shape }));
  const { results, liveBytes } = await bench(on, requests);
  const { limits } = await on.call('device', {});
  // Above one binding where that is 128 MiB, as on lavapipe; a larger device just runs it.
  const holds = limits.maxStorageBufferBindingSize >= 268_468_224;
  // 32 GiB, which no 32-bit count of bytes holds.
  expect(results.map((result) => result?.status)).toEqual([holds ? 'correct' : 'refused', 'refused']);
  if (!holds)
    expect(results[0]?.reason).toMatch(/^w needs 268,468,224 bytes; this device binds at most [\d,]+ bytes at once/);
  expect(results[1]?.reason).toMatch(
    /8,589,934,592 weights; the reference holds at most 268,435,456: use at most 256 neurons$/,
  );
  expect(liveBytes).toBe(0);
});

test('results that overflow f16 are judged, and inputs that are denormal', async () => {
  const on = service();
  const requests = ['large', 'denormal'].map((input): Request => ({ ...GOOD, dtype: 'f16', input }));
  const { results } = await bench(on, requests);
  const f16 = (await on.call('device', {})).features.includes('shader-f16');
  expect(results.map((result) => result?.status)).toEqual(f16 ? ['correct', 'correct'] : ['refused', 'refused']);
});

test('where a large workgroup writes nothing at all, the verdict says that the device may not have run it', async () => {
  const silent = (WORKGROUP: number): Request => ({
    ...GOOD,
    knobs: { WORKGROUP },
    source: shader('neuron/2_row_major.wgsl').replace(
      '  y[neuron] =',
      '  if (f32(x[0]) < 1e30) { return; }\n  y[neuron] =',
    ),
  });
  const { results } = await bench(service(), [silent(512), silent(256)]);
  expect(results.map((result) => result?.status)).toEqual(['wrong', 'wrong']);
  expect(results[0]?.reason).toMatch(
    /never written.*; nothing at all was written, as where a device cannot run workgroups of 512 invocations/,
  );
  expect(results[1]?.reason).not.toMatch(/nothing at all/);
});

test('inputs that hold NaN or infinity are told wrong: no bound exists for them', async () => {
  const on = service();
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const { result } = await on.call('solve', {
      request: { op: 'neuron', kernel: '2_row_major', shape: { inputs: 2, neurons: 1 } },
      tensors: { x: Float32Array.of(1, bad), w: Float32Array.of(1, 2), b: Float32Array.of(0) },
      limitMs: 60_000,
    });
    expect(result.status).toBe('wrong');
    expect(result.reason).toMatch(/NaN|infinity|Infinity/);
  }
});

test('no adapter is a failure of that name', async () => {
  const on = createService({ requestAdapter: async () => null } as unknown as GPU);
  await expect(on.call('device', {})).rejects.toSatisfy(
    (error) => error instanceof Failure && error.code === 'no-adapter',
  );
});

test('a cancelled run ends, and the next one works', async () => {
  const on = service();
  const abort = new AbortController();
  const run = on.call(
    'bench',
    { requests: [GOOD, GOOD, GOOD], budget: SHORT },
    {
      signal: abort.signal,
      onProgress: (progress) => progress.kind === 'step' && progress.index === 1 && abort.abort(),
    },
  );
  await expect(run).rejects.toSatisfy((error) => error instanceof Failure && error.code === 'cancelled');
  const after = await bench(on, [GOOD]);
  expect(after.results[0]?.status).toBe('correct');
  expect(after.liveBytes).toBe(0);
});

test('after 300 runs nothing is live, and the peak has not moved', async () => {
  const on = service();
  const reply = await on.call('bench', {
    requests: Array.from({ length: 300 }, () => GOOD),
    budget: { ...SHORT, samples: 0 },
  });
  expect(reply.liveBytes).toBe(0);
  const peaks = new Set(reply.results.map((result) => result?.work?.peakBytes));
  expect(peaks.size).toBe(1);
});

describe.each(['chrome', 'dawn'] as const)('on %s', (name) => {
  test('WGSL that does not compile is told by line, and the next run works', async () => {
    const source = shader('neuron/2_row_major.wgsl').replace('var sum = 0.0;', 'var sum = nothing;');
    const line = source.split('\n').findIndex((text) => text.includes('nothing')) + 1;
    const { results } = await (await host(name)).call('bench', {
      requests: [{ ...GOOD, source }, GOOD],
      budget: SHORT,
    });
    expect(results[0]?.status).toBe('failed');
    expect(results[0]?.reason).toMatch(new RegExp(`^The WGSL does not compile:\\n${line}:\\d+: `));
    expect(results[1]?.status).toBe('correct');
  });

  test('a binding that does not fit is a sentence, not a fast time', async () => {
    const source = shader('neuron/2_row_major.wgsl').replace('@binding(4)', '@binding(5)');
    const { results } = await (await host(name)).call('bench', {
      requests: [{ ...GOOD, source }, GOOD],
      budget: SHORT,
    });
    expect(results[0]?.status).toBe('failed');
    expect(results[0]?.reason).toMatch(/^The device refused/);
    expect(results[0]?.time).toBeNull();
    expect(results[1]?.status).toBe('correct');
  });

  const never = 'a kernel that never ends meets the time limit, and the rest runs on a host that was started again';
  test.runIf(isWhole || name === 'dawn')(never, async () => {
    const hung = await openHost(name, {});
    try {
      const reply = await hung.call('bench', { requests: [{ ...GOOD, source: ENDLESS }, GOOD], budget: HANGS });
      expect(reply.restart).toBe(true);
      expect(reply.results[0]?.reason).toMatch(/did not finish within 1 s/);
      expect(reply.results[1]).toBeNull();
      const { pid } = hung;
      const { results } = await hung.call('bench', { requests: [GOOD], budget: SHORT });
      expect(results[0]?.status).toBe('correct');
      expect(hung.pid).not.toBe(pid);
    } finally {
      await hung.close();
    }
  });

  test('more workgroups than one dimension holds', async () => {
    const shape = { inputs: 3, neurons: 65_537 };
    const requests = ['6_workgroup_tree', '2_row_major'].map(
      (kernel): Request => ({ op: 'neuron', kernel, shape, knobs: { WORKGROUP: 1 } }),
    );
    const { results } = await (await host(name)).call('bench', {
      requests,
      budget: { ...SHORT, samples: 0, limitMs: 60_000 },
    });
    expect(results.map((result) => result?.reason)).toEqual([null, null]);
  });

  test('a host that is killed in the middle of a run is a failure, not a hang', async () => {
    const doomed = await openHost(name, {});
    const run = doomed.call(
      'bench',
      { requests: [GOOD], budget: { ...QUICK, samples: 2000 } },
      {
        onProgress: (progress) => {
          if (progress.kind === 'step' && progress.phase === 'time') process.kill(doomed.pid, 'SIGKILL');
        },
      },
    );
    await expect(run).rejects.toSatisfy((error) => error instanceof Failure && error.code === 'device-lost');
    await doomed.close();
  });
});
