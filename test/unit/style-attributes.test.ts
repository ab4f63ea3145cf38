/**
 * What a browser drops without a word: style attributes, which the page's policy forbids (`.style=` sets a property instead),
 * and forms of a style that it does not know.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const files = readdirSync('src/ui', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => [name, readFileSync(join('src/ui', name), 'utf8')] as const);

it('no template of the page has a style attribute', () => {
  expect(files.length).toBeGreaterThan(50);
  for (const [name, text] of files) expect(text.match(/<[a-z][^<]*\sstyle=["$]/)?.[0], name).toBeUndefined();
});

it('no style has a form that Safari 26 drops', () => {
  for (const [name, text] of files) {
    // Of the shorthand it knows no more than the line, and the other only with a prefix.
    expect(text.match(/text-?decoration: '?\w+ .*/i)?.[0], name).toBeUndefined();
    expect(text.match(/(?<!-webkit-user-select: \w+;\s+)(?<!-)user-select: .*/)?.[0], name).toBeUndefined();
  }
});
