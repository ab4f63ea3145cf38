import { BYTES } from '../core/dtype.ts';
import { Refusal } from '../core/errors.ts';
import type { BufferPlan, KernelPlan } from './plan.ts';

/** Bytes past the end of a buffer that are bound with it: accesses that run over land there and are seen. */
export const GUARD_BYTES = 256;
/** What fills the largest binding that WebGPU guarantees gets no guard, unless it is an output: it might fit no longer. */
const MOST_GUARDED_BYTES = 2 ** 27 - GUARD_BYTES;

/** Size of a planned buffer in bytes. */
export function bufferBytes(buffer: BufferPlan): number {
  switch (buffer.use) {
    case 'input':
      return guarded(buffer.layout.length * BYTES[buffer.type]);
    case 'output':
      return buffer.layout.length * BYTES[buffer.type] + GUARD_BYTES;
    case 'scratch':
      return guarded(buffer.bytes);
    case 'uniform':
    case 'data':
      return buffer.data.byteLength;
    default:
      return buffer satisfies never;
  }
}

function guarded(bytes: number): number {
  return bytes > MOST_GUARDED_BYTES ? bytes : bytes + GUARD_BYTES;
}

/** Bytes at the end of a buffer that are read back after a run: all of an output, the guard behind scratch. */
export function readbackBytes(buffer: BufferPlan): number {
  if (buffer.use === 'output') return bufferBytes(buffer);
  return buffer.use === 'scratch' ? bufferBytes(buffer) - buffer.bytes : 0;
}

/** All device memory that a plan asks for, readback included, in bytes. */
export function planBytes(plan: KernelPlan): number {
  return plan.buffers.reduce((sum, buffer) => sum + bufferBytes(buffer) + readbackBytes(buffer), 0);
}

/** Throws a `Refusal` where a plan asks for more than a device with these limits and features gives. */
export function checkLimits(
  plan: KernelPlan,
  limits: Readonly<Record<string, number>>,
  features: ReadonlySet<string>,
): void {
  for (const feature of plan.features) {
    if (!features.has(feature))
      throw new Refusal(`It needs the WebGPU feature "${feature}", which this device does not have`);
  }
  const binding = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  for (const buffer of plan.buffers) {
    const bytes = bufferBytes(buffer);
    if (!Number.isSafeInteger(bytes)) throw new Refusal(`${buffer.name} would need more bytes than can be counted`);
    if (bytes > binding) {
      throw new Refusal(
        `${buffer.name} needs ${group(bytes)} bytes; this device binds at most ${group(binding)} bytes at once`,
      );
    }
  }
  const uniforms = plan.buffers.filter(({ use }) => use === 'uniform').map(({ name }) => name);
  for (const pass of plan.passes) {
    const [x, y, z] = pass.workgroupSize;
    const invocations = x * y * z;
    const most = limits.maxComputeInvocationsPerWorkgroup;
    if (invocations > most) {
      throw new Refusal(
        `A workgroup of ${x} x ${y} x ${z} has ${group(invocations)} invocations; this device runs at most ${group(most)}`,
      );
    }
    for (const [axis, size] of [
      ['X', x],
      ['Y', y],
      ['Z', z],
    ] as const) {
      const side = limits[`maxComputeWorkgroupSize${axis}`];
      if (size > side)
        throw new Refusal(`A workgroup of ${size} along ${axis.toLowerCase()} is too long; this device allows ${side}`);
    }
    const bound = Object.values(pass.bindings).filter((name) => uniforms.every((uniform) => uniform !== name)).length;
    if (bound > limits.maxStorageBuffersPerShaderStage) {
      throw new Refusal(
        `Its pass ${pass.entry} binds ${bound} storage buffers; this device allows ${limits.maxStorageBuffersPerShaderStage}`,
      );
    }
    if (pass.workgroupBytes > limits.maxComputeWorkgroupStorageSize) {
      throw new Refusal(
        `The tiles need ${group(pass.workgroupBytes)} bytes of workgroup memory; this device has ${group(limits.maxComputeWorkgroupStorageSize)}`,
      );
    }
    for (const groups of pass.workgroups) {
      if (groups > limits.maxComputeWorkgroupsPerDimension) {
        throw new Refusal(
          `The grid is ${group(groups)} workgroups along one dimension; this device allows ${group(limits.maxComputeWorkgroupsPerDimension)}`,
        );
      }
    }
  }
}

/** Thousands separated, as on the page: 65,536. */
export function group(value: number): string {
  return value.toLocaleString('en-US');
}
