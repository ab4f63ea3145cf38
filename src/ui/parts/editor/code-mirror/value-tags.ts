/** Values that differ from what a line declares, at its end. They stay with their lines until others are known. */
import { type Extension, StateEffect, StateField, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, WidgetType } from '@codemirror/view';
import type { LineValue } from '../line-values.ts';

class ValueWidget extends WidgetType {
  constructor(private readonly text: string) {
    super();
  }

  override eq(other: ValueWidget): boolean {
    return other.text === this.text;
  }

  override toDOM(): HTMLElement {
    const tag = document.createElement('span');
    tag.className = 'line-value';
    tag.textContent = this.text;
    return tag;
  }
}

export const setLineValues = StateEffect.define<readonly LineValue[]>();

const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    const effect = transaction.effects.find((candidate) => candidate.is(setLineValues));
    return effect ? tags(transaction.newDoc, effect.value) : value.map(transaction.changes);
  },
  provide: (self) => EditorView.decorations.from(self),
});

function tags(doc: Text, values: readonly LineValue[]): DecorationSet {
  const found = values
    .filter(({ line }) => line <= doc.lines)
    .map(({ line, text }) => Decoration.widget({ widget: new ValueWidget(text), side: 1 }).range(doc.line(line).to));
  return Decoration.set(found, true);
}

export const valueTags: Extension = field;
