/** What the knobs set in the code, at the end of the line that declares it: "override TILE: u32 = 16u;  32 in this run". */

import { type Extension, StateEffect, StateField, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, WidgetType } from '@codemirror/view';
import type { Outline } from '../../../wgsl/outline.ts';

/** Value by the name that an `override`, `const` or `alias` declares. */
export type LineValues = Readonly<Record<string, string>>;

class ValueWidget extends WidgetType {
  constructor(private readonly text: string) {
    super();
  }

  override eq(other: ValueWidget): boolean {
    return other.text === this.text;
  }

  override toDOM(): HTMLElement {
    const tag = document.createElement('span');
    tag.className = 'cm-line-value';
    tag.textContent = this.text;
    return tag;
  }
}

/** `outline` is that of the text in the editor: the values belong to what it declares. */
export const setLineValues = StateEffect.define<{ readonly values: LineValues; readonly outline: Outline }>();

const field = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    const effect = transaction.effects.find((candidate) => candidate.is(setLineValues));
    return effect
      ? marks(transaction.newDoc, effect.value.values, effect.value.outline)
      : value.map(transaction.changes);
  },
  provide: (self) => EditorView.decorations.from(self),
});

/** A mark where the declared value differs from the one in force. */
function marks(text: Text, values: LineValues, { constants, overrides, aliases }: Outline): DecorationSet {
  const found = Object.entries({ ...constants, ...overrides, ...aliases }).flatMap(([name, { at }]) => {
    const value = values[name];
    if (value === undefined || !at) return [];
    const written = text.sliceString(...at);
    if (Number.parseFloat(written) === Number(value) || written === value) return [];
    const widget = new ValueWidget(`${value} in this run`);
    return [Decoration.widget({ widget, side: 1 }).range(text.lineAt(at[1]).to)];
  });
  return Decoration.set(found, true);
}

export const lineValues: Extension = field;
