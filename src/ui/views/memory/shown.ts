/** Which devices the memory laboratory shows, and what recorded ones have measured. */
import type { ProbeResult } from '../../../lab/probe-result.ts';
import type { Probe } from '../../../probes/types.ts';
import { recordings, SHOWN_FIRST } from '../../state/fingerprints.ts';
import type { Sides } from '../../state/sides.ts';
import type { Sources } from '../../state/sources.ts';
import { resultIn } from './side.ts';

/** What a recorded device has measured of a probe. */
export function recordedResult(sources: Sources, id: string, probe: Probe): ProbeResult | undefined {
  const source = sources.ofProbe(id, probe.id);
  return source.kind === 'loaded' ? resultIn(source.fingerprint, probe) : undefined;
}

/** Ids of the devices shown: "" for this one, in whose place a recording stands where it `isGone`. */
export function devicesOf({ from, beside }: Sides, isGone: boolean, sources: Sources, probe: Probe): readonly string[] {
  if (from === '' && isGone) return [beside === '' ? standIn(sources, probe) : beside];
  return beside === '' ? [from] : [from, beside];
}

/** A recording that has the probe; what is not loaded yet may have it. */
function standIn(sources: Sources, probe: Probe): string {
  const mayHave = (id: string): boolean =>
    sources.ofProbe(id, probe.id).kind === 'loading' || recordedResult(sources, id, probe) !== undefined;
  return [SHOWN_FIRST, ...recordings.keys()].find(mayHave) ?? SHOWN_FIRST;
}
