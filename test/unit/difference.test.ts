import { describe, expect, it } from 'vitest';
import { difference } from '../../src/ui/state/difference.ts';

const saved = 'one\n  two\nthree\nfour';

describe('the difference of an edit', () => {
  it.each([
    ['nothing', saved, null],
    ['a changed line', 'one\n  zwei\nthree\nfour', { line: 2, text: 'zwei', more: 0 }],
    ['an inserted line', 'one\n  two\n  and\nthree\nfour', { line: 3, text: 'and', more: 0 }],
    ['a removed line', 'one\nthree\nfour', { line: 2, text: '', more: 0 }],
    ['two changes', 'eins\n  two\nthree\nvier', { line: 1, text: 'eins', more: 3 }],
    ['a repeated line', 'one\n  two\n  two\nthree\nfour', { line: 3, text: 'two', more: 0 }],
    ['everything gone', '', { line: 1, text: '', more: 0 }],
  ])('is %s', (_, edited, expected) => {
    expect(difference(saved, edited)).toEqual(expected);
  });
});
