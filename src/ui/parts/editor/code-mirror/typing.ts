/** What the keys do that CodeMirror leaves to a parser of the language: here a line is indented like the one before it. */
import { EditorSelection, type EditorState, findClusterBreak, type Line } from '@codemirror/state';
import { type Command, EditorView } from '@codemirror/view';

/** One step of indentation, as the kernels are written. */
const STEP = '  ';

/** Breaks the line and indents the rest of it like its beginning. */
export const newLine: Command = ({ state, dispatch }) => {
  const broken = state.changeByRange(({ from, to }) => {
    const { text, from: start } = state.doc.lineAt(from);
    const before = text.slice(0, from - start);
    const [indent] = /^\s*/.exec(before) ?? [''];
    const isBlank = indent === before;
    // No blanks are left behind, neither at the end of the line nor before what comes over to the next one.
    const end = state.doc.lineAt(to);
    const [blanks] = /^\s*/.exec(end.text.slice(to - end.from)) ?? [''];
    const insert = state.lineBreak + indent;
    const first = isBlank ? start : from;
    return {
      changes: { from: first, to: isBlank ? to : to + blanks.length, insert },
      range: EditorSelection.cursor(first + insert.length),
    };
  });
  dispatch(state.update(broken, { scrollIntoView: true, userEvent: 'input' }));
  return true;
};

export const deleteBackward: Command = (view) => remove(view, false);
export const deleteForward: Command = (view) => remove(view, true);

/** The selection, or what the cursor would step over. */
function remove(view: EditorView, forward: boolean): boolean {
  const { state } = view;
  const removed = state.changeByRange((range) => {
    const to = range.empty ? reach(view, range.head, forward) : range.anchor;
    const [first, last] = [Math.min(range.head, to), Math.max(range.head, to)];
    return { changes: { from: first, to: last }, range: EditorSelection.cursor(first) };
  });
  if (removed.changes.empty) return false;
  const isSelection = !state.selection.main.empty;
  view.dispatch(
    state.update(removed, {
      scrollIntoView: true,
      userEvent: isSelection ? 'delete.selection' : `delete.${forward ? 'forward' : 'backward'}`,
      effects: isSelection ? [EditorView.announce.of('Selection deleted')] : [],
    }),
  );
  return true;
}

/** Where a step from `at` leads: over a character, a step of indentation, or what is shown as one. */
function reach(view: EditorView, at: number, forward: boolean): number {
  const { doc } = view.state;
  const { text, from } = doc.lineAt(at);
  const before = text.slice(0, at - from);
  if (!forward && /^ +$/.test(before)) return at - (before.length % STEP.length || STEP.length);
  let to = from + findClusterBreak(text, before.length, forward);
  if (to === at) to = Math.min(Math.max(at + (forward ? 1 : -1), 0), doc.length);
  for (const ranges of view.state.facet(EditorView.atomicRanges))
    ranges(view).between(to, to, (first, last) => {
      if (first < to && to < last) to = forward ? last : first;
    });
  return to;
}

export const indentMore: Command = ({ state, dispatch }) => {
  const changes = selectedLines(state).map(({ from }) => ({ from, insert: STEP }));
  dispatch(state.update({ changes, userEvent: 'input.indent' }));
  return true;
};

export const indentLess: Command = ({ state, dispatch }) => {
  const changes = selectedLines(state).map(({ from, text }) => {
    const [indent] = /^(?: {0,2}|\t)/.exec(text) ?? [''];
    return { from, to: from + indent.length };
  });
  dispatch(state.update({ changes, userEvent: 'delete.dedent' }));
  return true;
};

/** Each line once in which something is selected, or a cursor stands. */
function selectedLines({ doc, selection }: EditorState): readonly Line[] {
  const numbers = new Set<number>();
  for (const { from, to } of selection.ranges)
    for (let { number } = doc.lineAt(from); number <= doc.lineAt(to).number; number++) numbers.add(number);
  return [...numbers].map((number) => doc.line(number));
}
