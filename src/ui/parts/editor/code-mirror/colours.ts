/** WGSL in colour: of the lines that are drawn, by the tokens of the whole text. */
import type { Extension } from '@codemirror/state';
import { RangeSetBuilder } from '@codemirror/state';
import { Decoration, type DecorationSet, type EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { type Token, type TokenKind, tokensOf } from '../wgsl-tokens.ts';

const marks = new Map<TokenKind, Decoration>();

function markOf(kind: TokenKind): Decoration {
  const mark = marks.get(kind) ?? Decoration.mark({ class: `wgsl-${kind}` });
  marks.set(kind, mark);
  return mark;
}

export const colours: Extension = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;
    private tokens: readonly Token[];

    constructor(view: EditorView) {
      this.tokens = tokensOf(view.state.doc.toString());
      this.decorations = this.coloured(view);
    }

    update({ view, docChanged, viewportChanged }: ViewUpdate): void {
      if (docChanged) this.tokens = tokensOf(view.state.doc.toString());
      if (docChanged || viewportChanged) this.decorations = this.coloured(view);
    }

    private coloured({ visibleRanges }: EditorView): DecorationSet {
      const builder = new RangeSetBuilder<Decoration>();
      for (const { from, to } of visibleRanges)
        for (const token of this.tokens)
          if (token.from < to && token.to > from)
            builder.add(Math.max(token.from, from), Math.min(token.to, to), markOf(token.kind));
      return builder.finish();
    }
  },
  { decorations: ({ decorations }) => decorations },
);
