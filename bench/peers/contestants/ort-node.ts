/**
 * ONNX Runtime in Node, with a Dawn of its own inside. Inputs are made resident by a model that copies them; outputs
 * stay on the device and are given up there. It cannot be asked whether the device is idle, so each batch ends with a
 * model of one number that is read back: what was queued before it has then finished.
 */
import { createRequire } from 'node:module';
import type { InferenceSession as Session, Tensor } from 'onnxruntime-common';
import { encodeModel, type Model } from '../../onnx-model.ts';
import type { Contestant, Prepared } from '../types.ts';
import { concatenate } from './layout.ts';
import { type OnnxProgram, programs } from './onnx.ts';

type Ort = typeof import('onnxruntime-node');

/** For as long as the process lives: a tensor on the device dies with the session that made it, and may crash then. */
const kept: Session[] = [];

export interface OrtNodeOptions {
  readonly op: string;
  /** Keeps the bounds checks in its shaders, which it leaves out as shipped. The first session decides for a process. */
  readonly isRobust: boolean;
  /** What the adapter binds at most: larger scores are made in several calls. */
  readonly bindingBytes: number;
}

export function ortNode({ op, isRobust, bindingBytes }: OrtNodeOptions): readonly Contestant[] {
  const suffix = isRobust ? ', robust' : '';
  return programs(op).map(({ id, title, make }) => ({
    id: `ort-node${id}`,
    title: `ONNX Runtime Node${title}${suffix}`,
    async prepare(problem, inputs) {
      const ort = createRequire(import.meta.url)('onnxruntime-node') as Ort;
      const open = async (model: Model, preferredOutputLocation: 'cpu' | 'gpu-buffer'): Promise<Session> => {
        const session = await ort.InferenceSession.create(encodeModel(model), {
          executionProviders: ['webgpu'],
          preferredOutputLocation,
          logSeverityLevel: 3,
          extra: {
            session: { disable_cpu_ep_fallback: '1' },
            ep: { webgpuexecutionprovider: { enableRobustness: isRobust ? '1' : '0' } },
          },
        });
        kept.push(session);
        return session;
      };
      return onDevice(ort, open, make(problem, inputs, bindingBytes));
    },
  }));
}

async function onDevice(
  ort: Ort,
  open: (model: Model, location: 'cpu' | 'gpu-buffer') => Promise<Session>,
  program: OnnxProgram,
): Promise<Prepared> {
  const copy = (dims: readonly number[]): Model => ({
    nodes: [{ operator: 'Identity', inputs: ['x'], outputs: ['y'] }],
    inputs: { x: dims },
    outputs: { y: dims },
  });
  const uploaded = new Map<object, Tensor>();
  const upload = async (values: Float32Array, dims: readonly number[]): Promise<Tensor> => {
    const session = await open(copy(dims), 'gpu-buffer');
    return (await session.run({ x: new ort.Tensor('float32', values, dims) })).y;
  };
  for (const feed of program.calls.flatMap((call) => Object.values(call))) {
    if (!uploaded.has(feed)) uploaded.set(feed, await upload(feed.values, feed.dims));
  }
  const session = await open(program.model, 'gpu-buffer');
  const negate: Model = {
    nodes: [{ operator: 'Neg', inputs: ['x'], outputs: ['y'] }],
    inputs: { x: [1] },
    outputs: { y: [1] },
  };
  const barrier = await open(negate, 'cpu');
  const idle = async (): Promise<void> => {
    await barrier.run({ x: new ort.Tensor('float32', new Float32Array(1), [1]) });
  };
  const calls = program.calls.map((call) => {
    const feeds = Object.fromEntries(
      Object.entries(call).map(([name, feed]) => [name, uploaded.get(feed) as Tensor] as const),
    );
    const inPlace = (name: string): Tensor | null => (name in program.inPlace ? feeds[program.inPlace[name]] : null);
    return { feeds, fetches: Object.fromEntries(session.outputNames.map((name) => [name, inPlace(name)])) };
  });
  const run = async (use?: (outputs: Awaited<ReturnType<Session['run']>>) => Promise<void>): Promise<void> => {
    for (const { feeds, fetches } of calls) {
      const outputs = await session.run(feeds, fetches);
      await use?.(outputs);
      for (const [name, tensor] of Object.entries(outputs)) if (!(name in program.inPlace)) tensor.dispose();
    }
  };
  await idle();
  return {
    program: program.title,
    adapter: null,
    async batch(runs) {
      for (let i = 0; i < runs; i++) await run();
      await idle();
    },
    async output() {
      const results: Float32Array[] = [];
      await run(async ({ [program.output]: result }) => {
        const download = await open(copy(result.dims), 'cpu');
        const { y } = await download.run({ x: result });
        results.push(Float32Array.from(y.data as Float32Array));
      });
      return program.restore(concatenate(results));
    },
    release() {
      for (const tensor of uploaded.values()) tensor.dispose();
    },
  };
}
