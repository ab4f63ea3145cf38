/** Texts of tasks that are copies of kernels of the registry. */
import { Failure } from '../core/errors.ts';
import { findKernel, source } from '../kernels/index.ts';
import { copyOf } from '../kernels/own/index.ts';

/** A kernel of the registry as a text of one's own, which runs as that kernel does. */
export function rung(op: string, id: string): string {
  const kernel = findKernel(op, id);
  if (!kernel) throw new Failure('internal', `A task is made of ${op} ${id}, which does not exist`);
  return copyOf(op, id, source(kernel));
}
