/** Small kernels that are run once when a device is opened, and say of it what it does not say itself. */
import { Failure } from '../core/errors.ts';
import type { DType } from '../core/format.ts';
import { dense } from '../core/layout.ts';
import type { Gpu } from './device.ts';
import { Execution } from './execution.ts';
import type { KernelPlan } from './plan.ts';

const LIMIT_MS = 30_000;

interface Question {
  /** Its entry `main` writes one number a lane to `answer` at binding 0. */
  readonly code: string;
  readonly type: DType;
  readonly lanes: number;
  readonly workgroupBytes: number;
  readonly overrides: Readonly<Record<string, number>>;
}

/**
 * Each lane writes its number into two arrays and reads that of the lane opposite: one is as long as an override, one as an
 * expression of another override says, as tiles are. The defaults are other lengths.
 */
const ARRAYS: Question = {
  code: `
override LANES: u32 = 1u;
override PAIRS: u32 = LANES / 2u;
@group(0) @binding(0) var<storage, read_write> answer: array<f32>;
var<workgroup> tile: array<f32, LANES>;
var<workgroup> vectors: array<vec4f, 2u * PAIRS>;
@compute @workgroup_size(LANES) fn main(@builtin(local_invocation_index) lane: u32) {
  tile[lane] = f32(lane + 1u);
  vectors[lane] = vec4f(f32(lane + 1u));
  // Each lane reads what another one wrote.
  workgroupBarrier();
  answer[lane] = min(tile[LANES - 1u - lane], vectors[2u * PAIRS - 1u - lane].w);
}
`,
  type: 'f32',
  lanes: 32,
  workgroupBytes: (4 + 16) * 32,
  overrides: { LANES: 32 },
};

/** Multiples of the smallest f16 above 0, of which no compiler can know that they are. */
const DENORMALS: Question = {
  code: `
enable f16;
@group(0) @binding(0) var<storage, read_write> answer: array<f16>;
@compute @workgroup_size(32) fn main(@builtin(local_invocation_index) lane: u32) {
  answer[lane] = f16(f32(lane + 1u) * 0x1p-24);
}
`,
  type: 'f16',
  lanes: 32,
  workgroupBytes: 0,
  overrides: {},
};

/** Each lane counts those of its subgroup. */
const SUBGROUPS: Question = {
  code: `
enable subgroups;
@group(0) @binding(0) var<storage, read_write> answer: array<f32>;
@compute @workgroup_size(128) fn main(@builtin(local_invocation_index) lane: u32) {
  answer[lane] = subgroupAdd(1.0);
}
`,
  type: 'f32',
  lanes: 128,
  workgroupBytes: 0,
  overrides: {},
};

/**
 * Whether overrides set the lengths of workgroup arrays. Safari was reported to leave such an array empty, without an
 * error (WebGPU-Radix-Sort#10). Every kernel with tiles would then be wrong for no fault of its own, so it is refused
 * there instead. False too where the device refuses the kernel. Throws a `Failure` where it cannot run anything.
 */
export async function overridesSizeArrays(gpu: Gpu): Promise<boolean> {
  const answer = (await ask(gpu, ARRAYS)) ?? [];
  return answer.length > 0 && answer.every((value, lane) => value === answer.length - lane);
}

/**
 * How many lanes the subgroups had that really ran, ascending: a device was reported to claim 32 and to run 8
 * (uVkCompute#43). Empty where it has no subgroups. Throws as `overridesSizeArrays` does.
 */
export async function subgroupSizesRun(gpu: Gpu): Promise<readonly number[]> {
  if (!gpu.features.has('subgroups')) return [];
  const answer = await ask(gpu, SUBGROUPS);
  return [...new Set(answer ?? [])].sort((a, b) => a - b);
}

/**
 * Whether f16 results below 2^-14 become 0, as WGSL allows: the drivers of Adreno say so of themselves. False where the
 * device has no f16. Throws as `overridesSizeArrays` does.
 */
export async function flushesF16(gpu: Gpu): Promise<boolean> {
  if (!gpu.features.has('shader-f16')) return false;
  const answer = await ask(gpu, DENORMALS);
  return answer?.some((value) => value === 0) ?? false;
}

/** What the lanes wrote; null where the device refuses the kernel. */
async function ask(
  gpu: Gpu,
  { code, type, lanes, workgroupBytes, overrides }: Question,
): Promise<readonly number[] | null> {
  const plan: KernelPlan = {
    shader: '',
    constants: {},
    aliases: {},
    enables: [],
    features: [],
    buffers: [{ use: 'output', name: 'answer', tensor: 'answer', type, layout: dense([lanes]) }],
    passes: [
      {
        entry: 'main',
        workgroups: [1, 1, 1],
        workgroupSize: [lanes, 1, 1],
        workgroupBytes,
        bindings: { 0: 'answer' },
        overrides,
      },
    ],
  };
  const source = { code, modes: { 0: ['read_write' as const] } };
  let execution: Execution | null = null;
  try {
    execution = await Execution.prepare(gpu, plan, source, () => [], 'known answer', LIMIT_MS);
    const [{ values }] = await execution.run();
    return Array.from(values);
  } catch (error) {
    if (error instanceof Failure && (error.code === 'compile' || error.code === 'validation')) return null;
    throw error;
  } finally {
    execution?.release();
  }
}
