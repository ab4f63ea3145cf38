import { html, nothing, type TemplateResult } from 'lit';
import type { LineCount, LineCounts } from './line-counts.ts';
import type { LineValue } from './line-values.ts';
import type { Piece, Row } from './rows.ts';

/** Rows of code, with what the knobs set and a trace has counted, one of them lit: as `codeLook` lays them out within its `.listing`. */
export function rowTemplates(
  rows: readonly Row[],
  values: readonly LineValue[],
  counts: LineCounts | null,
  lit: number | null,
): readonly TemplateResult[] {
  const tags = new Map(values.map(({ line, text }) => [line, text]));
  return rows.map(({ line, hang, pieces }) => {
    const tag = tags.get(line);
    // No space within a line but the code's own.
    return html`<div class="row">
      ${counts ? html`<span class="counter">${countTemplate(counts.lines.get(line))}</span>` : nothing}
      <span class="number" data-line=${line}></span><span></span>
      <div class="line hang-${hang} ${line === lit ? 'lit' : ''}">${pieces.map(pieceTemplate)}${tag === undefined ? nothing : html`<span class="line-value">${tag}</span>`}</div>
    </div>`;
  });
}

function pieceTemplate({ text, kind }: Piece): TemplateResult | string {
  return kind === null ? text : html`<span class="wgsl-${kind}">${text}</span>`;
}

function countTemplate(count: LineCount | undefined): TemplateResult | typeof nothing {
  if (!count?.text) return nothing;
  const { text, weight, sentence } = count;
  const look = `--weight: ${Math.round(weight * 70)}%`;
  return html`<span class="count ${weight === 1 ? 'count-most' : ''}" title=${sentence} .style=${look}>${text}</span>`;
}
