/** A probe on another page: its charts. */
import { html } from 'lit';
import { Refusal } from '../../../core/errors.ts';
import { findProbe, probes } from '../../../probes/index.ts';
import type { Opened } from '../../state/files/opened.ts';
import type { Drawn } from '../figures.ts';
import { memoryFromSearch, memorySearch } from './settings.ts';
import '../../parts/probe/ts-panel.ts';

export function draw({ fingerprint }: Opened, kind: string): Drawn {
  const probe = findProbe(kind);
  if (!probe) {
    const ids = probes.map(({ id }) => id).join(', ');
    throw new Refusal(`kind="${kind}" is not a probe: there are ${ids}.`);
  }
  const result = fingerprint?.results.find((one) => one.kernel === probe.id);
  if (!result) throw new Refusal(`This file has no measurements of the probe ${probe.id}.`);
  const { rows, found } = result;
  const search = memorySearch({ ...memoryFromSearch('').settings, probe: probe.id });
  return {
    content: html`${probe.panels.map((panel) => html`<ts-panel .panel=${panel} .rows=${rows} .found=${found}></ts-panel>`)}`,
    search: `./${search}`,
  };
}
