/** A sweep on another page: its heat map. */
import { html } from 'lit';
import { Refusal } from '../../../core/errors.ts';
import { defaultCapabilities } from '../../../lab/plan.ts';
import type { Opened } from '../../state/files/opened.ts';
import { kernelOf, operationOf } from '../../state/settings.ts';
import { problemWords } from '../../state/titles.ts';
import type { Drawn } from '../figures.ts';
import { gridOf } from './grid.ts';
import { drawnMap } from './map.ts';
import { sweepFromSearch, sweepOf, sweptSizes } from './settings.ts';
import '../../parts/heat-map/ts-heat-map.ts';

export function draw({ holding, ledger, device }: Opened): Drawn {
  const search = sweepOf(holding);
  if (search === null || !ledger)
    throw new Refusal('This file is not one kernel of which one or two knobs or sizes were turned.');
  const { settings } = sweepFromSearch(search);
  const grid = gridOf(settings, device.kind === 'open' ? device.capabilities : defaultCapabilities);
  const map = drawnMap(grid, settings, (key) => ledger.result(key, 'quick'), new Set());
  if (!map) throw new Refusal('This sweep has more cells than can be drawn.');
  return {
    title: `${operationOf(settings.base).title}, ${kernelOf(settings.base).title}: ${problemWords(settings.base, sweptSizes(settings))}`,
    content: html`<ts-heat-map
      .columns=${map.columns}
      .rows=${map.rows}
      .columnTitle=${map.columnTitle}
      .rowTitle=${map.rowTitle}
      .cells=${map.cells}
      .measure=${map.measure}
      .scaleText=${map.scaleText}
      .smallIsFast=${settings.show === 'time'}
    ></ts-heat-map>`,
    search: `./${search}`,
  };
}
