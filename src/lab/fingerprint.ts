/**
 * The fingerprint of a device: which probes are run, and with which options. The command line and the page ask for the
 * same, so that what one has measured compares with what the other has.
 */
import { findProbe, probes } from '../probes/index.ts';
import { heldAgainstOthers } from '../probes/parts/above.ts';
import { ROOFS } from '../probes/parts/ceilings.ts';
import type { Probe } from '../probes/types.ts';
import { FINGERPRINT_SECONDS, PROBE_BUDGETS, PROBE_SEED, type ProbeRequest, type ProbeResult } from './probe-result.ts';

/** Probes to run one after another, all with the same options. */
export interface ProbeSuite extends Omit<ProbeRequest, 'probe' | 'withinMs'> {
  readonly probes: readonly Probe[];
  /** For opening the device and for all probes; they take as long as they need if absent. */
  readonly totalMs?: number;
}

/** Results of one device, roofs withheld that what another probe has measured is above; the same results where none is. */
export function heldAgainst(results: readonly ProbeResult[]): readonly ProbeResult[] {
  return heldAgainstOthers(results, ROOFS, (kernel, row) => findProbe(kernel)?.bounded?.(row) ?? null);
}

/** The probes of a fingerprint, in the order to read them: `full` has larger sets and longer samples. */
export function fingerprintSuite(
  effort: keyof typeof PROBE_BUDGETS,
  seconds: number = FINGERPRINT_SECONDS[effort],
): Required<ProbeSuite> {
  return {
    probes: probes.filter(({ inFingerprint }) => inFingerprint),
    budget: PROBE_BUDGETS[effort],
    seed: PROBE_SEED,
    quick: effort === 'quick',
    totalMs: 1000 * seconds,
  };
}
