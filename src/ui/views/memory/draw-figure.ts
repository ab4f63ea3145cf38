/** Measurements of a device on another page: the charts of a probe, or every kernel under the roofs. */
import { html } from 'lit';
import { Refusal } from '../../../core/errors.ts';
import { findProbe, probes } from '../../../probes/index.ts';
import { ROOFS } from '../../../probes/parts/ceilings.ts';
import type { Opened } from '../../state/files/opened.ts';
import { modelled } from '../../state/modelled.ts';
import type { Drawn } from '../figures.ts';
import { ROOFLINE, ROOFLINE_TITLE } from './offer.ts';
import { memoryFromSearch, memorySearch } from './settings.ts';
import '../../parts/probe/ts-panel.ts';
import './ts-roofline-chart.ts';

export function draw(file: Opened, kind: string): Drawn {
  return kind === ROOFLINE ? drawRoofline(file) : drawProbe(file, kind);
}

function drawProbe({ fingerprint }: Opened, kind: string): Drawn {
  const probe = findProbe(kind);
  if (!probe) {
    const ids = probes.map(({ id }) => id).join(', ');
    throw new Refusal(`kind="${kind}" is not a probe, nor ${ROOFLINE}: there are ${ids}.`);
  }
  const result = fingerprint?.results.find((one) => one.kernel === probe.id);
  if (!result) throw new Refusal(`This file has no measurements of the probe ${probe.id}.`);
  const { rows, found } = modelled(result);
  return {
    title: probe.title,
    content: html`${probe.panels.map((panel) => html`<ts-panel .panel=${panel} .rows=${rows} .found=${found}></ts-panel>`)}`,
    search: searchOf(probe.id),
  };
}

function drawRoofline({ fingerprint }: Opened): Drawn {
  const roofline = fingerprint?.roofline;
  if (!roofline)
    throw new Refusal(
      'This file has no kernels under the roofs: npm run bench -- roofline --json FILE.json writes one that has.',
    );
  const { points, roofs } = roofline;
  if (points.length === 0)
    throw new Refusal('This file has roofs and no kernels under them: its run ended before the first was measured.');
  return {
    title: ROOFLINE_TITLE,
    content: html`<ts-roofline-chart .points=${points} .roofs=${roofs}></ts-roofline-chart>`,
    search: searchOf(ROOFS),
  };
}

/** The page at this probe, on its reader's own device. */
function searchOf(probe: string): string {
  return `./${memorySearch({ ...memoryFromSearch('').settings, probe })}`;
}
