/** Texts of tasks, made from the kernels of the registry: a copy with its header, and small edits of it. */
import { Failure } from '../core/errors.ts';
import { findKernel, source } from '../kernels/index.ts';
import { copyOf } from '../kernels/own/index.ts';

/** A piece of the text that occurs exactly once, and what stands there instead. */
export type Edit = readonly [find: string, replace: string];

/** A kernel of the registry as a text of one's own, which runs as that kernel does. */
export function rung(op: string, id: string, ...edits: readonly Edit[]): string {
  const kernel = findKernel(op, id);
  if (!kernel) throw new Failure('internal', `A task is made of ${op} ${id}, which does not exist`);
  return edited(copyOf(op, id, source(kernel)), ...edits);
}

/** A text with small changes. Throws a `Failure` where what is to be replaced is not there exactly once. */
export function edited(text: string, ...edits: readonly Edit[]): string {
  return edits.reduce((all, [find, replace]) => {
    const parts = all.split(find);
    if (parts.length !== 2)
      throw new Failure('internal', `"${find}" occurs ${parts.length - 1} times in a task's text, and must once`);
    return parts.join(replace);
  }, text);
}
