/** What a trace has counted, beside each line of the code: a gutter of its own, left of the line numbers. */
import { type EditorState, type Extension, StateEffect, StateField } from '@codemirror/state';
import { EditorView, GutterMarker, gutter } from '@codemirror/view';

export interface LineCount {
  /** As it stands in the gutter: "32", "131K"; empty where this is not counted there. */
  readonly text: string;
  /** From 0 to 1: how much of what it counts, or how far from the best there can be. */
  readonly weight: number;
  /** What it says in words. */
  readonly sentence: string;
}

export interface LineCounts {
  /** What is counted. */
  readonly title: string;
  /** By line, counted from 1. */
  readonly lines: ReadonlyMap<number, LineCount>;
}

export const setLineCounts = StateEffect.define<LineCounts | null>();

class CountMarker extends GutterMarker {
  constructor(private readonly count: LineCount) {
    super();
  }

  override eq({ count }: CountMarker): boolean {
    const { text, weight, sentence } = this.count;
    return count.text === text && count.weight === weight && count.sentence === sentence;
  }

  override toDOM(): HTMLElement {
    const { text, weight, sentence } = this.count;
    const mark = document.createElement('span');
    mark.className = weight === 1 ? 'cm-count cm-count-most' : 'cm-count';
    mark.textContent = text;
    mark.title = sentence;
    mark.style.setProperty('--weight', `${Math.round(weight * 70)}%`);
    return mark;
  }
}

/** Counts belong to the text that was traced: the first change of it takes them away. */
const field = StateField.define<LineCounts | null>({
  create: () => null,
  update(value, transaction) {
    const effect = transaction.effects.find((candidate) => candidate.is(setLineCounts));
    if (effect) return effect.value;
    return transaction.docChanged && value ? { ...value, lines: new Map() } : value;
  },
});

/** Of the line that the cursor is on; null where nothing is counted there. */
export function countAtCursor(state: EditorState): LineCount | null {
  const line = state.doc.lineAt(state.selection.main.head).number;
  return state.field(field, false)?.lines.get(line) ?? null;
}

const theme = EditorView.theme({
  '.cm-counts': { width: '52px' },
  '.cm-counts .cm-gutterElement': { padding: '0 2px' },
  '.cm-count': {
    display: 'block',
    padding: '0 4px',
    textAlign: 'right',
    color: 'var(--ink)',
    fontSize: '11.5px',
    fontVariantNumeric: 'tabular-nums',
    backgroundColor: 'color-mix(in srgb, var(--orange) var(--weight), transparent)',
    borderRadius: '2px',
    cursor: 'help',
  },
  '.cm-count-most': { fontWeight: '700', boxShadow: 'inset 2px 0 var(--vermillion)' },
});

/** The gutter, for as long as there is anything to count. */
export const lineCounts: Extension = [
  field,
  theme,
  gutter({
    class: 'cm-counts',
    lineMarker(view, block) {
      const count = view.state.field(field)?.lines.get(view.state.doc.lineAt(block.from).number);
      return count?.text ? new CountMarker(count) : null;
    },
    lineMarkerChange: (update) => update.startState.field(field) !== update.state.field(field),
  }),
];
