/** What the editor's own keys do to a text: `|` is the cursor, `<` and `>` stand around what is selected. */
import { EditorSelection, EditorState, type Transaction } from '@codemirror/state';
import type { Command, EditorView } from '@codemirror/view';
import { expect, test } from 'vitest';
import { commentFlow } from '../../src/ui/parts/editor/code-mirror/comment-flow.ts';
import {
  deleteBackward,
  deleteForward,
  indentLess,
  indentMore,
  newLine,
} from '../../src/ui/parts/editor/code-mirror/typing.ts';

/** A text with its cursor or its selection, after a command. */
function after(command: Command, marked: string): string {
  const [from, to] = [marked.search(/[|<]/), marked.search(/[|>]/)];
  const selection = EditorSelection.single(from, Math.max(from, marked.includes('>') ? to - 1 : to));
  let state = EditorState.create({ doc: marked.replace(/[|<>]/g, ''), selection, extensions: [commentFlow] });
  const dispatch = (transaction: Transaction): void => {
    state = transaction.state;
  };
  const view = { state, dispatch };
  command(view as unknown as EditorView);
  const { main } = state.selection;
  const text = state.doc.toString();
  if (main.empty) return `${text.slice(0, main.head)}|${text.slice(main.head)}`;
  return `${text.slice(0, main.from)}<${text.slice(main.from, main.to)}>${text.slice(main.to)}`;
}

/** A comment that the file's width breaks into two lines, which are shown as one. */
const WIDE = `// ${'a'.repeat(110)}`;
const NEXT = 'overflowing';

test.each([
  ['a step of indentation', deleteBackward, '    |a', '  |a'],
  ['what is over a step', deleteBackward, '   |a', '  |a'],
  ['a space between words', deleteBackward, 'a  |b', 'a |b'],
  ['a character of two code units', deleteBackward, 'a🙂|b', 'a|b'],
  ['the line break before it', deleteBackward, 'a\n|b', 'a|b'],
  ['nothing at the beginning', deleteBackward, '|a', '|a'],
  ['the selection', deleteBackward, 'a<bc\nd>e', 'a|e'],
  ['a break that is not shown, as one', deleteBackward, `${WIDE}\n// |${NEXT}`, `${WIDE}|${NEXT}`],
])('Backspace deletes %s', (_, command, before, expected) => expect(after(command, before)).toBe(expected));

test.each([
  ['a character', deleteForward, 'a|bc', 'a|c'],
  ['the line break after it', deleteForward, 'a|\nb', 'a|b'],
  ['nothing at the end', deleteForward, 'a|', 'a|'],
  ['the selection', deleteForward, 'a<bc>d', 'a|d'],
  ['a break that is not shown, as one', deleteForward, `${WIDE}|\n// ${NEXT}`, `${WIDE}|${NEXT}`],
])('Delete deletes %s', (_, command, before, expected) => expect(after(command, before)).toBe(expected));

test.each([
  ['like the line before', '  a|b', '  a\n  |b'],
  ['without the blanks at the break', '  a| b', '  a\n  |b'],
  ['with what is selected replaced', '  a<b\n  c >d', '  a\n  |d'],
  ['not at all before the indentation', '|  a', '\n|  a'],
  ['and leaves no blanks on an empty line', 'a\n  |', 'a\n\n  |'],
])('Enter breaks the line and indents %s', (_, before, expected) => expect(after(newLine, before)).toBe(expected));

test.each([
  ['further in', indentMore, 'a\n <b\n c>\nd', 'a\n   <b\n   c>\nd'],
  ['further out', indentLess, '   <a\n b\nc>', ' <a\nb\nc>'],
])('lines are moved %s', (_, command, before, expected) => expect(after(command, before)).toBe(expected));
