/** Wrapped lines of code go on under where their text begins, comments under the words and not under the slashes. */
import type { Extension } from '@codemirror/state';
import { RangeSetBuilder } from '@codemirror/state';
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';

/** Padding of a line without an indent, as in the editor's theme. */
const LINE_PADDING = '8px';

function indents(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const line = view.state.doc.lineAt(at);
      const width = /^\s*(?:\/\/ ?)?/.exec(line.text)?.[0].length ?? 0;
      const hang = line.text.trimStart().startsWith('//') ? width : width + 2;
      const style = `text-indent: -${hang}ch; padding-left: calc(${LINE_PADDING} + ${hang}ch)`;
      builder.add(line.from, line.from, Decoration.line({ attributes: { style } }));
      at = line.to + 1;
    }
  }
  return builder.finish();
}

export const hangingIndent: Extension = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = indents(view);
    }

    update(update: ViewUpdate): void {
      if (update.docChanged || update.viewportChanged) this.decorations = indents(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);
