/** Every kernel's text is instrumented, parses again, and keeps its lines. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rootFor } from '../../src/cli/setup/root.ts';
import { instrument } from '../../src/wgsl/instrument.ts';
import { parse } from '../../src/wgsl/parse.ts';

const folder = join(rootFor('npm test'), 'shaders');
const shaders = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.wgsl'));

test.each(shaders)('%s', (path) => {
  const code = readFileSync(join(folder, path), 'utf8');
  const { code: logged, sites, events, binding } = instrument(code);
  const { outline, fault } = parse(logged);
  expect(fault).toBeNull();
  expect(outline.variables.tsLog).toMatchObject({ group: 0, binding, access: 'read_write' });
  expect(parse(instrument(code, { values: true }).code).fault).toBeNull();
  expect(sites.length).toBeGreaterThan(0);
  expect(events.length).toBeGreaterThan(sites.length);
  const lines = logged.split('\n');
  const original = code.split('\n');
  expect(lines.length).toBe(original.length);
  // What logs comes in between; the words of a line stay on it, but for what a helper does.
  const words = (line: string): string[] =>
    line.replace(/\/\/.*|workgroupUniformLoad\(&\w+\)/g, '').match(/[A-Za-z]\w*/g) ?? [];
  for (const [at, line] of original.entries()) {
    const there = words(lines[at]);
    for (const word of words(line)) {
      const found = there.indexOf(word);
      expect(found, `"${word}" of line ${at + 1}: ${lines[at]}`).toBeGreaterThanOrEqual(0);
      there.splice(found, 1);
    }
  }
});

describe('a text', () => {
  const head = `@group(0) @binding(0) var<storage, read_write> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> lengths: array<u32>;
var<workgroup> tile: array<array<f32, 4>, 4>;
var<workgroup> filled: atomic<u32>;
var<workgroup> total: f32;
`;
  const made = (body: string, more = '', values = false): string => {
    const { code } = instrument(
      `${head}${more}@compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) {${body}}\n`,
      { values },
    );
    return code
      .slice(code.indexOf('tsStart(') - 1)
      .split(' @group(0) @binding(1) ')[0]
      .trim();
  };
  test.each([
    ['let x = a[i].y;', 'let x = a[tsI(1u, u32(i))].y;'],
    ['let x = tile[i][i + 1u];', 'let x = tile[tsI(1u, u32(i))][tsI(2u, u32(i + 1u))];'],
    ['a[i] = a[i + 1u];', 'let tsK1x0 = u32(i); a[tsK1x0] = a[tsI(1u, u32(i + 1u))]; tsI(2u, tsK1x0);'],
    [
      'tile[i][1] += 2.0;',
      'let tsK1x0 = u32(i); let tsK1x1 = u32(1); tsI(1u, tsK1x0); tsI(2u, tsK1x1); tile[tsK1x0][tsK1x1] += 2.0; tsI(3u, tsK1x0); tsI(4u, tsK1x1);',
    ],
    ['total = 1.0;', 'total = 1.0; tsPut(1u);'],
    ['let x = total;', 'let x = tsPass0(1u, total);'],
    ['let n = arrayLength(&a);', 'let n = arrayLength(&a);'],
    ['let n = atomicAdd(&filled, 1u);', 'let n = tsPass0(1u, atomicAdd(&filled, 1u));'],
    ['atomicStore(&filled, 0u);', 'atomicStore(&filled, 0u); tsPut(1u);'],
    ['let n = workgroupUniformLoad(&total);', 'let n = tsLoad1();'],
    [
      'let n = workgroupUniformLoad(&tile[0][i]);',
      'let n = workgroupUniformLoad(&tile[tsI(1u, u32(0))][tsU(2u, u32(i))]);',
    ],
    ['workgroupBarrier();', 'tsPut(1u); tsStop(); workgroupBarrier();'],
    [
      'for (var j = 0u; j < lengths[j]; j++) { total = 1.0; }',
      'tsPut(1u); for (var j = 0u; j < lengths[tsI(3u, u32(j))]; j++) { tsPut(2u); total = 1.0; tsPut(4u); }',
    ],
    ['for (var j = 0u; j < 4u; j++) { let x = j; }', 'for (var j = 0u; j < 4u; j++) { let x = j; }'],
    ['if (i > 2u) { return; } total = 1.0;', 'if (i > 2u) { tsStop(); return; } total = 1.0; tsPut(1u);'],
  ])('%s', (body, expected) => {
    expect(made(body)).toContain(` ${expected} tsStop();}`);
  });

  test.each([
    ['total = 1.0;', 'total = 1.0; tsV(1u, f32(total)); tsPut(2u);'],
    [
      'a[i] = vec4f();',
      'let tsK1x0 = u32(i); a[tsK1x0] = vec4f(); tsV(1u, f32((a[tsK1x0]).x)); tsV(1u, f32((a[tsK1x0]).y)); tsV(1u, f32((a[tsK1x0]).z)); tsV(1u, f32((a[tsK1x0]).w)); tsI(2u, tsK1x0);',
    ],
    [
      'var sum = 0.0; sum += 1.0;',
      'var sum = 0.0; tsV(1u, f32(sum)); tsPut(2u); sum += 1.0; tsV(1u, f32(sum)); tsPut(3u);',
    ],
    [
      'var own: array<f32, 4>; own[i] = 1.0;',
      'var own: array<f32, 4>; own[i] = 1.0; tsV(1u, f32(own[i])); tsI(2u, u32(i));',
    ],
    // Of what type these are the text alone does not say.
    ['var x = vec2f(); x = x + 1.0;', 'var x = vec2f(); x = x + 1.0;'],
    // Its counter stays in the head, where nothing is logged; the loop is entered, should its body set something.
    [
      'for (var j = 0u; j < 4u; j++) { let x = j; }',
      'tsPut(1u); for (var j = 0u; j < 4u; j++) { tsPut(2u); let x = j; }',
    ],
  ])('with values: %s', (body, expected) => {
    expect(made(body, '', true)).toContain(` ${expected} tsStop();}`);
  });

  test('logs where a function is called from', () => {
    const code = made(
      'let x = f(1u) + f(2u) + g();',
      'fn f(j: u32) -> f32 { return tile[j][0]; } fn g() -> f32 { return 1.0; } ',
    );
    expect(code).toContain('f(3u, 1u) + f(4u, 2u) + g()');
  });

  test('that ends in a comment keeps what is put behind it', () => {
    const { code } = instrument(`${head}@compute @workgroup_size(4) fn main() { total = 1.0; } // the end`);
    expect(code.split('\n').slice(5, 7)).toEqual([
      expect.stringMatching(/ \/\/ the end$/),
      expect.stringMatching(/^@group/),
    ]);
    expect(parse(code).outline.variables.tsLog).toBeDefined();
  });

  test.each([
    ['for (var j = 0u; j < 4u; workgroupBarrier()) { j++; }', 'has workgroupBarrier'],
    ['for (workgroupBarrier(); i > 9u; ) { }', 'has workgroupBarrier'],
    ['for (var j = 0u; j < 4u; atomicStore(&filled, j)) { j++; }', 'has atomicStore'],
    ['for (var j = 0u; j < 4u; total = 1.0) { j++; }', 'stores into total'],
    ['for (total = 1.0; i > 9u; ) { }', 'stores into total'],
  ])('%s is refused', (body, does) => {
    expect(() => made(body)).toThrow(`Line 6 ${does} in the head of a loop`);
  });

  test('a barrier behind a loop, and in its body, is none in its head', () => {
    const code = made('for (var j = 0u; j < 4u; j++) { workgroupBarrier(); } workgroupBarrier();');
    expect(code).toContain(
      '{ tsPut(2u); tsPut(3u); tsStop(); workgroupBarrier(); } tsPut(4u); tsStop(); workgroupBarrier();',
    );
  });

  test('atomics say what they do', () => {
    const body = 'atomicStore(&filled, 1u); let a = atomicLoad(&filled); let b = atomicAdd(&filled, 1u);';
    const { sites } = instrument(`${head}@compute @workgroup_size(4) fn main() { ${body} }`);
    expect(sites.map(({ effect }) => effect)).toEqual(['store', 'load', 'both']);
  });

  test('that takes an address is refused with its line', () => {
    expect(() => made('let p = &a[i];')).toThrow('Line 6 takes the address &a[i]');
  });
});
