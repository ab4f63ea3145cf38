import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Steps } from '../../../trace/steps.ts';
import { capital, count, significant } from '../../look/format.ts';
import * as icons from '../../look/icons.ts';
import { base } from '../../look/styles.ts';
import { emit } from '../../state/events.ts';
import { Replay } from './replay.ts';
import { lanesOf, placeOf, verb } from './requests.ts';
import './ts-grid.ts';
import './ts-watched.ts';

/** Steps a second, and what that is called. */
const SPEEDS = [
  [2, 'slow'],
  [8, 'medium'],
  [40, 'fast'],
] as const;

/**
 * A workgroup step by step: the line, the cells that it reads and writes, and the variables of one lane.
 *
 * @fires line-lit
 */
@customElement('ts-replay')
export class TsReplay extends LitElement {
  static override styles = [
    base,
    css`
      .row {
        display: flex;
        flex-wrap: wrap;
        align-items: end;
        gap: 4px 8px;
        margin-top: 4px;
      }
      label {
        display: block;
        flex: 1 1 88px;
      }
      select,
      input {
        display: block;
        width: 100%;
      }
      input[type='range'] {
        height: 32px;
        margin: 4px 0 0;
        accent-color: var(--accent);
      }
      .said {
        min-height: 64px;
      }
      code {
        display: block;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .grids {
        display: flex;
        flex-wrap: wrap;
        gap: 8px 16px;
        margin: 8px 0;
      }
    `,
  ];

  /** By pass, with values. */
  @property({ attribute: false }) steps: readonly Steps[] = [];
  /** The text that ran, line by line. */
  @property({ attribute: false }) text: readonly string[] = [];
  /** Elements in a row of a memory, by its name, where the memory itself does not say. */
  @property({ attribute: false }) rows: Readonly<Record<string, number>> = {};
  /** The lane that is watched until the reader chooses another. */
  @property({ type: Number }) first = 0;
  @state() private pass = 0;
  /** The steps of one group of lanes; null for those of the whole workgroup. */
  @state() private group: number | null = null;
  @state() private lane = 0;
  /** Place in `order`. */
  @state() private at = 0;
  @state() private speed: number = SPEEDS[1][0];
  @state() private timer: ReturnType<typeof setInterval> | null = null;
  private replay!: Replay;
  /** The steps that are gone through. */
  private order: readonly number[] = [];

  override willUpdate(properties: PropertyValues): void {
    if (properties.has('steps')) {
      this.pause();
      this.pass = 0;
      this.at = 0;
      this.lane = this.first;
    }
    if (!properties.has('steps') && !properties.has('pass') && !properties.has('group')) return;
    const steps = this.steps[this.pass];
    if (this.replay?.steps !== steps) this.replay = new Replay(steps);
    const now = this.order[this.at] ?? 0;
    const isBarrier = (step: number): boolean => steps.sites[steps.site[step]].memory === null;
    this.order = [...steps.site.keys()].filter(
      (step) => this.group === null || steps.groups[step] === this.group || isBarrier(step),
    );
    this.at = Math.max(
      0,
      this.order.findIndex((step) => step >= now),
    );
  }

  override updated(): void {
    emit(this, 'line-lit', { line: this.site().line });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.pause();
    emit(this, 'line-lit', { line: null });
  }

  private get step(): number {
    return this.order[this.at];
  }

  private site(): Steps['sites'][number] {
    const { steps } = this.replay;
    return steps.sites[steps.site[this.step]];
  }

  override render(): TemplateResult {
    const { replay, step, at, order } = this;
    const { steps } = replay;
    const marks = replay.marks(step);
    const groups = Math.ceil(steps.lanes / steps.group);
    const place = placeOf('step', at, order.length, steps);
    const isPlaying = this.timer !== null;
    return html`
      <div class="row">
        <button @click=${this.toggle}>${isPlaying ? icons.stop : icons.play}${isPlaying ? 'Pause' : 'Play'}</button>
        <button data-repeats aria-disabled=${at === 0} @click=${() => this.go(at - 1)}>Back</button>
        <button data-repeats aria-disabled=${at === order.length - 1} @click=${() => this.go(at + 1)}>Step</button>
      </div>
      <div class="row small">
        ${
          this.steps.length > 1
            ? this.choice(
                'Pass',
                this.steps.map(({ entry }, index) => [index, entry]),
                this.pass,
                (pass) => this.changePass(pass),
              )
            : ''
        }
        ${this.choice(
          'Lanes',
          [
            [-1, 'all'],
            ...Array.from({ length: groups }, (_, group): [number, string] => [group, lanesOf(steps, group)]),
          ],
          this.group ?? -1,
          (group) => this.changeGroup(group),
        )}
        ${this.choice(
          'Lane watched',
          Array.from({ length: steps.lanes }, (_, lane): [number, string] => [lane, String(lane)]),
          this.lane,
          (lane) => {
            this.lane = lane;
          },
        )}
        ${this.choice(
          'Speed',
          SPEEDS.map(([speed, word]) => [speed, word]),
          this.speed,
          (speed) => this.changeSpeed(speed),
        )}
      </div>
      <input type="range" min="0" max=${order.length - 1} .value=${String(at)} aria-label="Step" aria-valuetext=${place} @input=${this.seek} />
      <div class="said small">
        <p>${capital(place)}: ${this.words()}</p>
        <code>${this.text[this.site().line - 1]?.trim() ?? ''}</code>
      </div>
      <div class="grids">
        ${steps.memories.map((memory, index) =>
          memory.space === 'function'
            ? ''
            : html`<ts-grid .memory=${memory} .pitch=${this.rows[memory.name] ?? memory.pitch} .cells=${replay.at(index, step)} .marks=${marks?.memory === index ? marks : null} .step=${step}></ts-grid>`,
        )}
      </div>
      <ts-watched .replay=${replay} .step=${step} .lane=${this.lane}></ts-watched>
    `;
  }

  /** What this step does, and what the watched lane does in it. */
  private words(): string {
    const { replay, step, lane } = this;
    const { steps } = replay;
    const { line, access, memory } = this.site();
    if (access === 'barrier' || memory === null) return `line ${line}, all lanes wait for one another.`;
    const { name, scalar, space } = steps.memories[memory];
    const own = lanesOf(steps, steps.groups[step]);
    const isOne = !own.includes(' ');
    const start = `line ${line}, ${isOne ? 'lane' : 'lanes'} ${own} ${verb(access, isOne)} ${name}`;
    const at = replay.accessOf(step, lane);
    if (at === null) return `${start}; lane ${lane} takes no part.`;
    const cell = Math.floor(steps.address[at] / scalar);
    const value = replay.stored(at)[0] ?? (space === 'function' ? undefined : replay.at(memory, step)[cell]);
    const known = value === undefined || Number.isNaN(value) ? null : significant(value, 4);
    const does = `${start}; lane ${lane} ${verb(access, true)}`;
    if (space === 'function') return `${does} it to ${known ?? (value === undefined ? 'an unknown value' : 'NaN')}.`;
    return `${does} element ${count(cell)}${known === null ? '' : `: ${known}`}.`;
  }

  private choice(
    label: string,
    options: readonly (readonly [value: number, text: string])[],
    chosen: number,
    take: (value: number) => void,
  ): TemplateResult {
    const change = ({ target }: Event): void => take(Number((target as HTMLSelectElement).value));
    return html`<label>${label}
      <select @change=${change}>
        ${options.map(([value, text]) => html`<option value=${value} .selected=${value === chosen}>${text}</option>`)}
      </select>
    </label>`;
  }

  private readonly toggle = (): void => {
    if (this.timer !== null) {
      this.pause();
      return;
    }
    if (this.at === this.order.length - 1) this.at = 0;
    this.timer = setInterval(() => {
      if (this.at === this.order.length - 1) this.pause();
      else this.at++;
    }, 1000 / this.speed);
  };

  private pause(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private go(at: number): void {
    this.pause();
    this.at = Math.max(0, Math.min(this.order.length - 1, at));
  }

  private seek({ target }: Event): void {
    this.go(Number((target as HTMLInputElement).value));
  }

  private changePass(pass: number): void {
    this.pass = pass;
    this.group = null;
    this.lane = 0;
    this.go(0);
  }

  private changeGroup(group: number): void {
    this.group = group < 0 ? null : group;
    if (group >= 0) this.lane = group * this.replay.steps.group;
  }

  private changeSpeed(speed: number): void {
    this.speed = speed;
    if (this.timer === null) return;
    this.pause();
    this.toggle();
  }
}

declare module '../../state/events.ts' {
  interface Events {
    /** The line of the code that is being stepped through; null where none is. */
    'line-lit': { readonly line: number | null };
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-replay': TsReplay;
  }
}
