import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import type { Diagnostic } from '../../../core/errors.ts';
import { NOTHING, type Outline } from '../../../wgsl/outline.ts';
import * as icons from '../../look/icons.ts';
import { Narrow } from '../../look/narrow.ts';
import { base } from '../../look/styles.ts';
import { emit } from '../../state/events.ts';
import { codeLook } from './code-look.ts';
import type { Editing } from './code-mirror/editing.ts';
import { layout } from './layout.ts';
import { type LineCounts, NO_COUNTS } from './line-counts.ts';
import { type LineValue, type LineValues, valuesIn } from './line-values.ts';
import { rowTemplates } from './listing.ts';
import { Press } from './press.ts';
import { listedOf, rowsOf } from './rows.ts';
import '../ts-unloaded.ts';

/**
 * The kernel's WGSL as saved, to read and to change. It is listed; the editor, most of the page's code, takes the list's
 * place when the reader first touches it, or when something has to be pointed out in it.
 *
 * @fires source-change - detail: { source, whole }
 */
@customElement('ts-editor')
export class TsEditor extends LitElement {
  static override styles = [base, codeLook, layout];

  /** Text to show. Undo never reaches back over a change of this. */
  @property({ attribute: false }) source = '';
  /** Text of the saved file. */
  @property({ attribute: false }) saved = '';
  /** The last edit that was replaced as a whole; undefined where there is none to bring back. */
  @property({ attribute: false }) replaced: string | undefined;
  @property({ attribute: false }) path = '';
  /** Who uses the text, said beside it until it is edited. */
  @property() hint = 'editable: Run uses your text';
  /** What the saved file declares. */
  @property({ attribute: false }) declared: Outline = NOTHING;
  @property({ attribute: false }) values: LineValues = {};
  @property({ attribute: false }) errors: readonly Diagnostic[] = [];
  /** What a trace has counted of the text shown; null where there is no place for it. */
  @property({ attribute: false }) counts: LineCounts | null = null;
  /** What is counted of the line with the cursor, in words. */
  @state() private said = '';
  /** What of `values` differs from what the text shown declares. */
  @state() private differing: readonly LineValue[] = [];
  /** Null until the reader has touched the code. */
  @state() private editing: Editing | null = null;
  /** Where the editor's code is: not asked for yet, on its way, or not to be had. */
  @state() private arrival: 'none' | 'awaited' | 'failed' = 'none';
  @query('.frame') private readonly frame!: HTMLElement;
  private coming: Promise<Editing | null> | null = null;
  /** The line that is being stepped through, counted from 1. */
  @state() private lit: number | null = null;
  private readonly pressed = new Press();
  private readonly narrow = new Narrow(this);

  override render(): TemplateResult {
    const edited = this.source !== this.saved;
    const counts = this.placed;
    const about = counts?.title
      ? `${counts.title}, by line. The line with the cursor is explained here.`
      : 'A trace counts, line by line, what the code asks of memory.';
    return html`
      <div class="head">
        <h2>Code</h2>
        <span class="path mono soft" title=${this.path}><bdi>${this.path}</bdi></span>
        ${edited ? html`<span class="edited">edited</span>` : html`<span class="hint small soft">${this.hint}</span>`}
        ${this.others().map(
          ([label, text]) => html`<button @click=${() => this.replaceAll(text)}>${icons.undo}${label}</button>`,
        )}
      </div>
      ${this.arrival === 'failed' ? html`<ts-unloaded what="The editor"></ts-unloaded>` : nothing}
      <div class="frame ${edited ? 'edited-frame' : ''}" @pointerenter=${this.prepare}>
        ${this.editing ? nothing : this.listing()}
      </div>
      ${counts && this.source !== '' ? html`<p class="said small soft" tabindex="0" role="note" aria-label="Counters of the line with the cursor">${this.said || about}</p>` : nothing}
    `;
  }

  /** The text as a text box that becomes one in earnest as soon as it has the focus. */
  private listing(): TemplateResult {
    const { source, differing, placed: counts, lit } = this;
    const digits = String(source.split('\n').length).length;
    return html`<div
      class="listing ${counts ? 'counted' : ''}"
      role="textbox"
      aria-multiline="true"
      aria-label=${this.label}
      aria-busy=${this.arrival === 'awaited' ? 'true' : 'false'}
      tabindex="0"
      .style=${`--digits: ${digits}`}
      @pointerdown=${this.pressed.down}
      @focus=${this.open}
    >
      ${guard([source, differing, counts, lit], () => rowTemplates(rowsOf(listedOf(source)), differing, counts, lit))}
    </div>`;
  }

  override willUpdate(properties: PropertyValues): void {
    if (['source', 'values', 'saved', 'declared'].some((name) => properties.has(name))) void this.annotate();
  }

  override updated(properties: PropertyValues): void {
    const { editing, source, errors } = this;
    if (!editing) {
      // Marks of faults, as they stand in the editor alone.
      if (properties.has('errors') && errors.length > 0) void this.open();
      if (properties.has('lit')) this.showLit();
      // The editor draws no more than is in view.
      if (properties.has('source') && listedOf(source).length < source.length) void this.open();
      return;
    }
    const isOther = properties.has('source') && editing.text !== source;
    if (isOther) editing.show(source, this.label);
    if (isOther || properties.has('differing')) editing.setValues(this.differing);
    if (isOther || properties.has('errors')) editing.setErrors(errors);
    if (isOther || properties.has('counts')) editing.setCounts(this.placed);
  }

  /** No place is kept for counts on a phone, where the code needs all of the width. */
  private get placed(): LineCounts | null {
    return this.counts === NO_COUNTS && this.narrow.matches ? null : this.counts;
  }

  /** Moves the cursor to a line of the code, counted from 1. */
  async goTo(line: number, column: number): Promise<void> {
    (await this.open())?.goTo(line, column);
  }

  /** Brings a line, counted from 1, into the frame of the code; the page itself does not move, nor does the focus. */
  async showLine(line: number): Promise<void> {
    await this.updateComplete;
    const row = this.renderRoot.querySelector(`.number[data-line="${line}"]`);
    if (this.editing) this.editing.scrollTo(line, this.frame.clientHeight / 3);
    else if (row) this.scrollListing(row);
  }

  /** Lights the line that is being stepped through, counted from 1; null lights none. */
  light(line: number | null): void {
    this.lit = line;
    this.editing?.light(line);
  }

  /** Scrolls the listing to the line that is lit, within its own frame, and never the page. */
  private showLit(): void {
    const row = this.renderRoot.querySelector('.row:has(.lit)');
    if (row) this.scrollListing(row);
  }

  private scrollListing(row: Element): void {
    const listing = this.renderRoot.querySelector('.listing');
    if (!listing) return;
    const [own, all] = [row.getBoundingClientRect(), listing.getBoundingClientRect()];
    if (own.top < all.top || own.bottom > all.bottom) listing.scrollTop += own.top - all.top - all.height / 3;
  }

  private get label(): string {
    return `WGSL of ${this.path}`;
  }

  /** The pointer is over the code: what a click would ask for is on its way. */
  private readonly prepare = (): void => {
    // If it does not come, whoever needs it will say so.
    if (!this.editing) void load();
  };

  /** The editor, brought where it has not come yet; null where its code cannot be loaded. */
  private readonly open = (): Promise<Editing | null> => {
    this.coming ??= this.bring();
    return this.coming;
  };

  private async bring(): Promise<Editing | null> {
    this.arrival = 'awaited';
    // From here on without a wait where none is needed: a touch keyboard comes only to what has the focus at once.
    const module = loaded ?? (await load());
    // What is being selected in the listing stays in place until it is.
    if (this.pressed.released) await this.pressed.released;
    if (!this.hasUpdated) await this.updateComplete;
    if (!module) {
      this.arrival = 'failed';
      this.coming = null;
      return null;
    }
    const listing = this.renderRoot.querySelector<HTMLElement>('.listing');
    const top = listing && topRow(listing);
    const isFocused = listing !== null && (this.renderRoot as ShadowRoot).activeElement === listing;
    const selected = listing && this.pressed.selected(listing);
    const editing = new module.Editing(this.frame, {
      changed: (text) => this.change(text, false),
      said: (sentence) => {
        this.said = sentence;
      },
    });
    editing.show(this.source, this.label);
    editing.setValues(this.differing);
    editing.setCounts(this.placed);
    this.arrival = 'none';
    this.editing = editing;
    this.performUpdate();
    if (top) editing.scrollTo(top.line, top.below);
    if (isFocused) editing.focus(selected?.from ?? null, selected?.to ?? null);
    if (this.errors.length > 0) editing.setErrors(this.errors);
    if (this.lit !== null) editing.light(this.lit);
    return editing;
  }

  /** An edited text is parsed for it; the parser is loaded for the first one. */
  private async annotate(): Promise<void> {
    const { source, values, saved, declared } = this;
    if (source === saved) {
      this.differing = valuesIn(source, values, declared);
      return;
    }
    const { outline } = (await import('../../../wgsl/parse.ts')).parse(source);
    // Meanwhile there may be another text, which has been annotated or will be.
    if (source === this.source && values === this.values) this.differing = valuesIn(source, values, outline);
  }

  /** Texts that can take the place of the one shown. The first keeps its button, and so the focus, when it has done so. */
  private others(): readonly (readonly [label: string, text: string])[] {
    const { source, saved, replaced } = this;
    return [
      ...(source === saved ? [] : [['Reset code', saved] as const]),
      ...(replaced === undefined || replaced === source ? [] : [['Restore edit', replaced] as const]),
    ];
  }

  private replaceAll(source: string): void {
    this.change(source, true);
  }

  private change(source: string, whole: boolean): void {
    // First, so that what this replaces is known when the buttons are drawn.
    emit(this, 'source-change', { source, whole });
    this.source = source;
  }
}

/** The editor's code, once it has come. */
let loaded: typeof import('./code-mirror/editing.ts') | null = null;

async function load(): Promise<typeof loaded> {
  loaded ??= await import('./code-mirror/editing.ts').catch(() => null);
  return loaded;
}

/** The first row that is not wholly above the frame, and where its top is, in pixels below that of the frame. */
function topRow(listing: HTMLElement): { readonly line: number; readonly below: number } | null {
  const { top } = listing.getBoundingClientRect();
  for (const number of listing.querySelectorAll<HTMLElement>('.number')) {
    const rect = number.getBoundingClientRect();
    if (rect.bottom > top) return { line: Number(number.dataset.line), below: rect.top - top };
  }
  return null;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-editor': TsEditor;
  }
}
