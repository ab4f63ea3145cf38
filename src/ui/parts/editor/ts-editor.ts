import { lintGutter, setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import { minimalSetup } from 'codemirror';
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Diagnostic } from '../../../core/errors.ts';
import { NOTHING, type Outline } from '../../../wgsl/outline.ts';
import * as icons from '../../look/icons.ts';
import { base } from '../../look/styles.ts';
import { emit } from '../../state/events.ts';
import { commentFlow } from './comment-flow.ts';
import { hangingIndent } from './hanging-indent.ts';
import { countAtCursor, type LineCounts, lineCounts, setLineCounts } from './line-counts.ts';
import { type LineValues, lineValues, setLineValues } from './line-values.ts';
import { light, litLine } from './lit-line.ts';
import { typedOver } from './typed-over.ts';
import { wgsl } from './wgsl-language.ts';

const theme = EditorView.theme({
  '&': { fontSize: '12.5px', backgroundColor: 'transparent', color: 'var(--ink)', height: '100%' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '20px', overflow: 'auto', fontVariantLigatures: 'none' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ink)' },
  '.cm-line': { padding: '0 12px 0 8px' },
  '.cm-gutter-lint': { width: '12px' },
  '.cm-gutter-lint .cm-gutterElement': { padding: '0' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--soft)', border: '0' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 4px 0 8px', minWidth: '32px' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '-2px' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 26%, transparent)',
  },
  '.wgsl-comment': { color: 'var(--soft)', fontStyle: 'italic' },
  '.wgsl-keyword': { color: 'var(--code-keyword)', fontWeight: '600' },
  '.wgsl-modifier': { color: 'var(--code-keyword)' },
  '.wgsl-type': { color: 'var(--code-type)' },
  '.wgsl-number': { color: 'var(--code-number)' },
  '.wgsl-attribute': { color: 'var(--code-attribute)' },
  '.wgsl-function': { color: 'var(--code-function)' },
  '.cm-line-value': {
    marginLeft: '12px',
    padding: '0 6px',
    border: '1px solid var(--accent)',
    borderRadius: '3px',
    color: 'var(--accent)',
    fontFamily: 'var(--sans)',
    fontSize: '11px',
  },
  '.cm-tooltip': { backgroundColor: 'var(--ground)', color: 'var(--ink)', border: '1px solid var(--edge)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--failed)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--failed)',
    textUnderlineOffset: '3px',
  },
});

/** Ctrl+Enter belongs to Run, which listens on the window: here it must not insert its blank line. */
const leaveToRun = Prec.highest(keymap.of(['Ctrl-Enter', 'Cmd-Enter'].map((key) => ({ key, run: () => true }))));

/**
 * The kernel's WGSL as saved, to read and to change.
 *
 * @fires source-change - detail: { source, whole }
 */
@customElement('ts-editor')
export class TsEditor extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: flex;
        flex-direction: column;
      }
      .head {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 32px;
      }
      .path {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
        font-size: 12px;
        font-weight: 400;
        direction: rtl;
      }
      .grow {
        flex: 1;
      }
      .hint {
        flex: none;
      }
      .edited {
        padding: 0 6px;
        border: 1px solid var(--accent);
        border-radius: 3px;
        color: var(--accent);
        font-size: 12px;
        line-height: 18px;
      }
      .frame {
        flex: 0 1 auto;
        min-height: 240px;
        overflow: hidden;
        margin-top: 4px;
        border-block: 1px solid var(--line);
        background: var(--raised);
      }
      .said {
        flex: none;
        height: 52px;
        overflow-y: auto;
        padding: 2px 8px;
      }
      .frame.edited-frame {
        border-color: var(--accent);
      }
      @media print {
        .frame {
          height: auto;
        }
      }
    `,
  ];

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
  private view: EditorView | null = null;
  private readonly counted = new Compartment();

  override render(): TemplateResult {
    const edited = this.source !== this.saved;
    return html`
      <div class="head">
        <h2>Code</h2>
        <span class="path mono soft" title=${this.path}><bdi>${this.path}</bdi></span>
        <span class="grow"></span>
        ${edited ? html`<span class="edited">edited</span>` : html`<span class="hint small soft">${this.hint}</span>`}
        ${this.others().map(
          ([label, text]) => html`<button @click=${() => this.replaceAll(text)}>${icons.undo}${label}</button>`,
        )}
      </div>
      <div class="frame ${edited ? 'edited-frame' : ''}"></div>
      ${this.counts ? html`<p class="said small soft" tabindex="0" role="note" aria-label="Counters of the line with the cursor">${this.said || `${this.counts.title}, by line. The line with the cursor is explained here.`}</p>` : nothing}
    `;
  }

  override firstUpdated(): void {
    const parent = this.renderRoot.querySelector<HTMLElement>('.frame');
    if (!parent) return;
    this.view = new EditorView({ state: this.fresh(this.source), parent, root: this.renderRoot as ShadowRoot });
  }

  override updated(properties: PropertyValues<this>): void {
    const { view } = this;
    if (!view) return;
    if (properties.has('source') && view.state.doc.toString() !== this.source) {
      view.setState(this.fresh(this.source));
      void this.annotate();
      this.mark();
      this.count();
      return;
    }
    if (properties.has('values') || properties.has('source')) void this.annotate();
    if (properties.has('errors')) this.mark();
    if (properties.has('counts')) this.count();
  }

  /** Moves the cursor to a line of the code, counted from 1. */
  goTo(line: number, column: number): void {
    const { view } = this;
    if (!view) return;
    const anchor = position(view.state, line, column);
    view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
    view.focus();
  }

  /** Lights the line that is being stepped through, counted from 1; null lights none. */
  light(line: number | null): void {
    if (this.view) light(this.view, line);
  }

  private fresh(doc: string): EditorState {
    return EditorState.create({
      doc,
      extensions: [
        this.counted.of(this.counts ? lineCounts : []),
        lineNumbers(),
        lintGutter(),
        minimalSetup,
        leaveToRun,
        EditorView.lineWrapping,
        commentFlow,
        hangingIndent,
        typedOver,
        wgsl(),
        lineValues,
        litLine,
        theme,
        EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': `WGSL of ${this.path}` }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) this.change(update.state.doc.toString(), false);
          this.said = (this.counts && countAtCursor(update.state)?.sentence) ?? '';
        }),
      ],
    });
  }

  /** An edited text is parsed for it; the parser is loaded for the first one. */
  private async annotate(): Promise<void> {
    const { source, values, saved, declared } = this;
    const outline = source === saved ? declared : (await import('../../../wgsl/parse.ts')).parse(source).outline;
    // Meanwhile there may be another text, which has been annotated or will be.
    if (source !== this.source || values !== this.values) return;
    this.view?.dispatch({ effects: setLineValues.of({ values, outline }) });
  }

  private count(): void {
    const { view, counts } = this;
    view?.dispatch({ effects: this.counted.reconfigure(counts ? lineCounts : []) });
    if (counts) view?.dispatch({ effects: setLineCounts.of(counts) });
  }

  private mark(): void {
    const { view } = this;
    if (!view) return;
    const diagnostics = this.errors.map(({ line, column, message }) => {
      const from = position(view.state, line, column);
      const to = Math.max(from + 1, view.state.wordAt(from)?.to ?? 0);
      return { from, to: Math.min(to, view.state.doc.length), severity: 'error' as const, message };
    });
    view.dispatch(setDiagnostics(view.state, diagnostics));
    // Only where the code scrolls in a frame of its own: the page itself never moves by itself.
    const framed = view.scrollDOM.scrollHeight > view.scrollDOM.clientHeight;
    if (framed && diagnostics.length > 0) {
      view.dispatch({ effects: EditorView.scrollIntoView(diagnostics[0].from, { y: 'center' }) });
    }
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

function position(state: EditorState, line: number, column: number): number {
  const at = state.doc.line(Math.min(Math.max(line, 1), state.doc.lines));
  return Math.min(at.from + Math.max(column - 1, 0), at.to);
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-editor': TsEditor;
  }
}
