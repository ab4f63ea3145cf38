import { css, html, LitElement, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { withCommas } from '../../core/words.ts';
import type { AccessPattern } from '../../gpu/plan.ts';
import { source } from '../look/figure.ts';
import { bytes, figureText, percent } from '../look/format.ts';
import { base } from '../look/styles.ts';
import { LINE_BYTES, type Lines, lines } from './lines.ts';

const LANES = 32;
/** The picture is drawn in these units and stretched to the width there is. */
const WIDTH = 1000;
const HEIGHT = 128;
const LANE_HEIGHT = 18;
const LINE_TOP = 102;

/** How 32 neighbouring lanes load from memory in one step, and which 128-byte lines that touches: a model. */
@customElement('ts-accesses')
export class TsAccesses extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        border-top: 1px solid var(--line);
        padding: 12px 0 16px;
      }
      figure + figure {
        margin-top: 16px;
      }
      .ends {
        display: flex;
        justify-content: space-between;
        color: var(--soft);
        font-size: 11px;
        line-height: 16px;
        font-family: var(--mono);
      }
      svg {
        width: 100%;
        height: 128px;
        overflow: visible;
      }
      .line {
        fill: var(--raised);
        stroke: var(--edge);
        stroke-dasharray: 3 2;
        vector-effect: non-scaling-stroke;
      }
      .idle {
        fill: none;
        stroke: var(--line);
        vector-effect: non-scaling-stroke;
      }
      .path {
        fill: none;
        stroke-width: 1.25;
        vector-effect: non-scaling-stroke;
        opacity: 0.8;
      }
      figcaption {
        margin-top: 8px;
      }
      .assumed {
        margin-top: 4px;
      }
      strong {
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  @property({ attribute: false }) accesses: readonly AccessPattern[] = [];
  /** Whether the code shown is not the saved one, of which alone something is known. */
  @property({ type: Boolean }) edited = false;
  /** Whether the settings are refused, so that there is no plan. */
  @property({ type: Boolean }) refused = false;

  override render(): TemplateResult {
    return html`<section aria-label="Memory accesses">
      <h2>Which memory ${LANES} lanes touch ${this.isModelled() ? source('modelled') : nothing}</h2>
      ${this.isModelled() ? this.pictures() : this.unknown()}
    </section>`;
  }

  private isModelled(): boolean {
    return !this.edited && this.accesses.length > 0;
  }

  private pictures(): TemplateResult {
    return html`${this.accesses.map((pattern) => this.picture(pattern))}
      <p class="assumed small soft">
        A lane is one invocation; caches keep memory in lines of ${LINE_BYTES} bytes, and may fetch only parts of one. It is assumed that
        the buffer begins on a line’s edge. Caches may serve later steps: the measured time tells.
      </p>`;
  }

  private unknown(): TemplateResult {
    if (this.refused)
      return html`<p class="soft">Nothing is modelled: with these settings the kernel is refused, and the verdict says why.</p>`;
    return this.edited
      ? html`<p class="soft">Not modelled: this is your edit, and what it loads is known only to the GPU. Its time is measured all the same.</p>`
      : html`<p class="soft">Not modelled yet for this kernel with these knobs. Compare measured times instead.</p>`;
  }

  private picture(pattern: AccessPattern): TemplateResult {
    const found = lines(pattern);
    const place = placement(found);
    const lanes = pattern.addresses.length;
    const laneWidth = WIDTH / LANES;
    const colour = (lane: number): string =>
      `color-mix(in oklab, var(--lane-0), var(--lane-2) ${Math.round((100 * lane) / (LANES - 1))}%)`;
    const middle = (lane: number): number => (lane + 0.5) * laneWidth;
    const byteWidth = place.width / LINE_BYTES;
    const label = `${lanes} ${lanes === 1 ? 'lane touches' : 'lanes touch'} ${found.touched.length} ${found.touched.length === 1 ? 'line' : 'lines'} of ${LINE_BYTES} bytes; ${enough(found)}`;
    return html`<figure>
      <p class="small soft">${pattern.title}</p>
      <div class="ends" aria-hidden="true"><span>lane 0</span><span>lane ${LANES - 1}</span></div>
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${label}>
        ${Array.from({ length: LANES }, (_, lane) =>
          lane < lanes
            ? svg`<rect x=${lane * laneWidth + 2} y="0" width=${laneWidth - 4} height=${LANE_HEIGHT} style="fill: ${colour(lane)}">
                <title>lane ${lane} loads bytes ${pattern.addresses[lane]} to ${pattern.addresses[lane] + pattern.bytesPerLane - 1}</title></rect>`
            : svg`<rect class="idle" x=${lane * laneWidth + 2} y="0.5" width=${laneWidth - 4} height=${LANE_HEIGHT - 1}><title>lane ${lane} loads nothing</title></rect>`,
        )}
        ${found.touched.map(
          (
            line,
          ) => svg`<rect class="line" x=${place.x(line)} y=${LINE_TOP} width=${place.width} height=${HEIGHT - LINE_TOP}>
            <title>line ${line}: bytes ${line * LINE_BYTES} to ${(line + 1) * LINE_BYTES - 1}</title></rect>`,
        )}
        ${pattern.addresses.map((address, lane) => {
          const first = Math.floor(address / LINE_BYTES);
          const start = place.x(first) + (address - first * LINE_BYTES) * byteWidth;
          const pieces = split(address, pattern.bytesPerLane).map(([from, length]) => {
            const line = Math.floor(from / LINE_BYTES);
            const x = place.x(line) + (from - line * LINE_BYTES) * byteWidth;
            return svg`<rect x=${x} y=${LINE_TOP + 3} width=${Math.max(length * byteWidth, 1.5)} height=${HEIGHT - LINE_TOP - 6} style="fill: ${colour(lane)}" />`;
          });
          const to = start + (Math.min(pattern.bytesPerLane, (first + 1) * LINE_BYTES - address) * byteWidth) / 2;
          const path = `M${middle(lane)} ${LANE_HEIGHT} C${middle(lane)} ${LANE_HEIGHT + 44} ${to} ${LINE_TOP - 44} ${to} ${LINE_TOP + 3}`;
          return svg`<path class="path" d=${path} style="stroke: ${colour(lane)}" />${pieces}`;
        })}
      </svg>
      <div class="ends" aria-hidden="true" style="margin-inline: ${(100 * place.margin) / WIDTH}%">
        <span>byte ${withCommas(found.touched[0] * LINE_BYTES)}</span>
        <span>byte ${withCommas((found.touched[found.touched.length - 1] + 1) * LINE_BYTES - 1)}</span>
      </div>
      <figcaption>${sentence(found, lanes, pattern.bytesPerLane)}</figcaption>
    </figure>`;
  }
}

function sentence(found: Lines, lanes: number, each: number): TemplateResult {
  const { touched, bytesHeld, share } = found;
  const who = lanes === 1 ? html`One lane loads ${each} B.` : html`${lanes} lanes load ${each} B each.`;
  const where = html`<strong>${touched.length} ${touched.length === 1 ? 'line' : 'lines'}</strong>`;
  if (found.distinct < lanes) {
    const what =
      found.distinct === 1
        ? html`All of them want the same address: <strong>a broadcast</strong>, which is read once for all.`
        : html`They want ${found.distinct} addresses between them, so that one read serves several lanes.`;
    return html`${who} ${what} They touch ${where}.`;
  }
  return html`${who} They touch ${where};
    ${enough(found)}. ${touched.length === 1 ? 'The line holds' : `The ${touched.length} lines hold`}
    ${figureText(bytes(bytesHeld))}; <strong>${figureText(percent(share))}</strong> of that is asked for.`;
}

function enough({ touched, fewest }: Lines): string {
  return fewest === touched.length ? 'no fewer could hold them' : `${fewest} would do`;
}

/** Where the touched lines stand side by side: neighbours touch, others keep a gap. */
function placement({ touched }: Lines): {
  readonly width: number;
  readonly margin: number;
  readonly x: (line: number) => number;
} {
  const gaps = touched.map((line, index) => (index > 0 && line !== touched[index - 1] + 1 ? 1 : 0));
  const total = gaps.reduce<number>((sum, gap) => sum + gap, 0);
  const gap = total === 0 ? 0 : Math.min(16, (WIDTH * 0.3) / total);
  // A lone line drawn over the whole width would look like a great deal of memory.
  const room = touched.length < 3 ? (WIDTH * touched.length) / 3 : WIDTH - gap * total;
  const width = room / touched.length;
  const margin = (WIDTH - room - gap * total) / 2;
  const at = new Map<number, number>();
  let x = margin;
  for (const [index, line] of touched.entries()) {
    x += gaps[index] * gap;
    at.set(line, x);
    x += width;
  }
  return { width, margin, x: (line) => at.get(line) ?? 0 };
}

/** A load as the pieces of it that lie in one line each: [first byte, length]. */
function split(address: number, length: number): readonly (readonly [number, number])[] {
  const pieces: [number, number][] = [];
  for (let from = address; from < address + length; ) {
    const edge = (Math.floor(from / LINE_BYTES) + 1) * LINE_BYTES;
    const end = Math.min(address + length, edge);
    pieces.push([from, end - from]);
    from = end;
  }
  return pieces;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-accesses': TsAccesses;
  }
}
