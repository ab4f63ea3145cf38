/** All operations, in the order in which a reader should meet them. */
import { attention } from './attention.ts';
import { attentionBackward } from './attention-backward.ts';
import { copy } from './copy.ts';
import { matmul } from './matmul.ts';
import { neuron } from './neuron.ts';
import { rowSum } from './row-sum.ts';
import { softmax } from './softmax.ts';
import { transpose } from './transpose.ts';
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
