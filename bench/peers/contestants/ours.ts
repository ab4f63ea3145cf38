/** Our own kernels: one command buffer for each run, as a library's call would make it. */
import { Refusal } from '../../../src/core/errors.ts';
import { quantile } from '../../../src/core/statistics.ts';
import { Gpu } from '../../../src/gpu/device.ts';
import { Execution } from '../../../src/gpu/execution.ts';
import { subgroupSizesRun } from '../../../src/gpu/known-answer.ts';
import { patiently } from '../../../src/gpu/patience.ts';
import { Timer } from '../../../src/gpu/timer.ts';
import { kernelsOf } from '../../../src/kernels/index.ts';
import { capabilitiesOf } from '../../../src/lab/capabilities.ts';
import { type Planned, planRequest, sourceOf } from '../../../src/lab/plan.ts';
import { Problems } from '../../../src/lab/problems.ts';
import { QUICK, type Request } from '../../../src/lab/protocol.ts';
import { race } from '../../../src/lab/race.ts';
import type { Contestant } from '../types.ts';
import { adapterName } from './layout.ts';

const LIMIT_MS = 60_000;

export interface OursOptions {
  /** Id of the kernel; null for the registry's `auto`. */
  readonly kernel: string | null;
  readonly op: string;
  /** Set apart from another contestant with the same kernel. */
  readonly variant?: string;
  /** Whether a kernel that chooses lets its candidates race before any time is taken. */
  readonly race: boolean;
}

/** A contestant on a device of its own, opened when it first prepares. */
export function ours(gpu: GPU, { kernel, op, variant, race: isRacing }: OursOptions): Contestant {
  const id = kernel ?? autoKernel(op);
  const suffix = variant ? `, ${variant}` : '';
  let opened: Promise<{ device: Gpu; timer: Timer }> | null = null;
  const open = async (): Promise<{ device: Gpu; timer: Timer }> => {
    const device = await Gpu.open(gpu);
    return { device, timer: await Timer.open(device) };
  };
  return {
    id: `ours:${id}${variant ? `:${variant.replaceAll(' ', '-')}` : ''}`,
    title: `Tilescope ${id}${suffix}`,
    async prepare(problem, inputs) {
      opened ??= open();
      const { device, timer } = await opened;
      const planned = await chosen({ ...problem, kernel: id }, device, timer, isRacing);
      const execution = await Execution.prepare(
        device,
        planned.plan,
        await sourceOf(planned),
        (tensor) => inputs[tensor],
        id,
        LIMIT_MS,
      );
      return {
        program: programOf(id, planned),
        adapter: adapterName(device.device.adapterInfo),
        async batch(runs) {
          const { queue } = device.device;
          for (let i = 0; i < runs; i++) {
            const encoder = device.device.createCommandEncoder();
            const pass = encoder.beginComputePass();
            execution.encode(pass, 1);
            pass.end();
            queue.submit([encoder.finish()]);
          }
          await patiently(queue.onSubmittedWorkDone(), device.device.lost, LIMIT_MS, 'The batch');
        },
        async output() {
          // Poisoned first, so that what an earlier run left cannot pass for this one's.
          const read = await execution.run();
          if (read.some(({ unwritten, stray }) => unwritten || stray !== null))
            throw new Error('It left elements unwritten or wrote beyond them');
          // Guards behind scratch are read back too, in whatever order the plan lists them.
          const result = read.find(({ use }) => use === 'output');
          if (!result) throw new Error('It has no output');
          return Float32Array.from(result.values);
        },
        async deviceMs(runs) {
          const samples: number[] = [];
          // A second of device time is enough.
          for (let spent = 0; samples.length < 5 && spent < 1000; spent += samples[samples.length - 1] * runs) {
            samples.push((await timer.sample(execution, runs)).gpuNs / runs / 1e6);
          }
          return quantile(samples, 0.5);
        },
        release: () => execution.release(),
      };
    },
  };
}

/** The plan, after a race where the kernel chooses. */
async function chosen(request: Request, gpu: Gpu, timer: Timer, isRacing: boolean): Promise<Planned> {
  const { adapter, limits, features } = gpu;
  const capabilities = capabilitiesOf({ adapter, limits, features, subgroupSizes: await subgroupSizesRun(gpu) });
  const planned = planRequest(request, capabilities);
  if (!isRacing || !planned.chosen) return planned;
  const pause = async (): Promise<void> => undefined;
  const budget = { ...QUICK, limitMs: LIMIT_MS };
  const harness = { gpu, capabilities, problems: new Problems(), budget, pause, step: pause };
  const outcome = await race(harness, timer, planned, new Set(), pause);
  return outcome ? planRequest(request, { ...capabilities, raced: [outcome] }) : planned;
}

/** "2_coalesced WX=8 WY=8", with "0_auto: " before what that has chosen. */
function programOf(id: string, { chosen, knobs }: Planned): string {
  const taken = chosen ?? { kernel: id, knobs };
  const pairs = Object.entries(taken.knobs).map(([key, value]) => `${key}=${value}`);
  const by = chosen ? ` (${chosen.by})` : '';
  return `${chosen ? `${id}: ` : ''}${[taken.kernel, ...pairs].join(' ')}${by}`;
}

/** The kernel that chooses for itself; throws a `Refusal` where the operation has none yet. */
function autoKernel(op: string): string {
  const ids = kernelsOf(op).map((kernel) => kernel.id);
  const auto = ids.find((id) => /(^|_)auto$/.test(id));
  if (!auto) throw new Refusal(`${op} has no auto kernel: name one of ${ids.join(', ')} with --kernel.`);
  return auto;
}
