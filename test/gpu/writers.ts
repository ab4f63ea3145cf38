/** What a plan says of who writes its output, `lane` and `tile`, beside the writes of a trace. */
import { forEachRun } from '../../src/core/layout.ts';
import type { KernelPlan, TensorBuffer } from '../../src/gpu/plan.ts';
import type { Steps } from '../../src/trace/steps.ts';

interface Writers {
  /** Elements of outputs that the traced workgroups wrote. */
  readonly elements: number;
  /** Those that another lane than the plan's wrote, or that lie in another tile than the first that their workgroup wrote. */
  readonly wrong: readonly string[];
}

/** Looks at the first traced workgroup of each pass that writes an output: `steps` tell no more. */
export function writersOf(plan: KernelPlan, steps: readonly Steps[]): Writers {
  let elements = 0;
  const wrong: string[] = [];
  for (const pass of steps) {
    for (const buffer of plan.buffers) {
      if (buffer.use !== 'output') continue;
      const lanes = lanesByElement(pass, buffer);
      elements += lanes.size;
      wrong.push(...complaints(plan, buffer, lanes).map((text) => `${pass.entry}: ${text}`));
    }
  }
  return { elements, wrong };
}

/** By dense index: the lane of the workgroup that wrote it last. */
function lanesByElement(steps: Steps, { name, layout }: TensorBuffer): Map<number, number> {
  const elementAt = new Map<number, number>();
  forEachRun(layout, (dense, position, length, step) => {
    for (let i = 0; i < length; i++) elementAt.set(position + i * step, dense + i);
  });
  const lanes = new Map<number, number>();
  for (const [step, at] of steps.site.entries()) {
    const { access, memory, bytes } = steps.sites[at];
    if (access !== 'write' || memory === null || steps.memories[memory].name !== name) continue;
    const { scalar } = steps.memories[memory];
    for (let i = step === 0 ? 0 : steps.ends[step - 1]; i < steps.ends[step]; i++) {
      const lane = steps.groups[step] * steps.group + steps.lane[i];
      for (let byte = steps.address[i]; byte < steps.address[i] + bytes; byte += scalar) {
        const element = elementAt.get(byte / scalar);
        if (element !== undefined) lanes.set(element, lane);
      }
    }
  }
  return lanes;
}

function complaints(plan: KernelPlan, { layout: { dims } }: TensorBuffer, lanes: Map<number, number>): string[] {
  // As judges see it: a vector is a column, and tiles start again with each matrix.
  const length = dims.length === 1 ? 1 : (dims.at(-1) as number);
  const height = dims.length < 3 ? Number.POSITIVE_INFINITY : (dims.at(-2) as number);
  const found: string[] = [];
  let first = '';
  for (const [element, lane] of lanes) {
    const [row, column] = [Math.floor(element / length), element % length];
    const said = plan.lane?.(row, column) ?? lane;
    if (said !== lane) found.push(`lane ${lane} writes (${row}, ${column}), not lane ${said}`);
    // Without a lane it is of workgroups that leave the output to a later pass.
    if (!plan.tile || !plan.lane) continue;
    const { rows, columns } = plan.tile;
    const tile = [Math.floor(row / height), Math.floor((row % height) / rows), Math.floor(column / columns)];
    first ||= `${tile}`;
    if (first !== `${tile}`) found.push(`(${row}, ${column}) lies in tile ${tile}, not ${first}`);
  }
  return found;
}
