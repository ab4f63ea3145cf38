/** What the knobs set in the code, at the end of the line that declares it: "override TILE: u32 = 16u;  32 in this run". */

import type { EditorState } from '@codemirror/state';
import { type Extension, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, WidgetType } from '@codemirror/view';

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

export const setLineValues = StateEffect.define<LineValues>();

interface Field {
  readonly values: LineValues;
  readonly marks: DecorationSet;
}

const field = StateField.define<Field>({
  create: () => ({ values: {}, marks: Decoration.none }),
  update(value, transaction) {
    const effect = transaction.effects.find((candidate) => candidate.is(setLineValues));
    if (!effect && !transaction.docChanged) return value;
    const values = effect ? (effect.value as LineValues) : value.values;
    return { values, marks: marks(transaction.state, values) };
  },
  provide: (self) => EditorView.decorations.from(self, ({ marks }) => marks),
});

/** A mark where the declared value differs from the one in force. */
function marks(state: EditorState, values: LineValues): DecorationSet {
  const found = [];
  for (let number = 1; number <= state.doc.lines; number++) {
    const line = state.doc.line(number);
    const [, name, written] = /^\s*(?:override|const|alias)\s+(\w+)[^=]*=\s*([^;]+);/.exec(line.text) ?? [];
    const value = name === undefined ? undefined : values[name];
    if (value === undefined || Number.parseFloat(written) === Number(value) || written.trim() === value) continue;
    const widget = new ValueWidget(`${value} in this run`);
    found.push(Decoration.widget({ widget, side: 1 }).range(line.to));
  }
  return Decoration.set(found);
}

export const lineValues: Extension = field;
