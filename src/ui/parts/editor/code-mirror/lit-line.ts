/** One line of the code lit, as the one that is being stepped through. */
import { type Extension, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view';

const setLit = StateEffect.define<number | null>();
const mark = Decoration.line({ class: 'lit' });

const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    const effect = transaction.effects.find((candidate) => candidate.is(setLit));
    if (!effect) return value.map(transaction.changes);
    const doc = transaction.newDoc;
    if (effect.value === null || effect.value > doc.lines) return Decoration.none;
    return Decoration.set([mark.range(doc.line(effect.value).from)]);
  },
  provide: (self) => EditorView.decorations.from(self),
});

export const litLine: Extension = field;

/** Lights a line, counted from 1, or none. Scrolls the code to it within its own frame, and never the page. */
export function light(view: EditorView, line: number | null): void {
  view.dispatch({ effects: setLit.of(line) });
  if (line === null || line > view.state.doc.lines) return;
  const { scrollDOM } = view;
  const block = view.lineBlockAt(view.state.doc.line(line).from);
  const isIn = block.top >= scrollDOM.scrollTop && block.bottom <= scrollDOM.scrollTop + scrollDOM.clientHeight;
  if (!isIn) scrollDOM.scrollTop = block.top - scrollDOM.clientHeight / 3;
}
