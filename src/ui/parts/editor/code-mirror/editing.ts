/**
 * The editor itself, CodeMirror with what this page needs of it. It is most of the page's code and is loaded when the
 * reader first touches the listing, whose place and look it takes.
 */
import { history, historyKeymap } from '@codemirror/commands';
import { Compartment, EditorState, Prec } from '@codemirror/state';
import { EditorView, keymap, lineNumbers } from '@codemirror/view';
import type { Diagnostic } from '../../../../core/errors.ts';
import type { LineCounts } from '../line-counts.ts';
import type { LineValue } from '../line-values.ts';
import type { Point } from '../press.ts';
import { colours } from './colours.ts';
import { commentFlow } from './comment-flow.ts';
import { countAtCursor, countGutter, setLineCounts } from './count-gutter.ts';
import { faultMarks, setFaults } from './faults.ts';
import { hangingIndent } from './hanging-indent.ts';
import { keys } from './keys.ts';
import { light, litLine } from './lit-line.ts';
import { theme } from './theme.ts';
import { typedOver } from './typed-over.ts';
import { setLineValues, valueTags } from './value-tags.ts';

/** Ctrl+Enter belongs to Run, which listens on the window: here it must not insert its blank line. */
const leaveToRun = Prec.highest(keymap.of(['Ctrl-Enter', 'Cmd-Enter'].map((key) => ({ key, run: () => true }))));

export interface Listener {
  /** The reader has changed the text. */
  changed(text: string): void;
  /** What is counted of the line with the cursor, in words; empty where nothing is. */
  said(sentence: string): void;
}

/** An editor in an element of a shadow root. Lines and columns are counted from 1. */
export class Editing {
  private readonly view: EditorView;
  private readonly counted = new Compartment();
  private hasCounts = false;

  constructor(
    parent: HTMLElement,
    private readonly listener: Listener,
  ) {
    this.view = new EditorView({ parent, root: parent.getRootNode() as ShadowRoot });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  /** Shows another text, `name`d for screen readers. Undo never reaches back over this; marks have to be set again. */
  show(text: string, name: string): void {
    this.view.setState(
      EditorState.create({
        doc: text,
        extensions: [
          this.counted.of([]),
          lineNumbers(),
          faultMarks,
          history(),
          keymap.of([...keys, ...historyKeymap]),
          leaveToRun,
          EditorState.languageData.of(() => [{ commentTokens: { line: '//', block: { open: '/*', close: '*/' } } }]),
          EditorView.lineWrapping,
          commentFlow,
          hangingIndent,
          typedOver,
          colours,
          valueTags,
          litLine,
          theme,
          EditorView.contentAttributes.of({ tabindex: '0', 'aria-label': name }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) this.listener.changed(update.state.doc.toString());
            this.listener.said((this.hasCounts && countAtCursor(update.state)?.sentence) || '');
          }),
        ],
      }),
    );
  }

  setValues(values: readonly LineValue[]): void {
    this.view.dispatch({ effects: setLineValues.of(values) });
  }

  /** Null for no place to count in. */
  setCounts(counts: LineCounts | null): void {
    this.hasCounts = counts !== null;
    this.view.dispatch({ effects: this.counted.reconfigure(counts ? countGutter : []) });
    if (counts) this.view.dispatch({ effects: setLineCounts.of(counts) });
  }

  setErrors(errors: readonly Diagnostic[]): void {
    const { view } = this;
    const faults = errors.map(({ line, column, message }) => {
      const at = position(view.state, line, column);
      const { from, to } = view.state.doc.lineAt(at);
      const end = Math.min(Math.max(at + 1, view.state.wordAt(at)?.to ?? 0), to);
      // What is missing at the end of a line shows at its last character.
      return { from: at < end ? at : Math.max(at - 1, from), to: end, message };
    });
    view.dispatch({ effects: setFaults.of(faults) });
    // Only where the code scrolls in a frame of its own: the page itself never moves by itself.
    const framed = view.scrollDOM.scrollHeight > view.scrollDOM.clientHeight;
    if (framed && faults.length > 0) {
      view.dispatch({ effects: EditorView.scrollIntoView(faults[0].from, { y: 'center' }) });
    }
  }

  /** Lights the line that is being stepped through; null lights none. */
  light(line: number | null): void {
    light(this.view, line);
  }

  /** Moves the cursor to a line of the code. */
  goTo(line: number, column: number): void {
    const { view } = this;
    const anchor = position(view.state, line, column);
    view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
    view.focus();
  }

  /** Scrolls the code, and never the page, until a line is so many pixels below the frame's top, above it if negative. */
  scrollTo(line: number, below: number): void {
    const { view } = this;
    const { scrollDOM } = view;
    const at = position(view.state, line, 1);
    const miss = (): number =>
      view.documentTop + view.lineBlockAt(at).top - scrollDOM.getBoundingClientRect().top - below;
    scrollDOM.scrollTop += miss();
    // Heights are estimates until they have been measured, which asking for a place brings about.
    view.requestMeasure();
    view.coordsAtPos(at);
    scrollDOM.scrollTop += miss();
    view.requestMeasure();
  }

  /** Takes the focus, with what lies between two places selected, or the cursor where they are one. */
  focus(from: Point | null, to: Point | null): void {
    const { view } = this;
    if (from && to)
      view.dispatch({ selection: { anchor: view.posAtCoords(from, false), head: view.posAtCoords(to, false) } });
    view.focus();
  }
}

function position(state: EditorState, line: number, column: number): number {
  const at = state.doc.line(Math.min(Math.max(line, 1), state.doc.lines));
  return Math.min(at.from + Math.max(column - 1, 0), at.to);
}
