/** What a probe would run on a device, before it has run; and how thoroughly. */
import { Refusal } from '../../core/errors.ts';
import type { Capabilities, Knob } from '../../kernels/types.ts';
import { PROBE_SEED } from '../../lab/probe-result.ts';
import type { Probe, Row } from '../../probes/types.ts';
import { type BudgetName, budgetKnob } from './effort.ts';

/** The effort of probes as a knob. */
export const probeEffort: Knob = {
  ...budgetKnob,
  doc: 'quick: 15 short samples of each step, and fewer and smaller steps; full: 21 longer ones.',
};

export interface Planned {
  /** Of each step, where it stands and what the model says. */
  readonly steps: readonly Pick<Row, 'at' | 'model'>[];
  /** Why the device cannot run the probe; null where it can. */
  readonly refusal: string | null;
}

export function planned(probe: Probe, capabilities: Capabilities, budget: BudgetName): Planned {
  const { maxStorageBufferBindingSize, maxBufferSize } = capabilities.limits;
  const mostBytes = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  try {
    const { steps } = probe.plan({ capabilities, mostBytes, quick: budget === 'quick', seed: PROBE_SEED });
    return { steps: steps.map(({ at, model }) => ({ at, model })), refusal: null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { steps: [], refusal: error.message };
  }
}
