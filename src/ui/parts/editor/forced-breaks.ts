/** Line breaks within comments that are there only because the file is so wide. */

/** Columns of a file, at which its comments are wrapped. */
const WIDTH = 120;
const COMMENT = /^(\s*)\/\/ (\S+)/;

/** A break and what stands before the next line's first word: offsets in the text. */
export interface Break {
  readonly from: number;
  readonly to: number;
}

/** The breaks between two lines of comment of which the second's first word did not fit on the first any more. */
export function forcedBreaks(text: string): readonly Break[] {
  const found: Break[] = [];
  let start = 0;
  let before: { readonly indent: string; readonly end: number; readonly length: number } | null = null;
  for (const line of text.split('\n')) {
    const [, indent, word] = COMMENT.exec(line) ?? [];
    if (before && indent === before.indent && before.length + 1 + word.length > WIDTH)
      found.push({ from: before.end, to: start + indent.length + '// '.length });
    const end = start + line.length;
    before = indent === undefined ? null : { indent, end, length: line.length };
    start = end + 1;
  }
  return found;
}
