/** A problem of the same kind with less to do. */
import { Refusal } from '../core/errors.ts';
import type { DType } from '../core/format.ts';
import type { Operation, Shape } from './types.ts';

/**
 * `shape` with its scaling sizes halved, the largest of them each time, until the headline quantity is at most `most`; as
 * near to that as its sizes and the operation's own rules allow.
 */
export function smaller(operation: Operation, shape: Shape, dtype: DType, most: number): Shape {
  for (let at = shape; ; ) {
    if (headline(operation, at, dtype) <= most) return at;
    const sizes = operation.scales.map((key) => [key, at[key]] as const).filter(([, size]) => size > 1);
    if (sizes.length === 0) return at;
    const [key, size] = sizes.reduce((a, b) => (b[1] > a[1] ? b : a));
    const next = { ...at, [key]: Math.ceil(size / 2) };
    if (breaksRule(operation, next)) return at;
    at = next;
  }
}

/** What speed is measured by: operations, in most. */
export function headline(operation: Operation, shape: Shape, dtype: DType): number {
  return operation.quantities(shape, dtype)[0].count;
}

function breaksRule(operation: Operation, shape: Shape): boolean {
  try {
    operation.check?.(shape);
    return false;
  } catch (error) {
    if (error instanceof Refusal) return true;
    throw error;
  }
}
