/** The largest variable that each lane has for itself. */
import { expect, test } from 'vitest';
import { kernels, source } from '../../src/kernels/index.ts';
import { largestHeld } from '../../src/wgsl/held.ts';

const HEAD = `const N: u32 = 10u; alias Row = array<f32, 70>; struct Pair { a: vec4f, b: array<f32, 8> }
@group(0) @binding(0) var<storage, read_write> y: array<f32>;
@group(0) @binding(1) var<storage, read> rows: array<array<f32, 33>>;
var<workgroup> tile: array<f32, 64>;
`;
const held = (text: string, more = '') =>
  largestHeld(
    `${HEAD}${more}@compute @workgroup_size(1) fn main(@builtin(global_invocation_id) id: vec3u) {\n${text}\n}\n`,
  );

test.each([
  ['numbers and vectors', 'var sum = 0.0; let v = vec4f(sum);', '', 4, 6],
  ['a matrix', 'let m = mat4x4f();', '', 16, 6],
  ['an array', 'var own: array<f32, 70>;', '', 70, 6],
  ['an array by its constant', 'var own: array<vec2f, N * 2u>;', '', 40, 6],
  ['an array by its alias', 'var own: Row;', '', 70, 6],
  ['an array by its constructor', 'let own = array<f32, 20>();', '', 20, 6],
  ['a struct', 'var own: Pair;', '', 12, 6],
  ['a copy of workgroup memory', 'let own = tile;', '', 64, 6],
  ['a copy of an array in a buffer', 'let own = rows[id.x];', '', 33, 6],
  ['a private variable', 'y[0] = kept[0];', 'var<private> kept: array<f32, 9>;\n', 9, 5],
  ['a parameter', '', 'fn sum(all: array<f32, 11>) -> f32 { return all[0]; }\n', 11, 5],
])('is found: %s', (_, text, more, words, line) => {
  expect(held(text, more)).toEqual({ words, line });
});

test('is found in every kernel there is', () => {
  const texts = kernels.filter(({ shader }) => shader === undefined).map(source);
  expect(texts.length).toBeGreaterThan(40);
  for (const text of texts) expect(largestHeld(text).line).toBeGreaterThan(0);
});
