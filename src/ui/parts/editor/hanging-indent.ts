/** Wrapped lines of code go on under where their text begins, comments under the words and not under the slashes. */
import type { Extension } from '@codemirror/state';
import { RangeSetBuilder } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';

/** Padding of a line without an indent, as in the editor's theme. */
const LINE_PADDING = '8px';
/** Deeper indents hang no further. */
const MOST = 48;

/** Classes, not style attributes: the browser's own editing copies those, which the page's policy forbids. */
const hangs = Array.from({ length: MOST + 1 }, (_, hang) => Decoration.line({ class: `cm-hang-${hang}` }));
const theme = EditorView.baseTheme(
  Object.fromEntries(
    hangs.map((_, hang) => [
      `.cm-line.cm-hang-${hang}`,
      { textIndent: `-${hang}ch`, paddingLeft: `calc(${LINE_PADDING} + ${hang}ch)` },
    ]),
  ),
);

function indents(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at);
      const width = /^\s*(?:\/\/ ?)?/.exec(line.text)?.[0].length ?? 0;
      const hang = line.text.trimStart().startsWith('//') ? width : width + 2;
      builder.add(line.from, line.from, hangs[Math.min(hang, MOST)]);
      at = line.to + 1;
    }
  }
  return builder.finish();
}

const plugin = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = indents(view);
    }

    update(update: ViewUpdate): void {
      if (update.docChanged || update.viewportChanged) this.decorations = indents(update.view);
    }
  },
  { decorations: ({ decorations }) => decorations },
);

export const hangingIndent: Extension = [plugin, theme];
