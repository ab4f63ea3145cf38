/** Rows of a probe as a device might give them, without one: every step takes the same time, but for noise. */
import { Random } from '../../src/core/random.ts';
import type { Timer } from '../../src/gpu/timer.ts';
import { capabilitiesOf } from '../../src/lab/capabilities.ts';
import { defaultCapabilities } from '../../src/lab/plan.ts';
import type { Prepared } from '../../src/lab/probe-steps.ts';
import { rowOf } from '../../src/lab/probe-time.ts';
import type { DeviceReport } from '../../src/lab/result.ts';
import { findProbe } from '../../src/probes/index.ts';
import type { Probe, Row, Setting, Step } from '../../src/probes/types.ts';
import { DEVICE } from './fake-host.ts';

/** A device on which probes can be planned. */
export const REPORT: DeviceReport = { ...DEVICE, limits: { ...defaultCapabilities.limits } };
export const MOST_BYTES = 2 ** 24;
const SAMPLES = 15;

export function settingOf(quick = true, software = true, mostBytes = MOST_BYTES): Setting {
  return { capabilities: { ...capabilitiesOf(REPORT), software }, mostBytes, quick, seed: 1 };
}

/** In ns: a time that a probe's findings can be made of. */
const usual = ({ at, quantities }: Step): number => {
  const n = Number(at.n ?? at.words ?? at.workgroups ?? 1);
  return 1e5 * n + (quantities[0]?.count ?? 0) / 10;
};

export function probeRows(id: string, setting = settingOf(), nsOf = usual): readonly Row[] {
  const probe = findProbe(id) as Probe;
  const random = new Random(1, 'rows');
  return probe.plan(setting).steps.map((step) => {
    const samples = Array.from({ length: SAMPLES }, () => nsOf(step) * Math.exp(0.01 * random.normal()));
    const isPhased = step.work.kind === 'run' && step.work.salt !== undefined;
    const part = (share: number) => (ns: number) => share * ns;
    const names = ['upload', 'compile', 'encode', 'submit and wait', 'GPU', 'readback'];
    const parts = samples.map((ns) => Object.fromEntries(names.map((name, i) => [name, part((i + 1) / 21)(ns)])));
    const observed = id === 'accuracy' ? OBSERVED : [];
    const rest = { runs: 1, repetitions: 1, again: false, observed, lastedMs: 1, sample: () => Promise.reject() };
    const prepared: Prepared = { ...rest, step, samples, parts: isPhased ? parts : [] };
    return rowOf({ source: 'gpu', quantumNs: 1 } as Timer, prepared);
  });
}

const OBSERVED = [
  { key: 'error', title: 'Error', unit: 'ULP', value: 1 },
  { key: 'share', title: 'Share', unit: '%', value: 50 },
];
