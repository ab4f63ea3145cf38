/** How long a copy that logs what it does runs over smaller problems: longer than the kernel itself. */
import { Recorder } from '../gpu/recorder.ts';
import type { Shape } from '../ops/types.ts';
import { instrument } from '../wgsl/instrument.ts';
import { type Flight, fasterOfTwo, type Pilot, passLanes, smallerPlan } from './consent.ts';
import { type Harness, prepare } from './experiment.ts';
import { type Planned, sourceOf } from './plan.ts';
import { chosen, lanesOf, recording, workgroupsOf } from './trace-log.ts';

/**
 * Passes are traced in a submission of their own each, so that the longest counts; by the host's clock, since logs are not
 * timed. `values`: whether stored values are logged too. Throws a `Refusal` where the device binds no log beside what the
 * kernel binds, and a `Failure`.
 */
export function tracePilot(harness: Harness, planned: Planned, source: string | undefined, values: boolean): Pilot {
  const over = async (shape: Shape, isWarm: boolean): Promise<Flight | null> => {
    const small = smallerPlan(harness, planned, shape, source);
    if (!small) return null;
    const execution = await prepare(harness, small, `${planned.operation.id} ${planned.kernel.id}, traced`);
    try {
      const text = await sourceOf(small);
      const { code, binding } = instrument(text.code, { values });
      const recorder = await Recorder.prepare(execution, { ...text, code }, binding, harness.budget.limitMs);
      const take = async () => {
        let [longest, all] = [0, 0];
        for (const [index, pass] of small.plan.passes.entries()) {
          const of = workgroupsOf(pass);
          const log = recording(of, lanesOf(pass), chosen('sample', of), null);
          const started = performance.now();
          await recorder.record(index, log);
          const ns = (performance.now() - started) * 1e6;
          longest = Math.max(longest, ns);
          all += ns;
        }
        return { ns: longest, wallNs: all };
      };
      return { ns: await fasterOfTwo(harness, take, isWarm), lanes: passLanes(small.plan) };
    } finally {
      execution.release();
    }
  };
  return { run: (shape) => over(shape, false), runWarm: (shape) => over(shape, true) };
}
