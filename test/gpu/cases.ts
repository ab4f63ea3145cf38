/** Requests that every kernel must answer, made from the registry alone: a new kernel is tested by being there. */
import { Refusal } from '../../src/core/errors.ts';
import { findOperation, kernels, kernelsOf } from '../../src/kernels/index.ts';
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
    const others = sizes.filter((other) => other !== size);
    const primes = Object.fromEntries(others.map((other, i) => [other.key, OTHERS[i % OTHERS.length]]));
    // Where sizes hang together (heads that must divide), those that are large by default get the primes, those that
    // follow another stay so, and what is left is 1.
    const loose = others.filter((other) => other.default !== 0);
    const bound = Object.fromEntries(
      loose.map((other, i) => [other.key, other.default >= 64 ? OTHERS[i % OTHERS.length] : 1]),
    );
    for (const [index, extent] of [...EDGES, ...LONG].entries()) {
      const shape = { ...primes, [size.key]: extent };
      if (isShape(operation, shape)) found.push(shape);
      // Such operations have many sizes and gates of their own: a quarter of the edges each, 4,097 among them.
      else if (index % 4 === 0) found.push({ ...bound, [size.key]: extent });
    }
  }
  return found;
}

function isShape(operation: Operation, shape: Shape): boolean {
  const [kernel] = kernelsOf(operation.id);
  return isMeaningful({ op: operation.id, kernel: kernel.id, shape, dtype: kernel.dtypes[0] });
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

/**
 * A small odd shape, no size like another. Where sizes hang together, e.g. heads that must divide, only the large ones
 * are changed and the others keep their defaults.
 */
function oddShape(operation: Operation, kernel: Kernel): Shape {
  const sizes = operation.parameters.filter((parameter) => parameter.kind === 'size' && parameter.max > 64);
  const odd = (which: typeof sizes): Shape =>
    Object.fromEntries(which.map((size, i) => [size.key, [67, 37, 53, 41][i % 4]]));
  const all = odd(sizes);
  const isWhole = isMeaningful({ op: kernel.op, kernel: kernel.id, shape: all, dtype: kernel.dtypes[0] });
  return isWhole ? all : odd(sizes.filter((size) => size.default >= 64));
}

/** An odd shape with the kernel's own knobs, in each of its storage types. */
export function oddRequests(kernel: Kernel): Request[] {
  const shape = oddShape(findOperation(kernel.op) as Operation, kernel);
  return kernel.dtypes.map((dtype): Request => ({ op: kernel.op, kernel: kernel.id, shape, dtype }));
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
