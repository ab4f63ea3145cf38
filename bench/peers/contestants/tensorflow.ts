/** TensorFlow.js on its WebGPU backend. Attention has no operator of its own there: two products and a softmax. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Contestant } from '../types.ts';
import { adapterName, causalMask, concatenate, parts, unitsPerCall } from './layout.ts';

/** What is used of the backend beyond its public face: it submits by itself only every 15 dispatches. */
interface Backend {
  readonly device: GPUDevice;
  readonly adapterInfo: { readonly vendor?: string };
  readonly commandEncoder: GPUCommandEncoder | null;
  endComputePassEncoder(): void;
  submitQueue(): void;
}

export function tensorFlow(): Contestant {
  return {
    id: 'tfjs',
    title: 'TensorFlow.js',
    async prepare(problem, inputs) {
      const tf = await import('@tensorflow/tfjs-core');
      await import('@tensorflow/tfjs-backend-webgpu');
      if (!(await tf.setBackend('webgpu'))) throw new Error('TensorFlow.js could not use its WebGPU backend');
      await tf.ready();
      tf.env().set('WEBGPU_CPU_FORWARD', false);
      const backend = tf.backend() as Backend;
      const { device } = backend;
      const { shape } = problem;
      const owned: Tensor[] = [];
      const upload = (values: Float32Array, dims: number[]): Tensor => {
        const tensor = tf.tensor(values, dims);
        owned.push(tensor);
        return tensor;
      };
      /** Each computes its part of the output. */
      let calls: (() => Tensor)[];
      let program: string;
      if (problem.op === 'matmul') {
        const { m, n, k } = shape;
        const a = upload(inputs.a as Float32Array, [m, k]);
        const b = upload(inputs.b as Float32Array, [k, n]);
        calls = [() => tf.matMul(a, b)];
        program = 'matMul';
      } else {
        const { batch, heads, queries, dim, causal } = shape;
        const [kvHeads, keys] = [shape.kvHeads || heads, shape.keys || queries];
        // Queries of heads that share keys follow each other in memory: for the library they are one longer head.
        const rows = (heads / kvHeads) * queries;
        const units = batch * kvHeads;
        const share = unitsPerCall(units, rows * keys, device.limits.maxStorageBufferBindingSize);
        const mask =
          causal && queries > 1 ? upload(causalMask(queries, keys, heads / kvHeads, -1e30), [1, rows, keys]) : null;
        const scale = 1 / Math.sqrt(dim);
        const split = (name: 'q' | 'k' | 'v', tokens: number): Tensor[] =>
          parts(inputs[name] as Float32Array, units / share).map((part) => upload(part, [share, tokens, dim]));
        const [q, k, v] = [split('q', rows), split('k', keys), split('v', keys)];
        calls = q.map(
          (part, call) => () =>
            tf.tidy(() => {
              const scores = tf.matMul(tf.mul(part, scale), k[call], false, true);
              return tf.matMul(tf.softmax(mask ? tf.add(scores, mask) : scores), v[call]);
            }),
        );
        program = `mul, matMul, ${mask ? 'add, ' : ''}softmax, matMul${calls.length > 1 ? `, in ${calls.length} calls` : ''}`;
      }
      return {
        program,
        adapter: adapterName(device.adapterInfo),
        async batch(runs) {
          device.pushErrorScope('validation');
          for (let i = 0; i < runs; i++) for (const call of calls) call().dispose();
          if (backend.commandEncoder) {
            backend.endComputePassEncoder();
            backend.submitQueue();
          }
          const scope = device.popErrorScope();
          await device.queue.onSubmittedWorkDone();
          const error = await scope;
          if (error) throw new Error(`TensorFlow.js was refused: ${error.message}`);
        },
        async output() {
          const results: Float32Array[] = [];
          for (const call of calls) {
            const result = call();
            results.push(await result.data());
            result.dispose();
          }
          return concatenate(results);
        },
        release() {
          for (const tensor of owned) tensor.dispose();
        },
      };
    },
  };
}
