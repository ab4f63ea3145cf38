/**
 * A kernel whose answer is known, run once when a device is opened: whether overrides set the lengths of workgroup arrays.
 *
 * Safari was reported to leave such an array empty, without an error (WebGPU-Radix-Sort#10). Every kernel with tiles
 * would then be wrong for no fault of its own, so it is refused there instead.
 */
import { Failure } from '../core/errors.ts';
import { dense } from '../core/layout.ts';
import type { Gpu } from './device.ts';
import { Execution } from './execution.ts';
import type { KernelPlan } from './plan.ts';

const LANES = 32;
const LIMIT_MS = 30_000;

/** Each lane writes its number into the array and reads that of the lane opposite. The default is another length. */
const SOURCE = `
override LANES: u32 = 1u;
@group(0) @binding(0) var<storage, read_write> answer: array<f32>;
var<workgroup> tile: array<f32, LANES>;
@compute @workgroup_size(LANES) fn mirror(@builtin(local_invocation_index) lane: u32) {
  tile[lane] = f32(lane + 1u);
  // Each lane reads what another one wrote.
  workgroupBarrier();
  answer[lane] = tile[LANES - 1u - lane];
}
`;

const PLAN: KernelPlan = {
  shader: '',
  constants: {},
  aliases: {},
  enables: [],
  features: [],
  buffers: [{ use: 'output', name: 'answer', tensor: 'answer', type: 'f32', layout: dense([LANES]) }],
  passes: [
    {
      entry: 'mirror',
      workgroups: [1, 1, 1],
      workgroupSize: [LANES, 1, 1],
      workgroupBytes: 4 * LANES,
      bindings: { 0: 'answer' },
      overrides: { LANES },
    },
  ],
};

/** False too where the device refuses the kernel. Throws a `Failure` where it cannot run anything. */
export async function overridesSizeArrays(gpu: Gpu): Promise<boolean> {
  const source = { code: SOURCE, modes: { 0: ['read_write'] } };
  let execution: Execution | null = null;
  try {
    execution = await Execution.prepare(gpu, PLAN, source, () => [], 'known answer', LIMIT_MS);
    const [{ values }] = await execution.run();
    return Array.from(values).every((value, lane) => value === LANES - lane);
  } catch (error) {
    if (error instanceof Failure && (error.code === 'compile' || error.code === 'validation')) return false;
    throw error;
  } finally {
    execution?.release();
  }
}
