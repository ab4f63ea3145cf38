/** ONNX Runtime in the browser: inputs and outputs stay in GPU buffers, and no operator may fall back to the CPU. */
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { encodeModel } from '../../onnx-model.ts';
import type { Contestant } from '../types.ts';
import { adapterName, concatenate } from './layout.ts';
import { type OnnxProgram, programs } from './onnx.ts';

type Ort = typeof import('onnxruntime-web');

/** Served beside the page, with the WebAssembly that it loads. */
const MODULE = '/onnxruntime-web/dist/ort.webgpu.bundle.min.mjs';

export function ortWeb(op: string, bindingBytes: number): readonly Contestant[] {
  return programs(op).map(({ id, title, make }) => ({
    id: `ort-web${id}`,
    title: `ONNX Runtime Web${title}`,
    async prepare(problem, inputs) {
      const ort = (await import(/* @vite-ignore */ MODULE)) as Ort;
      ort.env.logLevel = 'error';
      const program = make(problem, inputs, bindingBytes);
      const isNarrow = problem.op === 'attention' && (await withholdNarrowSubgroups(problem.shape.queries));
      const session = await ort.InferenceSession.create(encodeModel(program.model), {
        executionProviders: ['webgpu'],
        preferredOutputLocation: 'gpu-buffer',
        extra: { session: { disable_cpu_ep_fallback: '1' } },
      });
      const device = (await ort.env.webgpu.device) as GPUDevice;
      const note = isNarrow ? ', subgroups withheld' : '';
      return onDevice(ort, device, session, { ...program, title: `${program.title}${note}` });
    },
  }));
}

/**
 * Hides subgroups narrower than 16 from the device that ONNX Runtime asks for: its fused attention is wrong on them from
 * 32 queries on. Without subgroups it takes another way, and is right.
 */
async function withholdNarrowSubgroups(queries: number): Promise<boolean> {
  if (queries < 32) return false;
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter?.features.has('subgroups') || (adapter.info.subgroupMinSize ?? 0) >= 16) return false;
  const prototype = GPUAdapter.prototype;
  const request = prototype.requestDevice;
  prototype.requestDevice = function (descriptor: GPUDeviceDescriptor = {}) {
    const features = [...(descriptor.requiredFeatures ?? [])].filter((feature) => !feature.startsWith('subgroup'));
    return request.call(this, { ...descriptor, requiredFeatures: features });
  };
  return true;
}

function onDevice(ort: Ort, device: GPUDevice, session: InferenceSession, program: OnnxProgram) {
  const buffers: GPUBuffer[] = [];
  const upload = (values: Float32Array, dims: readonly number[]): Tensor => {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const gpuBuffer = device.createBuffer({ size: Math.ceil(values.byteLength / 16) * 16, usage });
    buffers.push(gpuBuffer);
    device.queue.writeBuffer(gpuBuffer, 0, values as Float32Array<ArrayBuffer>);
    return ort.Tensor.fromGpuBuffer(gpuBuffer, { dataType: 'float32', dims: [...dims] });
  };
  const uploaded = new Map<object, Tensor>();
  const calls = program.calls.map((call) => {
    const feeds: Record<string, Tensor> = {};
    for (const [name, feed] of Object.entries(call)) {
      const tensor = uploaded.get(feed) ?? upload(feed.values, feed.dims);
      uploaded.set(feed, tensor);
      feeds[name] = tensor;
    }
    const inPlace = (name: string): Tensor | null => (name in program.inPlace ? feeds[program.inPlace[name]] : null);
    return { feeds, fetches: Object.fromEntries(session.outputNames.map((name) => [name, inPlace(name)])) };
  });
  type Outputs = Awaited<ReturnType<InferenceSession['run']>>;
  const run = async (use?: (outputs: Outputs) => Promise<void>): Promise<void> => {
    for (const { feeds, fetches } of calls) {
      const outputs = await session.run(feeds, fetches);
      await use?.(outputs);
      for (const [name, tensor] of Object.entries(outputs)) if (!(name in program.inPlace)) tensor.dispose();
    }
  };
  return {
    program: program.title,
    adapter: adapterName(device.adapterInfo),
    async batch(runs: number) {
      for (let i = 0; i < runs; i++) await run();
      await device.queue.onSubmittedWorkDone();
    },
    async output() {
      const results: Float32Array[] = [];
      await run(async (outputs) => {
        results.push(((await outputs[program.output].getData()) as Float32Array).slice());
      });
      return program.restore(concatenate(results));
    },
    // Buffers stay until the page goes: the last session to be released would take the device with it.
    release() {
      for (const buffer of buffers) buffer.destroy();
    },
  };
}
