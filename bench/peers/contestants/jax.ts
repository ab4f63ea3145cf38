/** jax-js: traced and compiled once (`jit`), then run. */
import type { Array as JaxArray } from '@jax-js/jax';
import type { Contestant } from '../types.ts';
import { adapterName, concatenate, exchangeMiddle, parts, unitsPerCall } from './layout.ts';

export function jaxJs(): Contestant {
  return {
    id: 'jax-js',
    title: 'jax-js',
    async prepare(problem, inputs) {
      lendIteratorHelpers();
      const { init, defaultDevice, getWebGPUDevice, jit, numpy, nn } = await import('@jax-js/jax');
      if (!(await init('webgpu')).includes('webgpu')) throw new Error('jax-js found no WebGPU');
      defaultDevice('webgpu');
      const { shape } = problem;
      const upload = (values: Float32Array, dims: number[]): JaxArray => numpy.array(values, { shape: dims });
      /** The operands of each call that a run takes. */
      let calls: JaxArray[][];
      let compute: (...operands: JaxArray[]) => JaxArray;
      let restore = (values: Float32Array): Float32Array => values;
      let program: string;
      if (problem.op === 'matmul') {
        const { m, n, k } = shape;
        const [a, b] = [inputs.a, inputs.b] as Float32Array[];
        calls = [[upload(a, [m, k]), upload(b, [k, n])]];
        compute = (a, b) => numpy.matmul(a, b);
        program = 'numpy.matmul';
      } else {
        const { heads, queries, dim, causal } = shape;
        const [kvHeads, keys] = [shape.kvHeads || heads, shape.keys || queries];
        if (causal && keys !== queries) throw new Error('dotProductAttention aligns causality at the top left only');
        const units = shape.batch * kvHeads;
        const scores = (heads / kvHeads) * queries * keys;
        const share = unitsPerCall(units, scores, getWebGPUDevice().limits.maxStorageBufferBindingSize);
        // Where it must be split, each key head with its query heads becomes a sequence of its own.
        const [batch, perKey, perCall, shared] =
          share === units ? [shape.batch, heads, shape.batch, kvHeads] : [units, heads / kvHeads, share, 1];
        const split = (name: 'q' | 'k' | 'v', count: number, tokens: number): JaxArray[] =>
          parts(exchangeMiddle(inputs[name], [batch, count, tokens, dim]), batch / perCall).map((part) =>
            upload(part.slice(), [perCall, tokens, count, dim]),
          );
        const [q, k, v] = [split('q', perKey, queries), split('k', shared, keys), split('v', shared, keys)];
        calls = q.map((part, call) => [part, k[call], v[call]]);
        compute = (q, k, v) => nn.dotProductAttention(q, k, v, { isCausal: causal === 1 });
        restore = (values) => exchangeMiddle(values, [batch, queries, perKey, dim]);
        program = `nn.dotProductAttention${calls.length > 1 ? `, in ${calls.length} calls` : ''}`;
      }
      const owned = calls.flat();
      for (const operand of owned) await operand.blockUntilReady();
      // The result before is an argument that nothing reads: one wait then submits the whole batch, and reads nothing.
      const run = jit((...given: JaxArray[]) => compute(...given.slice(0, -1)));
      const call = (operands: JaxArray[], before?: JaxArray): JaxArray =>
        run(...operands.map((operand) => operand.ref), (before ?? operands[0]).ref);
      return {
        program: `jit(${program})`,
        adapter: adapterName(getWebGPUDevice().adapterInfo),
        async batch(runs) {
          const results: JaxArray[] = [];
          for (let i = 0; i < runs; i++) for (const operands of calls) results.push(call(operands, results.at(-1)));
          await results.at(-1)?.blockUntilReady();
          for (const result of results) result.dispose();
        },
        async output() {
          const results: Float32Array[] = [];
          for (const operands of calls) results.push(await call(operands).data());
          return restore(concatenate(results));
        },
        release() {
          for (const operand of owned) operand.dispose();
        },
      };
    },
  };
}

/** jax-js calls iterator helpers, which Node 20 lacks. */
function lendIteratorHelpers(): void {
  const prototype = Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()));
  const lend = (name: string, helper: (this: Iterable<unknown>, f: (value: unknown) => unknown) => unknown): void => {
    if (!(name in prototype))
      Object.defineProperty(prototype, name, { value: helper, configurable: true, writable: true });
  };
  lend('toArray', function () {
    return [...this];
  });
  lend('map', function (f) {
    return [...this].map(f).values();
  });
  lend('filter', function (f) {
    return [...this].filter(f).values();
  });
  lend('some', function (f) {
    return [...this].some(f);
  });
  lend('every', function (f) {
    return [...this].every(f);
  });
  lend('find', function (f) {
    return [...this].find(f);
  });
  lend('forEach', function (f) {
    for (const value of this) f(value);
  });
}
