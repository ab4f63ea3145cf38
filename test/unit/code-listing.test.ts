/** Code as it is listed before anyone edits it: every character of it, coloured by what it is. */
import { describe, expect, it } from 'vitest';
import { kernels, outline, shader, shaderPath } from '../../src/kernels/index.ts';
import { forcedBreaks } from '../../src/ui/parts/editor/forced-breaks.ts';
import { valuesIn } from '../../src/ui/parts/editor/line-values.ts';
import { listedOf, rowsOf } from '../../src/ui/parts/editor/rows.ts';
import { tokensOf } from '../../src/ui/parts/editor/wgsl-tokens.ts';

const kindsIn = (text: string): readonly string[] =>
  tokensOf(text).map(({ from, to, kind }) => `${kind} ${text.slice(from, to)}`);

describe('tokens', () => {
  it('are named by what they are', () => {
    expect(kindsIn('@compute @workgroup_size(8, 1u) fn main(x: vec4<f32>) -> bool { return 0x1F < 1.5e-3f; }')).toEqual(
      [
        'attribute @compute',
        'attribute @workgroup_size',
        'number 8',
        'number 1u',
        'keyword fn',
        'function main',
        'type vec4',
        'type f32',
        'type bool',
        'keyword return',
        'number 0x1F',
        'number 1.5e-3f',
      ],
    );
    expect(kindsIn('var<workgroup> tile2: array<f16, 4>; let done = true; // let')).toEqual([
      'keyword var',
      'modifier workgroup',
      'type array',
      'type f16',
      'number 4',
      'keyword let',
      'number true',
      'comment // let',
    ]);
  });

  it('keep nested comments whole, and one that nothing closes to the end', () => {
    expect(kindsIn('a /* b /* c */ if */ 1')).toEqual(['comment /* b /* c */ if */', 'number 1']);
    expect(kindsIn('a /* if\nfor')).toEqual(['comment /* if\nfor']);
    expect(kindsIn('a / b * c')).toEqual([]);
  });
});

describe('rows', () => {
  it('show every character of every kernel, and join only what was broken for the width of the file', () => {
    for (const kernel of kernels) {
      const text = shader(shaderPath(kernel));
      const joined = [...forcedBreaks(text)]
        .reverse()
        .reduce((all, { from, to }) => `${all.slice(0, from)} ${all.slice(to)}`, text);
      const rows = rowsOf(text);
      expect(rows.map(({ pieces }) => pieces.map((piece) => piece.text).join('')).join('\n')).toBe(joined);
      const lines = text.split('\n');
      for (const { line, pieces } of rows) expect(lines[line - 1].startsWith(pieces[0]?.text ?? '')).toBe(true);
    }
  });

  it('cut a comment of several lines at their ends, and keep empty lines', () => {
    expect(rowsOf('/* a\nb */ if\n')).toEqual([
      { line: 1, hang: 2, pieces: [{ text: '/* a', kind: 'comment' }] },
      {
        line: 2,
        hang: 2,
        pieces: [
          { text: 'b */', kind: 'comment' },
          { text: ' ', kind: null },
          { text: 'if', kind: 'keyword' },
        ],
      },
      { line: 3, hang: 2, pieces: [] },
    ]);
  });

  it('come in time however many lines there are, of which no more are listed than a browser takes', () => {
    const lines = 2 ** 17;
    expect(rowsOf('1\n'.repeat(lines))).toHaveLength(lines + 1);
    for (const text of ['1\n'.repeat(lines), '\n'.repeat(lines), '1 '.repeat(lines)]) {
      const rows = rowsOf(listedOf(text));
      expect(rows.length + rows.reduce((sum, { pieces }) => sum + pieces.length, 0)).toBeLessThan(40_000);
      expect(rows.length).toBeLessThan(2_001);
    }
    for (const kernel of kernels) {
      const text = shader(shaderPath(kernel));
      expect(listedOf(text)).toBe(text);
    }
  });
});

describe('values', () => {
  it('are named at the lines that declare others', () => {
    const path = 'neuron/2_row_major.wgsl';
    const text = shader(path);
    const line = text.split('\n').findIndex((one) => one.startsWith('override WORKGROUP')) + 1;
    const values = (size: string) => valuesIn(text, { WORKGROUP: size, GONE: '1' }, outline(path));
    expect(values('128')).toEqual([{ line, text: '128 in this run' }]);
    expect(values('64')).toEqual([]);
  });

  it('are those of knobs that are on or off in the words of the code', () => {
    const path = 'attention/1_three_passes.wgsl';
    const text = shader(path);
    const values = (causal: string) => valuesIn(text, { CAUSAL: causal }, outline(path)).map((value) => value.text);
    expect(values('0')).toEqual([]);
    expect(values('1')).toEqual(['true in this run']);
  });
});
