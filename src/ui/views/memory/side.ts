/** What one device has shown of a probe: this one as it is measured, or one that was recorded. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ProbeResult } from '../../../lab/probe-result.ts';
import type { DeviceReport } from '../../../lab/result.ts';
import { ROOFS } from '../../../probes/parts/ceilings.ts';
import type { Probe, Row } from '../../../probes/types.ts';
import { type Link, linked, shortTitle } from '../../parts/probe/linked.ts';
import { adapterName, type DeviceState } from '../../state/device.ts';
import type { Fingerprint } from '../../state/files/fingerprint.ts';
import type { ProbeRuns } from '../../state/probe-runs.ts';
import { nameOf, type Sources, whenAndWhere } from '../../state/sources.ts';
import { recordedRoofline } from './rooflines.ts';
import './ts-probe.ts';

/** Always the same list, so that charts without rows are not drawn again. */
export const NO_ROWS: readonly Row[] = [];

interface Own {
  readonly probe: Probe;
  readonly device: DeviceState;
  /** Of the device that has measured the rows; null where none was open. */
  readonly report: DeviceReport | null;
  /** Rows to come. */
  readonly planned: readonly Pick<Row, 'at' | 'model'>[];
  readonly measured: ReturnType<ProbeRuns['of']>;
  /** Rows of the other device shown. */
  readonly beside: readonly Row[];
  readonly running: boolean;
}

export function ownSide({ probe, device, report, planned, measured, beside, running }: Own): TemplateResult {
  return html`<ts-probe
    .who=${report ? adapterName(report) : device.kind === 'missing' ? 'No device' : 'Opening the device'}
    .recorded=${null}
    .software=${report?.adapter.software ?? false}
    .panels=${probe.panels}
    .planned=${planned}
    .rows=${measured?.rows ?? NO_ROWS}
    .beside=${beside}
    .result=${measured?.result ?? null}
    .running=${running}
  ></ts-probe>`;
}

interface Recorded {
  readonly probe: Probe;
  readonly id: string;
  readonly source: ReturnType<Sources['of']>;
  /** Probes that have measurements there. */
  readonly held: readonly Probe[];
  readonly beside: readonly Row[];
  /** To another probe of the same device. */
  link(name: string, probe: string): Link;
}

export function recordedSide({ probe, id, source, held, beside, link }: Recorded): TemplateResult {
  if (source.kind === 'loading') return html`<p class="gone soft">Loading the recording…</p>`;
  if (source.kind === 'failed') return html`<p class="gone">${source.why}</p>`;
  const { adapter, roofline, createdAt } = source.fingerprint;
  const result = resultIn(source.fingerprint, probe);
  const who = nameOf(id, source.fingerprint);
  const recorded = whenAndWhere(source.fingerprint);
  if (!result) {
    return html`<p class="gone"><b>${who}</b> <span class="source recorded">recorded ${recorded}</span><br />
      This probe was not run there. What was: ${linked(held.map((one) => link(shortTitle(one), one.id)))}.</p>`;
  }
  return html`<ts-probe
    .who=${who}
    .recorded=${recorded}
    .software=${adapter.software}
    .panels=${probe.panels}
    .planned=${NO_ROWS}
    .rows=${result.rows}
    .beside=${beside}
    .result=${result}
  ></ts-probe>${roofline && probe.id === ROOFS ? recordedRoofline(roofline, whenAndWhere(roofline), roofline.createdAt !== createdAt) : nothing}`;
}

export function resultIn({ results }: Fingerprint, { id }: Probe): ProbeResult | undefined {
  return results.find(({ kernel }) => kernel === id);
}
