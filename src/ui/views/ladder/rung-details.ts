/** What a rung says on demand: its lesson, the samples and the gains behind its row, and what its plan takes. */

import { html, nothing, type TemplateResult } from 'lit';
import { scratchBytes } from '../../../gpu/limits.ts';
import { chosenBy } from '../../../lab/chosen.ts';
import { figure, source } from '../../look/figure.ts';
import {
  bytes,
  count,
  duration,
  type Figure,
  figureText,
  measure,
  NONE,
  percent,
  plain,
  significant,
  stopped,
  timeInterval,
  typeset,
} from '../../look/format.ts';
import { explained } from '../../look/terms.ts';
import { chosenKernel } from '../../parts/chosen.ts';
import { ruleText } from '../../state/titles.ts';
import type { Gain } from './standing.ts';
import type { Row } from './ts-rungs.ts';

/** What the rung was measured against. */
export interface Against {
  readonly gains: readonly Gain[];
  /** The fastest median of all rungs. */
  readonly bestNs: number | null;
}

export function details(row: Row, against: Against): TemplateResult {
  const reason = reasonOf(row);
  return html`
    ${reason ? html`<p class="why">${reason}</p>` : nothing}
    <p class="terms">${explained(typeset(row.kernel.teaches))}</p>
    ${measured(row, against)} ${modelled(row)}
  `;
}

/** Why a rung has no time, as a sentence; null where nothing stands in its way. */
export function reasonOf({ state, kernel, refusal, result }: Row): string | null {
  if (state === 'refused') return ruleText(refusal?.message ?? result?.reason ?? '', kernel.knobs);
  return result?.reason ? stopped(typeset(result.reason)) : null;
}

function measured({ result }: Row, { gains, bestNs }: Against): TemplateResult | typeof nothing {
  if (!result?.verdict) return nothing;
  const { time: measured, measures, verdict } = result;
  const median = measured?.medianNs ?? null;
  const range =
    measured?.minNs && measured.p90Ns ? timeInterval(measured.minNs, measured.p90Ns, median ?? measured.p90Ns) : null;
  const { intervalNs = null, firstNs = null } = measured ?? {};
  return html`<p class="facts soft">
    ${source('measured')}
    <span title=${`Checked: ${verdict.method}`}><b>checked</b> ${checkedShare(verdict)}</span>
    ${intervalNs ? html`<span><b>median, 99%</b> ${figure(timeInterval(...intervalNs, median ?? undefined))}</span>` : nothing}
    ${range ? html`<span><b>minimum to p90</b> ${figure(range)}</span>` : nothing}
    ${firstNs ? html`<span title="Kept apart from the samples"><b>first run</b> ${figure(duration(firstNs))}</span>` : nothing}
    ${measures.map((one) => html`<span><b>${one.title.toLowerCase()}</b> ${figure(measure(one))}</span>`)}
    ${bestNs && median ? html`<span><b>of the fastest</b> ${figure(percent(bestNs / median))}</span>` : nothing}
    ${gains.map((gain) => (gain.ratio === null ? nothing : html`<span>${gainWords(gain)}</span>`))}
  </p>`;
}

/** "all 4,096", or which share of the outputs. */
function checkedShare({ checked, total }: { readonly checked: number; readonly total: number }): string {
  return checked === total ? `all ${count(total)}` : `part, ${figureText(percent(checked / total))}`;
}

function modelled({ settings, plan, chosen, result }: Row): TemplateResult | typeof nothing {
  if (!plan) return nothing;
  const grids = plan.passes.map(({ workgroups: [x, y, z], workgroupSize }) => {
    const size = workgroupSize.filter((side, axis) => axis === 0 || side > 1).join(' × ');
    return `${count(x * y * z)} of ${size}`;
  });
  const invocations = grids.join().endsWith('of 1') ? 'invocation' : 'invocations';
  const shared = Math.max(...plan.passes.map(({ workgroupBytes }) => workgroupBytes));
  const taken = result?.chosen ?? chosen;
  return html`<p class="facts soft">
    ${source('modelled')}
    ${taken ? html`<span><b>takes</b> ${chosenKernel(settings, taken)}, ${chosenBy(taken)}</span>` : nothing}
    <span><b>workgroups</b> <span class="mono">${grids.join(', then ')} ${invocations}</span></span>
    <span><b>workgroup memory</b> <span class="mono">${figureText(bytes(shared))}</span></span>
    <span><b>scratch</b> <span class="mono">${figureText(bytes(scratchBytes(plan.buffers)))}</span></span>
  </p>`;
}

/** "1.83× kernel 2 (1.80 to 1.86): faster, timed side by side". */
function gainWords({ over, ratio, interval, outcome, sideBySide }: Gain): TemplateResult {
  const ends = interval ? ` (${interval.map((end) => significant(end)).join(' to ')})` : '';
  return html`<b>over kernel ${over}</b> ${figure(times(ratio))}${ends}: ${outcome}${sideBySide ? nothing : ', not timed side by side'}`;
}

/** "1.83×": how many times as fast. */
export function times(ratio: number | null): Figure {
  if (ratio === null) return NONE;
  const { value, raw } = plain(ratio);
  return { value: `${value}×`, unit: '', raw: `${raw} times as fast` };
}
