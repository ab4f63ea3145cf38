/** What a device says of itself, in the lines above what was measured of it. */

import { tookWords } from '../../../lab/deadline.ts';
import type { ProbeResult } from '../../../lab/probe-result.ts';
import { bytes, duration, figureText } from '../../look/format.ts';
import { subgroupWords } from '../../look/subgroups.ts';
import type { Fingerprint } from '../../state/files/fingerprint.ts';

/** What is known of a device without measuring it. */
export type Described = Pick<Fingerprint, 'adapter' | 'timer' | 'features' | 'limits'>;

const UNREPORTED = 'not reported';

const LINES: readonly (readonly [title: string, text: (device: Described) => string])[] = [
  [
    'Kind of adapter',
    ({ adapter }) =>
      adapter.software ? 'software: the CPU emulates the GPU, with its own caches and cores' : 'hardware',
  ],
  [
    'Vendor, architecture',
    ({ adapter: { vendor, architecture } }) => [vendor, architecture].filter(Boolean).join(', ') || UNREPORTED,
  ],
  ['Subgroup', ({ adapter }) => subgroupWords(adapter)],
  ['Workgroup memory', ({ limits }) => size(limits.maxComputeWorkgroupStorageSize)],
  ['Most bytes bound at once', ({ limits }) => size(limits.maxStorageBufferBindingSize)],
  [
    '16-bit floats',
    ({ features }) => (features.length === 0 ? UNREPORTED : features.includes('shader-f16') ? 'yes' : 'no'),
  ],
  ['Timer', ({ timer }) => timerText(timer)],
];

function size(value: number | undefined): string {
  return value === undefined ? UNREPORTED : figureText(bytes(value));
}

function timerText(timer: Described['timer']): string {
  if (!timer) return UNREPORTED;
  const step = `in steps of ${figureText(duration(timer.quantumNs))}`;
  return timer.source === 'gpu' ? `the GPU’s own, ${step}` : `wall clock, ${step}`;
}

/** How long those probes took together, and of how much time where it was limited; null where there are none. */
export function tookText(results: readonly ProbeResult[], timeLimitMs: number | null): string | null {
  if (results.length === 0) return null;
  const text = (ms: number): string => figureText(duration(ms * 1e6));
  const tookMs = results.reduce((sum, { wallMs }) => sum + wallMs, 0);
  return timeLimitMs === null ? text(tookMs) : tookWords(tookMs, timeLimitMs, text);
}

/** A text for each device; null for one that is not there. */
export function identityOf(
  devices: readonly (Described | null)[],
): readonly { readonly title: string; readonly sides: readonly (string | null)[] }[] {
  return LINES.map(([title, text]) => ({ title, sides: devices.map((device) => device && text(device)) }));
}
