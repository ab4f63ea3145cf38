import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { ProbeResult } from '../../../lab/probe-result.ts';
import type { Found, Probe } from '../../../probes/types.ts';
import { FigureKeys, source } from '../../look/figure.ts';
import { capital, stopped, typeset } from '../../look/format.ts';
import { STATES } from '../../look/states.ts';
import { base, hatch } from '../../look/styles.ts';
import {
  basisOf,
  intervalText,
  leftOutOf,
  reasonOf,
  valueFigure,
  WITHHELD,
  withheldStyles,
} from '../../parts/probe/finding.ts';
import { type Link, linked, shortTitle } from '../../parts/probe/linked.ts';
import { type Line, type Ratio, type Section, timesText } from './card.ts';
import { type Described, identityOf } from './identity.ts';
import { table } from './table.ts';

/** One device of the card. */
export interface Column {
  readonly who: string;
  /** When and by which host; null for this device. */
  readonly recorded: string | null;
  /** Null while it is not known, or where there is none. */
  readonly device: Described | null;
  /** How long measuring all of it took, in words; null where not all of it has been measured. */
  readonly took: string | null;
  /** Whether there is anything yet. */
  readonly isMeasured: boolean;
  /** What is said of a probe that has no result: "not measured yet". */
  lack(probe: Probe): string;
}

/**
 * A device's fingerprint as a card: what the device is, and what each probe has found, with its interval or the reason why
 * it is withheld; that of a second device beside it, and how many times the first one's value the second one's is.
 */
@customElement('ts-fingerprint')
export class TsFingerprint extends LitElement {
  static override styles = [base, hatch, withheldStyles, table];

  @property({ attribute: false }) columns: readonly Column[] = [];
  @property({ attribute: false }) sections: readonly Section[] = [];
  /** To the charts of a probe. */
  @property({ attribute: false }) charts: (probe: Probe) => Link = () => ({ name: '', href: '', go: () => {} });

  /** Whether each value has its words where there is little room for them. */
  @property({ type: Boolean }) full = false;

  constructor() {
    super();
    new FigureKeys(this);
  }

  /** Every role is written down, since some browsers take them from elements that a phone's layout does not show as a table. */
  override render(): TemplateResult {
    const { columns, sections } = this;
    const isPair = columns.length > 1;
    const took = { title: 'Measured in', sides: columns.map((column) => column.took) };
    const lines = [...identityOf(columns.map(({ device }) => device)), took];
    return html`<table role="table" class="${isPair ? 'two' : 'one'} ${this.full ? '' : 'brief'}">
      <caption class="visually-hidden">Fingerprint: what was found, with its interval or why it is withheld</caption>
      <thead role="rowgroup">
        <tr role="row">
          <th role="columnheader" class="corner"><span class="visually-hidden">What was found</span></th>
          ${columns.map((column) => head(column))}
          ${isPair ? html`<th role="columnheader" scope="col" class="ratio">Second / first</th>` : nothing}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${lines.map(
          ({ title, sides }) => html`<tr role="row" class="identity">
            <th role="rowheader" scope="row">${title}</th>
            ${sides.map((side) => html`<td role="cell">${side ?? '–'}</td>`)}
            ${isPair ? html`<td role="cell" class="ratio"></td>` : nothing}
          </tr>`,
        )}
      </tbody>
      ${sections.map((section) => this.section(section, isPair))}
    </table>`;
  }

  private section({ probe, sides, lines }: Section, isPair: boolean): TemplateResult {
    const { columns, charts } = this;
    return html`<tbody role="rowgroup" data-probe=${probe.id}>
      <tr role="row" class="section">
        <th role="rowheader" scope="rowgroup"><span class="name">${shortTitle(probe)}</span> <span class="small charts">${linked([charts(probe)])}</span></th>
        ${sides.map((result, at) => html`<td role="cell" class="small">${result ? standing(result) : html`<span class="soft">${columns[at].lack(probe)}</span>`}</td>`)}
        ${isPair ? html`<td role="cell" class="ratio"></td>` : nothing}
      </tr>
      ${
        lines.length === 0
          ? html`<tr role="row"><th role="rowheader" scope="row" class="question soft" colspan=${columns.length + (isPair ? 2 : 1)}>${probe.asks}</th></tr>`
          : lines.map((line) => row(line, isPair))
      }
    </tbody>`;
  }
}

function head({ who, recorded, isMeasured }: Column): TemplateResult {
  return html`<th role="columnheader" scope="col">
    <span class="who">${who}</span> ${recorded === null ? (isMeasured ? source('measured') : nothing) : html`<span class="source recorded">recorded ${recorded}</span>`}
  </th>`;
}

/** Whether the probe was right there, and if not why. */
function standing(result: ProbeResult): TemplateResult {
  const { status, verdict, rows } = result;
  const { icon, word } = STATES[status];
  const said =
    status === 'correct' ? `: ${stopped(typeset(verdict?.method ?? ''))}${leftOutOf(rows)}` : `. ${reasonOf(result)}`;
  return html`<span class="standing"><span class=${status}>${icon}</span><span><b class=${status}>${capital(word)}</b>${said}</span></span>`;
}

function row({ title, isOneOfMany, sides, ratio }: Line, isPair: boolean): TemplateResult {
  return html`<tr role="row">
    <th role="rowheader" scope="row">${headed(title)}</th>
    ${sides.map((found) => html`<td role="cell">${found ? finding(found, isOneOfMany) : html`<span class="soft">–<span class="visually-hidden"> not found</span></span>`}</td>`)}
    ${isPair ? html`<td role="cell" class="ratio">${ratio ? times(ratio) : nothing}</td>` : nothing}
  </tr>`;
}

/** A title at the start of a line: "Read, 16 B loads", but "f32 multiply-add". */
function headed(title: string): string {
  const text = typeset(title);
  return /^[a-z]+(?!\w)/.test(text) ? capital(text) : text;
}

function finding(found: Found, isOneOfMany: boolean): TemplateResult {
  const value = html`${valueFigure(found)} <span class="soft small mono">${intervalText(found)}</span>`;
  return html`<div class="finding">
    <span class="value">${found.value === null ? WITHHELD : value}</span>
    <span class="small soft ${isOneOfMany || found.withheld !== null ? '' : 'basis'}">${basisOf(found)}</span>
  </div>`;
}

function times({ value, interval }: Ratio): TemplateResult {
  if (interval && interval[0] <= 1 && interval[1] >= 1)
    return html`<span class="soft small">no difference shown</span>`;
  const ends = interval && [...interval].map(timesText);
  return html`<span class="mono">${timesText(value)}</span>${ends ? html` <span class="ends soft small mono">${ends[0]} to ${ends[1]}</span>` : nothing}`;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-fingerprint': TsFingerprint;
  }
}
