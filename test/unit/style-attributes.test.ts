/** The page's policy forbids style attributes, and a browser drops them without a word: `.style=` sets a property instead. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('no template of the page has a style attribute', () => {
  const files = readdirSync('src/ui', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(50);
  for (const name of files) {
    const found = readFileSync(join('src/ui', name), 'utf8').match(/<[a-z][^<]*\sstyle=["$]/);
    expect(found?.[0], name).toBeUndefined();
  }
});
