/**
 * A `KernelPlan` is everything the GPU floor needs to run a kernel, and nothing about what the kernel computes:
 * source text, constants, buffers with their layouts, dispatches.
 */
import type { ElementType } from '../core/format.ts';
import type { Layout } from '../core/layout.ts';

export type Workgroups = readonly [x: number, y: number, z: number];

/** A buffer that holds a tensor of the operation. */
export interface TensorBuffer {
  readonly use: 'input' | 'output';
  readonly name: string;
  /** Name of the operation's tensor. */
  readonly tensor: string;
  readonly type: ElementType;
  readonly layout: Layout;
  /**
   * What lies between and around an input's elements. NaN and large numbers by default, so that a kernel which lets
   * padding into a sum comes out wrong. 'zero' for kernels that load vectors: zeros up to the next multiple of 4 along
   * each dimension.
   */
  readonly padding?: 'zero';
}
/** Memory that lives for one run, poisoned before it. A kernel that needs zeros writes them in a pass of its own. */
export interface ScratchBuffer {
  readonly use: 'scratch';
  readonly name: string;
  readonly bytes: number;
  /** Set where it only fills a binding, of a tensor that the problem does without: nothing reads or writes it. */
  readonly unused?: true;
}
export interface UniformBuffer {
  readonly use: 'uniform';
  readonly name: string;
  readonly data: ArrayBuffer;
}
/** What belongs to the plan and not to the problem, and is too long for a uniform, as a page table: storage, only read. */
export interface DataBuffer {
  readonly use: 'data';
  readonly name: string;
  /** A whole number of 4-byte words, at least one. */
  readonly data: ArrayBuffer;
}
export type BufferPlan = TensorBuffer | ScratchBuffer | UniformBuffer | DataBuffer;

export interface PassPlan {
  /** Entry point in the plan's source. */
  readonly entry: string;
  readonly workgroups: Workgroups;
  readonly workgroupSize: Workgroups;
  /** Bytes of `var<workgroup>` that this entry point uses. */
  readonly workgroupBytes: number;
  /** Binding number in @group(0) -> buffer name. Only what the entry point uses. */
  readonly bindings: Readonly<Record<number, string>>;
  /** Values for `override` declarations that this entry point uses. */
  readonly overrides: Readonly<Record<string, number>>;
}

export interface KernelPlan {
  /** Path under shaders/, e.g. "neuron/1_one_invocation.wgsl". */
  readonly shader: string;
  /** Values for `const` declarations. */
  readonly constants: Readonly<Record<string, number>>;
  /** Types for `alias` declarations, e.g. { Elem: 'f16' }. */
  readonly aliases: Readonly<Record<string, string>>;
  /** WGSL extensions to enable, e.g. "f16". "subgroups" is written in the file itself. */
  readonly enables: readonly string[];
  readonly features: readonly GPUFeatureName[];
  readonly buffers: readonly BufferPlan[];
  /** Dispatched in order; each sees the writes of those before it. */
  readonly passes: readonly PassPlan[];
  /** Output tile that one workgroup computes, rows x columns of the judge's view, so that a verdict can name it. */
  readonly tile?: { readonly rows: number; readonly columns: number };
  /**
   * Invocation within its workgroup that writes element (row, column) of the output; beside a `tile`, within the tile's
   * workgroup, so that there is none where a later pass writes what the tiles' workgroups have left it.
   */
  lane?(row: number, column: number): number;
}
