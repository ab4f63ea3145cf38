/** What decides whether a kernel is right, by operation: the page has no use for it until something is run. */
import { Failure } from '../core/errors.ts';
import { attention } from './attention.ts';
import { attentionBackward } from './attention-backward.ts';
import { copy } from './copy.ts';
import { matmul } from './matmul.ts';
import { neuron } from './neuron.ts';
import { rowSum } from './row-sum.ts';
import { softmax } from './softmax.ts';
import { transpose } from './transpose.ts';
import type { Reference, VerifiableOperation } from './types.ts';

const verifiable: readonly VerifiableOperation[] = [
  neuron,
  copy,
  transpose,
  rowSum,
  matmul,
  softmax,
  attention,
  attentionBackward,
];

/** The inputs and the judges of an operation. Throws a `Failure` where it has none, or is none. */
export function referenceOf(op: string): Reference {
  const found = verifiable.find(({ id }) => id === op);
  if (!found) throw new Failure('internal', `The operation "${op}" has no reference`);
  return found;
}
