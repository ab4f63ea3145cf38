/** All operations, in the order in which a reader should meet them. What decides whether their kernels are right is in `references.ts`. */
import { attention } from './described/attention.ts';
import { attentionBackward } from './described/attention-backward.ts';
import { copy } from './described/copy.ts';
import { matmul } from './described/matmul.ts';
import { neuron } from './described/neuron.ts';
import { rowSum } from './described/row-sum.ts';
import { softmax } from './described/softmax.ts';
import { transpose } from './described/transpose.ts';
import type { Operation } from './types.ts';

export const operations: readonly Operation[] = [
  neuron,
  copy,
  transpose,
  rowSum,
  matmul,
  softmax,
  attention,
  attentionBackward,
];

export function findOperation(id: string): Operation | undefined {
  return operations.find((operation) => operation.id === id);
}
