/**
 * How a plan's buffers are bound. The layout comes from the plan and not from the shader, so that WebGPU itself holds
 * a kernel to what its plan says: an input is bound read-only, whatever the source declares.
 */
import { Failure } from '../core/errors.ts';
import type { BufferPlan, PassPlan } from './plan.ts';

/** What each binding of a pass is bound as, by binding number. */
export type BindingTypes = Readonly<Record<string, GPUBufferBindingType>>;

/** A pass with its pipeline and its buffers, ready to be dispatched. */
export interface BoundPass {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
}

/** WGSL ready to compile, with what it says of its storage. */
export interface Source {
  readonly code: string;
  /** Access modes of the storage variables of group 0, by binding number; several where entry points differ. */
  readonly modes: Readonly<Record<string, readonly string[]>>;
}

/** Inputs are read-only. Scratch and outputs are bound as the source declares them: a later pass may only read them. */
export function bindingTypes(source: Source, pass: PassPlan, buffers: readonly BufferPlan[]): BindingTypes {
  const uses = new Map(buffers.map(({ name, use }) => [name, use]));
  return Object.fromEntries(
    Object.entries(pass.bindings).map(([binding, name]) => {
      const use = uses.get(name);
      if (use === 'uniform') return [binding, 'uniform'];
      if (use === 'input' || use === 'data') return [binding, 'read-only-storage'];
      const modes = source.modes[binding] ?? ['read_write'];
      return [binding, modes.includes('read_write') ? 'storage' : 'read-only-storage'];
    }),
  );
}

/** One sentence on an input that the source declares writable; null where there is none. */
export function writableInput(source: Source, pass: PassPlan, buffers: readonly BufferPlan[]): string | null {
  for (const [binding, name] of Object.entries(pass.bindings)) {
    const isInput = buffers.some((one) => one.name === name && (one.use === 'input' || one.use === 'data'));
    const mode = source.modes[binding]?.find((one) => one !== 'read');
    if (isInput && mode) {
      return `Binding ${binding} is the input ${name}, which a kernel must leave as it is: declare it var<storage, read>, not ${mode}`;
    }
  }
  return null;
}

/** A layout of one bind group; none where nothing is bound. */
export function bindGroupLayouts(device: GPUDevice, types: BindingTypes): GPUBindGroupLayout[] {
  const entries = Object.entries(types).map(([binding, type]) => ({
    binding: Number(binding),
    visibility: GPUShaderStage.COMPUTE,
    buffer: { type },
  }));
  return entries.length > 0 ? [device.createBindGroupLayout({ entries })] : [];
}

/** Binds the buffers that a pass lists. Throws a `Failure` ('internal') where there is no buffer of such a name. */
export function bind(
  device: GPUDevice,
  pass: PassPlan,
  pipeline: GPUComputePipeline,
  bufferOf: (name: string) => GPUBuffer | undefined,
): BoundPass {
  const entries = Object.entries(pass.bindings).map(([binding, name]) => {
    const buffer = bufferOf(name);
    if (!buffer) throw new Failure('internal', `Pass ${pass.entry} binds ${name}, which the plan does not have`);
    return { binding: Number(binding), resource: { buffer } };
  });
  // A group that does not fit its layout is invalid, and the error comes with the first dispatch.
  const bindGroup = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  return { pipeline, bindGroup, workgroups: pass.workgroups };
}

/** Records passes in order, `repetitions` times over. */
export function encode(encoder: GPUComputePassEncoder, passes: readonly BoundPass[], repetitions: number): void {
  for (let i = 0; i < repetitions; i++) {
    for (const pass of passes) {
      if (i === 0 || passes.length > 1) {
        encoder.setPipeline(pass.pipeline);
        encoder.setBindGroup(0, pass.bindGroup);
      }
      encoder.dispatchWorkgroups(...pass.workgroups);
    }
  }
}
