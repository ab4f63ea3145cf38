/**
 * The registry: every descriptor in a folder here, in the order of its number, and every WGSL file. A new kernel is
 * found by its two files; nothing else lists kernels.
 */
import { Failure } from '../core/errors.ts';
import { findOperation, operations } from '../ops/index.ts';
import { loadShaders, outline, shader, watchShaders } from './shaders.ts';
import type { Kernel } from './types.ts';

export { isOutcome, questionKey } from './raced.ts';
export { findOperation, loadShaders, operations, outline, shader, watchShaders };

const descriptors = import.meta.glob<Kernel>('./*/[0-9]*.ts', { eager: true, import: 'default' });

/** All kernels, by operation and number. */
export const kernels: readonly Kernel[] = Object.entries(descriptors)
  .map(([path, kernel]) => {
    const [, op, id] = /\/([^/]+)\/([^/]+)\.ts$/.exec(path) ?? [];
    if (kernel.op !== op || kernel.id !== id)
      throw new Failure('internal', `${path} describes ${kernel.op}/${kernel.id}`);
    return kernel;
  })
  .sort((a, b) => a.op.localeCompare(b.op) || Number.parseInt(a.id, 10) - Number.parseInt(b.id, 10));

export function kernelsOf(op: string): readonly Kernel[] {
  return kernels.filter((kernel) => kernel.op === op);
}

export function findKernel(op: string, id: string): Kernel | undefined {
  return kernels.find((kernel) => kernel.op === op && kernel.id === id);
}

/** Path of the WGSL file that belongs to a kernel. */
export function shaderPath(kernel: Kernel): string {
  return kernel.shader ?? `${kernel.op}/${kernel.id}.wgsl`;
}

/** A kernel's own WGSL as saved. */
export function source(kernel: Kernel): string {
  return shader(shaderPath(kernel));
}
