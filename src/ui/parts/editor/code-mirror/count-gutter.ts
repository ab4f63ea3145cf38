/** What a trace has counted, beside each line of the code: a gutter of its own, left of the line numbers. */
import { type EditorState, type Extension, StateEffect, StateField } from '@codemirror/state';
import { EditorView, GutterMarker, gutter } from '@codemirror/view';
import type { LineCount, LineCounts } from '../line-counts.ts';

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
    mark.className = weight === 1 ? 'count count-most' : 'count';
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
});

/** The gutter, for as long as there is anything to count. */
export const countGutter: Extension = [
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
