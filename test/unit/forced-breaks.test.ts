/** Comments that flow in a narrow column: only breaks that the file's width has forced are taken out of sight. */
import { describe, expect, it } from 'vitest';
import { kernels, source } from '../../src/kernels/index.ts';
import { forcedBreaks } from '../../src/ui/parts/editor/forced-breaks.ts';

/** The text as it is shown. */
function shown(text: string): string {
  return [...forcedBreaks(text)]
    .reverse()
    .reduce((all, { from, to }) => `${all.slice(0, from)} ${all.slice(to)}`, text);
}

describe('forced breaks', () => {
  const full = `// ${'word '.repeat(22)}ended`;

  it('are those where the next word did not fit', () => {
    expect(shown(`${full}\n// and more\ncode`)).toBe(`${full} and more\ncode`);
    expect(shown(`  ${full}\n  // and more`)).toBe(`  ${full} and more`);
  });

  it('are not ends of paragraphs, of short lines, of code, or of another indent', () => {
    for (const text of [
      `${full}\n//\n// and more`,
      '// short\n// and more',
      `${full}\nlet x = 1;`,
      `let a = 1;${' '.repeat(115)}\n// more`,
      `${full}\n  // and more`,
    ])
      expect(shown(text)).toBe(text);
  });

  it('leave the words of every kernel as they are', () => {
    const words = (text: string): string => text.replaceAll(/\s*\n\s*\/\/ /g, ' ').replaceAll(/\s+/g, ' ');
    for (const kernel of kernels) expect(words(shown(source(kernel)))).toBe(words(source(kernel)));
    expect(forcedBreaks(source(kernels[0])).length).toBeGreaterThan(0);
  });
});
