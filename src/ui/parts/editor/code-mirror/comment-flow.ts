/**
 * Comments in a narrow column. In the file their lines end at 120 columns; shown in half of that, each would leave a short
 * rest on a line of its own. Breaks that only the file's width has forced are shown as a space, so that a paragraph flows;
 * the text itself stays as it is.
 */
import { type EditorState, type Extension, RangeSetBuilder, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, WidgetType } from '@codemirror/view';
import { forcedBreaks } from '../forced-breaks.ts';

class Space extends WidgetType {
  toDOM(): HTMLElement {
    const space = document.createElement('span');
    space.textContent = ' ';
    return space;
  }
}

const joined = Decoration.replace({ widget: new Space() });

function flow(state: EditorState): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of forcedBreaks(state.doc.toString())) builder.add(from, to, joined);
  return builder.finish();
}

const breaks = StateField.define<DecorationSet>({
  create: flow,
  update: (shown, { docChanged, state }) => (docChanged ? flow(state) : shown),
  provide: (field) => [
    EditorView.decorations.from(field),
    // The cursor steps over a break as over a space.
    EditorView.atomicRanges.of((view) => view.state.field(field)),
  ],
});

export const commentFlow: Extension = breaks;
