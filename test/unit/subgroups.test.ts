/** Texts whose subgroups have a size that is not the device's. */
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../src/core/errors.ts';
import { parse } from '../../src/wgsl/parse.ts';
import { withSubgroups } from '../../src/wgsl/subgroups.ts';

const body = (text: string, params = '@builtin(local_invocation_index) lane: u32') =>
  `enable subgroups;\n@group(0) @binding(0) var<storage, read_write> y: array<f32>;\n@compute @workgroup_size(48) fn main(${params}) {\n${text}\n}\n`;

describe('a text with subgroups of another size', () => {
  test('calls no subgroup function, keeps its lines, and parses', () => {
    const code = body(
      'let sum = subgroupAdd(y[lane]);\nif (subgroupElect()) { y[lane] = sum + f32(subgroupAdd(1u)) + subgroupMax(vec2f(sum)).y; }',
    );
    const made = withSubgroups(code, 8);
    expect(made).not.toMatch(/\bsubgroup[A-Z]/);
    expect(parse(made).fault).toBeNull();
    const [before, after] = [code, made].map((text) =>
      text.split('\n').findIndex((line) => line.startsWith('let sum')),
    );
    expect(after).toBe(before);
    // One helper for each type.
    expect(made).toContain('fn tsSubAddF32(v: f32)');
    expect(made).toContain('fn tsSubAddU32(v: u32)');
    expect(made).toContain('fn tsSubMaxVec2F32(v: vec2<f32>)');
    expect(made).toContain('tsSubLane % 8u == 0u');
    // As large as the workgroup, and no larger: there may be little room.
    expect(made).toContain('tsSubAllF32: array<f32, (48)>');
  });

  test('says its size where the entry point asks', () => {
    const made = withSubgroups(
      body(
        'y[lane] = f32(size + id);',
        '@builtin(subgroup_size) size: u32, @builtin(local_invocation_index) lane: u32, @builtin(subgroup_invocation_id) id: u32',
      ),
      16,
    );
    expect(made).not.toContain('@builtin(subgroup');
    expect(made).toMatch(/let size = 16u; let id = tsSubLane % 16u;/);
    expect(parse(made).fault).toBeNull();
  });

  test.each([
    ['a matrix', body('let v = subgroupAdd(mat2x2f());'), /^subgroupAdd, as line 4 uses it/],
    ['a function that is not known', body('let v = subgroupBallot(true);'), /^subgroupBallot, as line 4/],
    [
      'a builtin in a struct',
      `struct In { @builtin(subgroup_size) size: u32 }\n${body('y[0] = f32(i.size);', 'i: In')}`,
      /^subgroup_size in a struct, line 1/,
    ],
  ])('is refused for %s', (_, code, words) => {
    expect(() => withSubgroups(code, 8)).toThrow(Refusal);
    expect(() => withSubgroups(code, 8)).toThrow(words);
  });
});
