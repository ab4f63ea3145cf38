import { css, html, LitElement, type PropertyValues, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { defaultMachine, type Machine } from '../../../model/machines.ts';
import type { StepSite, Steps } from '../../../trace/steps.ts';
import { source } from '../../look/figure.ts';
import { capital, count } from '../../look/format.ts';
import { base } from '../../look/styles.ts';
import { drawBanks, drawSectors, HEIGHT, sectorsDrawn, WIDTH } from './drawing.ts';
import {
  accessSites,
  groupsAt,
  lanesOf,
  placeOf,
  type Request,
  requestAt,
  requestSentence,
  visits,
  worstSite,
} from './requests.ts';

/** What the lanes of a group touch at one place of the code in one of its executions; the reader chooses all three. */
@customElement('ts-request')
export class TsRequest extends LitElement {
  static override styles = [
    base,
    css`
      .choices {
        display: grid;
        grid-template-columns: minmax(0, 2fr) minmax(0, 1fr);
        gap: 4px 12px;
        margin-top: 4px;
      }
      label {
        display: block;
      }
      select {
        width: 100%;
      }
      .when {
        grid-column: 1 / -1;
      }
      input[type='range'] {
        width: 100%;
        height: 32px;
        margin: 0;
        accent-color: var(--accent);
      }
      .ends {
        display: flex;
        justify-content: space-between;
        margin-top: 8px;
        color: var(--soft);
        font: 11px/16px var(--mono);
      }
      svg.drawn {
        width: 100%;
        height: 168px;
        overflow: visible;
      }
      .idle,
      .untouched,
      .bank {
        fill: none;
        stroke: var(--line);
        vector-effect: non-scaling-stroke;
      }
      .sector {
        fill: var(--raised);
        stroke: var(--edge);
        vector-effect: non-scaling-stroke;
      }
      .path {
        fill: none;
        stroke-width: 1.25;
        vector-effect: non-scaling-stroke;
        opacity: 0.75;
      }
      figcaption {
        min-height: var(--sentence-height, 64px);
        margin-top: 4px;
      }
      .none {
        display: grid;
        place-content: center;
        min-height: 72px;
        margin-top: 4px;
        padding: 0 16px;
        border: 1px dashed var(--line);
        text-align: center;
      }
      :host([roomy]) .none {
        height: 398px;
      }
    `,
  ];

  /** By pass; empty where nothing is known. */
  @property({ attribute: false }) steps: readonly Steps[] = [];
  @property({ attribute: false }) machine: Machine = defaultMachine;
  /** Whether its place is kept while there is nothing to draw. */
  @property({ type: Boolean, reflect: true }) roomy = false;
  /** The text shown if there is nothing to draw. */
  @property() missing = '';
  /** The access that is shown at first, as "read w"; where it is empty, the one that is farthest from the best there can be. */
  @property() first = '';
  /** Pass and site: the index of the first and of the second among its sites. */
  @state() private chosen: readonly [pass: number, site: number] = [0, 0];
  @state() private group = 0;
  @state() private visit = 0;

  /** What a picture of it shows: not the choices above, which it would show without their values. */
  get chart(): Element | null {
    return this.renderRoot.querySelector('figure');
  }

  override willUpdate(properties: PropertyValues<this>): void {
    if (!properties.has('steps')) return;
    // What is looked at is kept as long as the code has it in the same place.
    const [pass, site] = this.chosen;
    const before = properties.get('steps')?.[pass]?.sites[site];
    const steps = this.steps[pass];
    const again = steps && accessSites(steps).find((at) => before && isSamePlace(steps.sites[at], before));
    if (again !== undefined) this.chosen = [pass, again];
    else this.choose(0, this.steps[0] ? (this.named(this.steps[0]) ?? worstSite(this.steps[0], this.machine)) : 0);
  }

  override render(): TemplateResult {
    const [pass, site] = this.chosen;
    const steps = this.steps[pass];
    if (!steps || steps.sites[site] === undefined) return html`<div class="none small soft">${this.missing}</div>`;
    const groups = groupsAt(steps, site);
    const group = groups.includes(this.group) ? this.group : groups[0];
    const executed = visits(steps, site, group);
    const last = executed.length - 1;
    const visit = Math.min(this.visit, last);
    const request = requestAt(steps, executed[visit]) as Request;
    const place = placeOf('request', visit, executed.length, steps);
    return html`
      <div class="choices small">
        <label>Place in the code
          <select @change=${this.changeSite}>
            ${this.steps.flatMap((one, index) =>
              accessSites(one).map(
                (at) =>
                  html`<option value="${index} ${at}" .selected=${index === pass && at === site}>${this.nameOf(one, at)}</option>`,
              ),
            )}
          </select>
        </label>
        <label>Lanes
          <select @change=${this.changeGroup}>
            ${groups.map((one) => html`<option value=${one} .selected=${one === group}>${lanesOf(steps, one)}</option>`)}
          </select>
        </label>
        <label class="when">${capital(place)}, workgroup ${count(steps.workgroup)}
          <input type="range" min="0" max=${last} .value=${String(visit)} ?disabled=${last === 0}
            aria-valuetext=${place} @input=${this.changeVisit} />
        </label>
      </div>
      ${this.picture(request)}
    `;
  }

  private picture(request: Request): TemplateResult {
    const { machine } = this;
    const isBanks = request.memory.space === 'workgroup';
    const sentence = requestSentence(request, machine);
    const { first, last, margin } = isBanks
      ? { first: 'bank 0', last: `bank ${machine.banks - 1}`, margin: 0 }
      : endsOf(request, machine);
    return html`<figure>
      <div class="ends" aria-hidden="true"><span>lane 0</span><span>lane ${machine.group - 1}</span></div>
      <svg class="drawn" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${sentence}>
        ${svg`${isBanks ? drawBanks(request, machine) : drawSectors(request, machine)}`}
      </svg>
      <div class="ends" aria-hidden="true" .style=${`padding: 0 ${margin}%`}><span>${first}</span><span>${last}</span></div>
      <figcaption class="small">${sentence} ${source('modelled')}</figcaption>
    </figure>`;
  }

  private nameOf({ sites, memories, entry }: Steps, at: number): string {
    const { line, access, memory } = sites[at];
    const pass = this.steps.length > 1 ? `${entry}, ` : '';
    return `${pass}line ${line}: ${access} ${memory === null ? '' : memories[memory].name}`;
  }

  private named(steps: Steps): number | undefined {
    const { sites, memories } = steps;
    return accessSites(steps).find((at) => {
      const { access, memory } = sites[at];
      return memory !== null && `${access} ${memories[memory].name}` === this.first;
    });
  }

  private choose(pass: number, site: number): void {
    this.chosen = [pass, site];
    this.visit = 0;
  }

  private changeSite({ target }: Event): void {
    const [pass, site] = (target as HTMLSelectElement).value.split(' ').map(Number);
    this.choose(pass, site);
  }

  private changeGroup({ target }: Event): void {
    this.group = Number((target as HTMLSelectElement).value);
  }

  private changeVisit({ target }: Event): void {
    this.visit = Number((target as HTMLInputElement).value);
  }
}

/** What is written below the two ends of the memory that is drawn, and how far in percent these lie from the edges. */
function endsOf(request: Request, machine: Machine): { first: string; last: string; margin: number } {
  const { lines, margin } = sectorsDrawn(request, machine);
  const end = (lines[lines.length - 1] + 1) * machine.lineBytes - 1;
  return {
    first: `byte ${count(lines[0] * machine.lineBytes)}`,
    last: `byte ${count(end)}`,
    margin: (100 * margin) / WIDTH,
  };
}

function isSamePlace(a: StepSite, b: StepSite): boolean {
  return a.line === b.line && a.column === b.column && a.access === b.access;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-request': TsRequest;
  }
}
