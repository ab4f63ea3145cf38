/** The samples of a run as a row of a probe, so that the charts of probes draw them. */
import type { Result } from '../../../lab/result.ts';
import type { Figure } from '../../../lessons/types.ts';
import type { Panel, Row } from '../../../probes/types.ts';
import { capital } from '../../look/format.ts';

/** A chart of the first dispatch, where it was timed, and then of every sample; null where no time is resolved. */
export function samplesOf(label: string, { op, kernel, time }: Result): { panel: Panel; row: Row } | null {
  if (!time?.resolved) return null;
  const { firstNs, samplesNs, medianNs, dispatchesPerSample, source } = time;
  const title = firstNs === null ? 'Sample' : 'The first dispatch, then the samples';
  return {
    panel: {
      title: `${capital(label)}: time of one dispatch`,
      x: { scale: 'samples', keys: [], title },
      y: { key: null, scale: 'linear' },
    },
    row: {
      at: { op, kernel },
      medianNs,
      intervalNs: null,
      samplesNs: [firstNs, ...samplesNs].filter((ns) => ns !== null),
      repetitions: dispatchesPerSample,
      source,
      dropped: 0,
      measures: [],
      model: [],
      check: 'none',
    },
  };
}

/** Whether a figure shows times: of an emulated GPU they say nothing. */
export function hasTimes(figure: Figure): boolean {
  if (figure.kind === 'curve') return figure.measure !== 'scratch' && figure.measure !== 'peak';
  return figure.kind !== 'verdict' && !['request', 'lines', 'traffic', 'steps', 'findings'].includes(figure.kind);
}
