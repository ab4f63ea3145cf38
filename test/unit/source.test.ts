/** The link to the source that whoever builds the page may name. */
import { expect, it } from 'vitest';
import { sourceAddress } from '../../src/ui/state/source.ts';

it('is an address of a page, and nothing else', () => {
  expect(sourceAddress('https://example.org/tilescope')).toBe('https://example.org/tilescope');
  for (const other of [
    undefined,
    '',
    'tilescope',
    'javascript:alert(1)',
    'http://example.org',
    'https://a b',
    'https://"',
  ])
    expect(sourceAddress(other)).toBe('');
});
