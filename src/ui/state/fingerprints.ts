/** Fingerprints that come with the page. */
import { type Fingerprint, fingerprintIn } from './files/read.ts';

const files = import.meta.glob<string>('../../../bench/results/fingerprints/*.json', {
  query: '?raw',
  import: 'default',
});

const rooflines = import.meta.glob<string>('../../../bench/results/rooflines/*.json', {
  query: '?raw',
  import: 'default',
});

/** Each under its file's name without ".json"; nothing is loaded before it is asked for. */
export const recordings: ReadonlyMap<string, () => Promise<Fingerprint>> = named(files);

const probeFiles = import.meta.glob<string>('../../../bench/results/memory/*.json', {
  query: '?raw',
  import: 'default',
});

/** Probes that a recorded device has run at other times: under the name of its recording, and what may follow a hyphen. */
export const furtherRecordings: ReadonlyMap<string, () => Promise<Fingerprint>> = named(probeFiles);

/** The one that stands beside a device for which the reader has chosen none: a hardware GPU. */
export const SHOWN_FIRST = 'nvidia-h200';

const lessonFiles = import.meta.glob<string>('../../../bench/results/lessons/probe-*.json', {
  query: '?raw',
  import: 'default',
});

/** The same for probes that lessons are about and no fingerprint has. */
export const lessonRecordings: ReadonlyMap<string, () => Promise<Fingerprint>> = named(lessonFiles);

function named(
  found: Readonly<Record<string, () => Promise<string>>>,
): ReadonlyMap<string, () => Promise<Fingerprint>> {
  return new Map(
    Object.entries(found).map(([path, load]) => [
      path.replace(/^.*\/|\.json$/g, ''),
      async () => {
        const fingerprint = fingerprintIn(await load());
        const beside = rooflines[path.replace('/fingerprints/', '/rooflines/')];
        return beside ? { ...fingerprint, roofline: fingerprintIn(await beside()).roofline } : fingerprint;
      },
    ]),
  );
}
