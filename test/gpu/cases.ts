/** Requests that every kernel must answer, made from the registry alone: a new kernel is tested by being there. */
import { Refusal } from '../../src/core/errors.ts';
import { findOperation, kernels } from '../../src/kernels/index.ts';
import type { Kernel } from '../../src/kernels/types.ts';
import { resolve } from '../../src/lab/plan.ts';
import type { Request } from '../../src/lab/protocol.ts';
import type { Operation, Shape } from '../../src/ops/types.ts';

/** Sizes around every power of two that a tile may have, and primes. */
const EDGES = [1, 2, 3, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129];
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

/** The shapes of an operation for one kernel, in every storage type that it takes. */
export function edgeRequests(kernel: Kernel): Request[] {
  const operation = findOperation(kernel.op) as Operation;
  return kernel.dtypes.flatMap((dtype) =>
    shapes(operation)
      .map((shape): Request => ({ op: kernel.op, kernel: kernel.id, shape, dtype }))
      .filter(isMeaningful),
  );
}

/** Each value of each knob once, the first, last and some between where a knob has many, on an odd shape. */
export function knobRequests(kernel: Kernel): Request[] {
  const operation = findOperation(kernel.op) as Operation;
  const sizes = operation.parameters.filter((parameter) => parameter.kind === 'size' && parameter.max > 64);
  const shape = Object.fromEntries(sizes.map((size, i) => [size.key, [67, 37, 53, 41][i % 4]]));
  return kernel.knobs.flatMap((knob) => {
    const stride = Math.max(1, Math.floor(knob.values.length / 8));
    const picked = knob.values.filter((_, i) => i % stride === 0 || i === knob.values.length - 1);
    return picked.map((value): Request => ({ op: kernel.op, kernel: kernel.id, shape, knobs: { [knob.key]: value } }));
  });
}

/** Every input case of the operation at its quick shape. */
export function inputRequests(kernel: Kernel): Request[] {
  const operation = findOperation(kernel.op) as Operation;
  return operation.inputCases.map((input) => ({
    op: kernel.op,
    kernel: kernel.id,
    shape: operation.quick,
    input: input.id,
  }));
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
