/** Requests that every kernel must answer, made from the registry alone: a new kernel is tested by being there. */
import { Refusal } from '../../src/core/errors.ts';
import { findOperation, kernels } from '../../src/kernels/index.ts';
import type { Kernel } from '../../src/kernels/types.ts';
import { resolve } from '../../src/lab/plan.ts';
import type { Request } from '../../src/lab/protocol.ts';
import type { Operation, Shape } from '../../src/ops/types.ts';

/** One, primes, and sizes beside the powers of two that a tile may have. */
const EDGES = [1, 2, 3, 17, 31, 33, 64, 65, 127, 129];
/** Two sides of a page, of a context, of a 16-bit dispatch. */
const LONG = [4095, 4096, 4097];
/** Extents of the other dimensions while one is varied: small primes, all different. */
const OTHERS = [7, 5, 11, 3, 13, 2];

/** Shapes with one size at an edge and the others small, where the operation takes them. */
function shapes(operation: Operation): Shape[] {
  const sizes = operation.parameters.filter((parameter) => parameter.kind === 'size' && parameter.max > 64);
  const found: Shape[] = [operation.quick];
  for (const size of sizes) {
    const others = Object.fromEntries(
      sizes.filter((s) => s !== size).map((s, i) => [s.key, OTHERS[i % OTHERS.length]]),
    );
    for (const extent of [...EDGES, ...LONG]) found.push({ ...others, [size.key]: extent });
  }
  return found;
}

/** The shapes of an operation for one kernel: all of them in its first storage type, a third of them in others. */
export function edgeRequests(kernel: Kernel): Request[] {
  const operation = findOperation(kernel.op) as Operation;
  return kernel.dtypes.flatMap((dtype, nth) =>
    shapes(operation)
      .filter((_, index) => nth === 0 || index % 3 === 0)
      .map((shape): Request => ({ op: kernel.op, kernel: kernel.id, shape, dtype }))
      .filter(isMeaningful),
  );
}

/** An odd shape, no size like another; the operation's quick one where it cannot be had, e.g. heads that must divide. */
function oddShape(operation: Operation, kernel: Kernel): Shape {
  const sizes = operation.parameters.filter((parameter) => parameter.kind === 'size' && parameter.max > 64);
  const shape = Object.fromEntries(sizes.map((size, i) => [size.key, [67, 37, 53, 41][i % 4]]));
  return isMeaningful({ op: kernel.op, kernel: kernel.id, shape, dtype: kernel.dtypes[0] }) ? shape : operation.quick;
}

/** The first, the middle and the last value of each knob, on an odd shape: each may be a pipeline of its own. */
export function knobRequests(kernel: Kernel): Request[] {
  const shape = oddShape(findOperation(kernel.op) as Operation, kernel);
  const common = { op: kernel.op, kernel: kernel.id, shape, dtype: kernel.dtypes[0] };
  return kernel.knobs.flatMap((knob) => {
    const picked = new Set([0, knob.values.length >> 1, knob.values.length - 1].map((at) => knob.values[at]));
    picked.delete(knob.default);
    return [...picked].map((value): Request => ({ ...common, knobs: { [knob.key]: value } }));
  });
}

/** Every input case of the operation, on an odd shape. */
export function inputRequests(kernel: Kernel): Request[] {
  const operation = findOperation(kernel.op) as Operation;
  const common = { op: kernel.op, kernel: kernel.id, shape: oddShape(operation, kernel), dtype: kernel.dtypes[0] };
  return operation.inputCases.map((input): Request => ({ ...common, input: input.id }));
}

/** False where the operation itself has no such problem, e.g. heads that do not divide. */
function isMeaningful(request: Request): boolean {
  try {
    resolve(request);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

export { kernels };
