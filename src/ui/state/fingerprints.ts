/** Fingerprints that come with the page. */
import { type Fingerprint, fingerprintIn } from './files/read.ts';

const files = import.meta.glob<string>('../../../bench/results/fingerprints/*.json', {
  query: '?raw',
  import: 'default',
});

/** Each under its file's name without ".json"; nothing is loaded before it is asked for. */
export const recordings: ReadonlyMap<string, () => Promise<Fingerprint>> = new Map(
  Object.entries(files).map(([path, load]) => [
    path.replace(/^.*\/|\.json$/g, ''),
    async () => fingerprintIn(await load()),
  ]),
);
