/** What is wrong in the code: underlined where it is, with a mark beside its line; the message is the title of both. */
import { type Extension, RangeSet, StateEffect, StateField, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, GutterMarker, gutter } from '@codemirror/view';

export interface Fault {
  /** Offsets in the text, within one line. */
  readonly from: number;
  readonly to: number;
  readonly message: string;
}

/** The faults of the text, in place of those known before. */
export const setFaults = StateEffect.define<readonly Fault[]>();

class FaultMarker extends GutterMarker {
  constructor(private readonly message: string) {
    super();
  }

  override eq({ message }: FaultMarker): boolean {
    return message === this.message;
  }

  override toDOM(): HTMLElement {
    const mark = document.createElement('span');
    mark.className = 'fault-mark';
    mark.title = this.message;
    return mark;
  }
}

interface Marks {
  readonly underlines: DecorationSet;
  readonly markers: RangeSet<GutterMarker>;
}

function marksOf(doc: Text, faults: readonly Fault[]): Marks {
  const messages = new Map<number, string>();
  for (const { from, message } of faults) {
    const start = doc.lineAt(from).from;
    const earlier = messages.get(start);
    messages.set(start, earlier === undefined ? message : `${earlier}\n${message}`);
  }
  const underlines = faults
    // An empty line has nothing to be underlined.
    .filter(({ from, to }) => to > from)
    .map(({ from, to, message }) =>
      Decoration.mark({ class: 'fault', attributes: { title: message } }).range(from, to),
    );
  return {
    underlines: Decoration.set(underlines, true),
    markers: RangeSet.of(
      [...messages].map(([start, message]) => new FaultMarker(message).range(start)),
      true,
    ),
  };
}

const field = StateField.define<Marks>({
  create: () => ({ underlines: Decoration.none, markers: RangeSet.empty }),
  update({ underlines, markers }, { effects, changes, newDoc }) {
    const effect = effects.find((candidate) => candidate.is(setFaults));
    if (effect) return marksOf(newDoc, effect.value);
    return { underlines: underlines.map(changes), markers: markers.map(changes) };
  },
  provide: (self) => EditorView.decorations.from(self, ({ underlines }) => underlines),
});

/** The underlines, and the column of the marks. */
export const faultMarks: Extension = [
  field,
  gutter({ class: 'cm-faults', markers: ({ state }) => state.field(field).markers }),
];
