/** A product of matrices, with a bias in an `.npz`; ONNX's MatMul and Gemm. */
import { Refusal } from '../../../core/errors.ts';
import type { Arrays, Built, Form } from '../form.ts';
import { gemmProduct } from '../gemm.ts';
import { matmulProduct } from '../products.ts';
import { storageOf, stored } from '../stored.ts';

export default {
  op: 'matmul',
  inputs: [
    { name: 'a', dims: 'm, k' },
    { name: 'b', dims: 'k, n' },
    { name: 'bias', dims: 'n', optional: true },
  ],
  outputs: ['c'],
  flags: [],
  build: biasedProduct,
  operators: {
    MatMul: {
      attributes: [],
      build: (bound) => matmulProduct(bound.required(0, 'A'), bound.required(1, 'B')),
    },
    Gemm: {
      attributes: ['alpha', 'beta', 'transA', 'transB', 'broadcast'],
      build: (bound) => {
        const [a, b] = [bound.required(0, 'A'), bound.required(1, 'B')];
        const attributes = {
          alpha: bound.number('alpha', 1),
          beta: bound.number('beta', 1),
          transA: bound.number('transA', 0) !== 0,
          transB: bound.number('transB', 0) !== 0,
        };
        return gemmProduct(a, b, bound.input(2), attributes, storageOf([a, b]));
      },
    },
  },
} satisfies Form;

function biasedProduct(arrays: Arrays): Built {
  const [a, b, bias] = [arrays.get('a'), arrays.get('b'), arrays.find('bias')];
  const product = matmulProduct(a, b);
  if (!bias) return product;
  const n = b.dims[1];
  if (bias.dims[0] !== n) {
    throw new Refusal(`"bias" must have the shape (n), here (${n}), and has (${bias.dims.join(', ')})`);
  }
  const values = stored(bias, 'bias');
  const routes = product.routes.map((route) => ({
    ...route,
    tasks: route.tasks.map((task) => ({
      ...task,
      shape: { ...task.shape, bias: 1 },
      tensors: { ...task.tensors, bias: values },
    })),
  }));
  return { ...product, routes };
}
