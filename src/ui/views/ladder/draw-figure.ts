/** A ladder on another page: the kernels that the file has results of. */
import { html } from 'lit';
import { Refusal } from '../../../core/errors.ts';
import { defaultCapabilities } from '../../../lab/plan.ts';
import { stateOf } from '../../look/states.ts';
import type { EventOf } from '../../state/events.ts';
import type { Opened } from '../../state/files/opened.ts';
import { operationOf } from '../../state/settings.ts';
import { problemWords } from '../../state/titles.ts';
import type { Drawn } from '../figures.ts';
import { rungsOf } from './rungs.ts';
import { ladderFromSearch, ladderOf } from './settings.ts';
import type { TsRungs } from './ts-rungs.ts';
import './ts-rungs.ts';

export function draw({ holding, ledger, device }: Opened): Drawn {
  const search = ladderOf(holding);
  if (search === null || !ledger) throw new Refusal('This file is not one of several kernels on one problem.');
  const { problem } = ladderFromSearch(search).settings;
  const capabilities = device.kind === 'open' ? device.capabilities : defaultCapabilities;
  const rows = rungsOf(problem, capabilities).flatMap((rung) => {
    const result = ledger.result(rung.key, 'quick');
    return result ? [{ ...rung, result, phase: null, state: stateOf(result, false, false) }] : [];
  });
  const isWall = device.kind === 'open' && device.report.timer.source === 'wall';
  const sort = ({ target, detail }: EventOf<'sort-change'>): void => {
    (target as TsRungs).sort = detail.sort;
  };
  return {
    title: `${operationOf(problem).title}: ${problemWords(problem)}`,
    content: html`<ts-rungs .rows=${rows} ?wall=${isWall} @sort-change=${sort}></ts-rungs>`,
    search: `./${search}`,
  };
}
