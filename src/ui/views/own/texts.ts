/** The texts of kernels of the reader's own: how one begins, what it is for, and what is wrong with its header. */
import { Refusal } from '../../../core/errors.ts';
import { findKernel, source as savedSource } from '../../../kernels/index.ts';
import { blank, copyOf, headerOf } from '../../../kernels/own/index.ts';
import type { Problem } from '../../../ops/types.ts';
import { defaultProblem, dtypesOf, operationOf, playable } from '../../state/settings.ts';

/** An empty body, or a copy of the kernel with this id, and the name that it would best have. */
export function started(problem: Problem, from: string | null): { readonly wish: string; readonly text: string } {
  const kernel = from === null ? undefined : findKernel(problem.op, from);
  if (!kernel) return { wish: problem.op, text: blank(operationOf(problem)) };
  const wish = `${problem.op} from ${Number.parseInt(kernel.id, 10)}`;
  return { wish, text: copyOf(problem.op, kernel.id, savedSource(kernel)) };
}

/** The problem shown, or the worked example of the operation that the text is for. */
export function problemFor(text: string, shown: Problem): Problem {
  const [, op] = /^\/\/ op: *(\S+)/m.exec(text) ?? [];
  const operation = playable.find(({ id }) => id === op);
  return !operation || operation.id === shown.op ? shown : defaultProblem(operation, dtypesOf(operation));
}

/** What is wrong with the header of a text, in a sentence; null where nothing is. */
export function headerFault(text: string): string | null {
  try {
    headerOf(text);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
}
