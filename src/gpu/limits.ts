import { Refusal } from '../core/errors.ts';
import { BYTES } from '../core/format.ts';
import { withCommas } from '../core/words.ts';
import type { BufferPlan, KernelPlan, PassPlan } from './plan.ts';

/** Limits that plans depend on; the device is made with the adapter's own. */
export const USEFUL_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxUniformBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const;

/** Bytes past the end of a buffer that are bound with it: accesses that run over land there and are seen. */
export const GUARD_BYTES = 256;
/** What fills the largest binding that WebGPU guarantees gets no guard, unless it is an output: it might fit no longer. */
const MOST_GUARDED_BYTES = 2 ** 27 - GUARD_BYTES;

/**
 * Stands among a device's features where arrays in workgroup memory whose length is an override come out empty, so that
 * whoever plans for the device refuses what needs them.
 */
export const EMPTY_ARRAYS = 'defect: workgroup arrays sized by overrides are empty';

/** Stands among the features of a device that makes 0 of f16 results below 2^-14, as WGSL allows and some GPUs do. */
export const FLUSHES_F16 = 'flushes: f16 results below 2^-14 become 0';

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

/** Bytes of memory that a kernel has for its own use, besides its inputs and outputs. */
export function scratchBytes(buffers: readonly BufferPlan[]): number {
  return buffers.reduce((sum, one) => sum + (one.use === 'scratch' && !one.unused ? one.bytes : 0), 0);
}

/** All device memory that a plan asks for, readback included, in bytes. */
export function planBytes(plan: KernelPlan): number {
  return plan.buffers.reduce((sum, buffer) => sum + bufferBytes(buffer) + readbackBytes(buffer), 0);
}

/** Why a device with these features lacks one of those asked for; null where it has them all. */
export function missingFeature(asked: readonly string[], features: ReadonlySet<string>): Refusal | null {
  const feature = asked.find((name) => !features.has(name));
  if (feature === undefined) return null;
  return new Refusal(`It needs the WebGPU feature "${feature}", which this device does not have`, {
    rule: 'feature',
    parameters: { feature },
    works: [],
  });
}

/** Which rule a plan breaks on a device with these limits and features; null where none. */
export function brokenLimit(
  plan: KernelPlan,
  limits: Readonly<Record<string, number>>,
  features: ReadonlySet<string>,
): Refusal | null {
  const missing = missingFeature(plan.features, features);
  if (missing) return missing;
  for (const buffer of plan.buffers) {
    const broken = brokenByBuffer(buffer, limits);
    if (broken) return broken;
  }
  for (const pass of plan.passes) {
    const broken = brokenByPass(pass, plan.buffers, limits);
    if (broken) return broken;
    if (pass.workgroupBytes > 0 && features.has(EMPTY_ARRAYS)) {
      return new Refusal(
        'It keeps values in workgroup memory, and a test on this device found arrays there empty whose size a knob sets: a fault of the browser',
        { rule: 'empty-arrays', parameters: { pass: pass.entry }, works: [] },
      );
    }
  }
  return null;
}

function brokenByBuffer(buffer: BufferPlan, limits: Readonly<Record<string, number>>): Refusal | null {
  const { name } = buffer;
  const bytes = bufferBytes(buffer);
  const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  if (!Number.isSafeInteger(bytes)) {
    return new Refusal(`${name} would need more bytes than can be counted`, {
      rule: 'buffer-bytes',
      parameters: { buffer: name, most },
    });
  }
  if (bytes > most) {
    return new Refusal(
      `${name} needs ${withCommas(bytes)} bytes; this device binds at most ${withCommas(most)} bytes at once`,
      {
        rule: 'buffer-bytes',
        parameters: { buffer: name, bytes, most },
      },
    );
  }
  return null;
}

/** How many storage buffers a pass binds. */
export function storageBuffers({ bindings }: PassPlan, buffers: readonly BufferPlan[]): number {
  const uniforms = buffers.filter(({ use }) => use === 'uniform').map(({ name }) => name);
  return Object.values(bindings).filter((name) => !uniforms.includes(name)).length;
}

function brokenByPass(
  pass: PassPlan,
  buffers: readonly BufferPlan[],
  limits: Readonly<Record<string, number>>,
): Refusal | null {
  const [x, y, z] = pass.workgroupSize;
  const invocations = x * y * z;
  const most = limits.maxComputeInvocationsPerWorkgroup;
  if (invocations > most) {
    return new Refusal(
      `A workgroup of ${x} x ${y} x ${z} has ${withCommas(invocations)} invocations; this device runs at most ${withCommas(most)}`,
      { rule: 'invocations', parameters: { invocations, most } },
    );
  }
  for (const [axis, size] of [
    ['X', x],
    ['Y', y],
    ['Z', z],
  ] as const) {
    const side = limits[`maxComputeWorkgroupSize${axis}`];
    if (size > side) {
      return new Refusal(`A workgroup of ${size} along ${axis.toLowerCase()} is too long; this device allows ${side}`, {
        rule: 'workgroup-side',
        parameters: { axis: axis.toLowerCase(), size, most: side },
      });
    }
  }
  const bound = storageBuffers(pass, buffers);
  if (bound > limits.maxStorageBuffersPerShaderStage) {
    return new Refusal(
      `Its pass ${pass.entry} binds ${bound} storage buffers; this device allows ${limits.maxStorageBuffersPerShaderStage}`,
      {
        rule: 'storage-buffers',
        parameters: { pass: pass.entry, bound, most: limits.maxStorageBuffersPerShaderStage },
      },
    );
  }
  const memory = limits.maxComputeWorkgroupStorageSize;
  if (pass.workgroupBytes > memory) {
    return new Refusal(
      `The tiles need ${withCommas(pass.workgroupBytes)} bytes of workgroup memory; this device has ${withCommas(memory)}`,
      { rule: 'workgroup-memory', parameters: { bytes: pass.workgroupBytes, most: memory } },
    );
  }
  const allowed = limits.maxComputeWorkgroupsPerDimension;
  const longest = pass.workgroups.find((groups) => groups > allowed);
  if (longest === undefined) return null;
  return new Refusal(
    `The grid is ${withCommas(longest)} workgroups along one dimension; this device allows ${withCommas(allowed)}`,
    { rule: 'grid', parameters: { workgroups: longest, most: allowed } },
  );
}
