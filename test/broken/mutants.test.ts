import { describe, expect, test } from 'vitest';
import { kernels, shaderPath } from '../../src/kernels/index.ts';
import { host } from '../setup/hosts.ts';
import { Runner } from './batch.ts';
import { hasShader } from './cases.ts';
import { mutants } from './mutate.ts';
import { mutantsOf, runMutation, unexplained } from './mutation.ts';
import { EXPLANATIONS, explains } from './survivors.ts';
import { TARGETS } from './targets.ts';

const WGSL = `
override N: u32 = 4u;
struct P { rows: u32, columns: u32, scale: f32 }
@group(0) @binding(0) var<uniform> p: P;
@compute @workgroup_size(N + 1u)
fn main(@builtin(global_invocation_id) id: vec3u) {
  // a < b, in a comment
  var v = vec4<f32>(-1.5);
  for (var i = 0u; i < p.rows; i++) {
    out[i * 2u] = fma(v.x, max(a, b), 0.0);
    workgroupBarrier();
  }
}`;

describe('edits', () => {
  const made = mutants(WGSL).map(({ before, after }) => (before === after ? '' : after));
  const has = (line: string) => expect(made).toContain(line);

  test('bounds, operators and literals', () => {
    has('for (var i = 0u; i <= p.rows; i++) {');
    has('for (var i = 1u; i < p.rows; i++) {');
    has('for (var i = 0u; i < p.rows; i--) {');
    has('out[i + 2u] = fma(v.x, max(a, b), 0.0);');
    has('out[i * 3u] = fma(v.x, max(a, b), 0.0);');
    has('out[i * 2u] = fma(v.x, max(a, b), 1.0);');
    has('var v = vec4<f32>(1.5);');
  });

  test('members, components, calls and whole statements', () => {
    has('for (var i = 0u; i < p.columns; i++) {');
    has('out[i * 2u] = fma(v.y, max(a, b), 0.0);');
    has('out[i * 2u] = fma(v.x, min(a, b), 0.0);');
    has('out[i * 2u] = 0.0;');
    has('out[v * 2u] = fma(v.x, max(a, b), 0.0);');
    expect(mutants(WGSL).map(({ before, after }) => [before, after])).toContainEqual(['workgroupBarrier();', '']);
  });

  test('are not made where the kernel would stay the same', () => {
    const wgsl = `const N: u32 = 4u; fn main() { if (N > 4u) { x = N / 4u; } var s: array<f32, 3>; }`;
    const edited = mutants(wgsl, new Map([['N', [4, 8]]])).map(({ source }) => source.slice(source.indexOf('{')));
    for (const one of [/N > 5u/, /N \/ 3u/, /f32, 4/]) expect(edited.filter((text) => one.test(text))).toEqual([]);
    for (const one of [/N > 3u/, /N >= 4u/, /N \* 4u/, /N \/ 5u/, /f32, 2/])
      expect(edited.filter((text) => one.test(text))).not.toEqual([]);
  });

  test('leave comments, declarations, attributes and types alone', () => {
    for (const { line, source } of mutants(WGSL)) {
      expect(line).toBeGreaterThan(6);
      expect(source).toContain('// a < b, in a comment');
      expect(source).toContain('vec4<f32>');
    }
  });
});

test('every explanation is of an edit that can still be made', () => {
  const made = new Map(kernels.filter(hasShader).map((kernel) => [shaderPath(kernel), mutantsOf(kernel)]));
  const idle = EXPLANATIONS.flatMap((one) =>
    one.kernels
      .filter((path) => !made.get(path)?.some((mutant) => explains(one, mutant)))
      .map((path) => `${path}: ${one.edits[0]}`),
  );
  expect(idle).toEqual([]);
});

/** Edits of a large kernel are pipelines that take a software adapter seconds each: `npm run mutants` makes them. */
const SMALL = kernels.filter((kernel) => kernel.op === 'neuron');

// A few edits of each small kernel.
test('the verdict sees a sample of small edits, or it is known why not', async () => {
  const [{ name, adapter }] = TARGETS;
  const runner = new Runner(() => host(name, adapter));
  const outcomes = await runMutation(runner, SMALL, { sample: 3 });
  const survivors = unexplained(outcomes).map(
    ({ kernel, mutant }) => `${kernel.op}/${kernel.id}:${mutant.line} ${mutant.after}`,
  );
  expect(survivors).toEqual([]);
  expect(outcomes.filter(({ fate }) => fate === 'killed').length).toBeGreaterThan(SMALL.length);
});
