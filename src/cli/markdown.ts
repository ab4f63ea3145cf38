/** Markdown that scripts write into documents: tables, and the sections between markers. */

/** A table; cells may hold anything but line breaks. Columns named in `right` are aligned to the right. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((one) => one.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = head.map((_, column) => (right.includes(column) ? '---:' : '---'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}

/**
 * `document` with what stands between `<!-- SECTION: written by COMMAND -->` and `<!-- end of SECTION -->` replaced by
 * `text`. Throws an Error, one sentence, where there are no such markers.
 */
export function intoDocument(document: string, section: string, command: string, text: string): string {
  const begin = `<!-- ${section}: written by ${command} -->`;
  const end = `<!-- end of ${section} -->`;
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from) throw new Error(`The document has no section between "${begin}" and "${end}".`);
  return `${document.slice(0, from + begin.length)}\n\n${text}\n\n${document.slice(to)}`;
}
