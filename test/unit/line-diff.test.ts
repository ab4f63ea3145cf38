import { describe, expect, it } from 'vitest';
import { lineDiff } from '../../src/ui/state/line-diff.ts';

const said = (before: string, after: string): string[] =>
  lineDiff(before, after).map((line) =>
    line === null ? '...' : `${{ same: ' ', removed: '-', added: '+' }[line.kind]}${line.text}`,
  );

describe('the difference of two texts', () => {
  it('is nothing where they are equal', () => expect(lineDiff('a\nb', 'a\nb')).toEqual([]));
  it('has what was removed before what was added, and two lines around', () => {
    expect(said('1\n2\n3\n4\n5\n6', '1\n2\n3\nx\n5\n6')).toEqual([' 2', ' 3', '-4', '+x', ' 5', ' 6']);
  });
  it('keeps a line that has only moved down', () => {
    expect(said('a\nb', 'x\na\nb')).toEqual(['+x', ' a', ' b']);
    expect(lineDiff('a\nb', 'x\na\nb')[1]).toMatchObject({ before: 1, after: 2 });
  });
  it('leaves out what lies between changes', () => {
    const lines = Array.from({ length: 12 }, (_, at) => String(at));
    const other = lines.with(0, 'x').with(11, 'y');
    expect(said(lines.join('\n'), other.join('\n'))).toEqual(['-0', '+x', ' 1', ' 2', '...', ' 9', ' 10', '-11', '+y']);
  });
  it('turns one text into the other', () => {
    const [a, b] = ['abcabba', 'cbabac'].map((text) => [...text].join('\n'));
    const lines = lineDiff(a, b).filter((line) => line !== null);
    const of = (kind: string) => lines.filter((line) => line.kind !== kind).map(({ text }) => text);
    expect(of('added').join('\n')).toBe(a);
    expect(of('removed').join('\n')).toBe(b);
    expect(lines.filter(({ kind }) => kind === 'same')).toHaveLength(4);
  });
});
