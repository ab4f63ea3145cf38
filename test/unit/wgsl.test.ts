/** What a WGSL text declares: parsed, worked out, laid out, packed, and set. */
import { describe, expect, it } from 'vitest';
import { assemble } from '../../src/wgsl/assemble.ts';
import { evaluate, resolveType } from '../../src/wgsl/evaluate.ts';
import { extentOf, membersOf, workgroupBytes } from '../../src/wgsl/layout.ts';
import type { Outline, Range } from '../../src/wgsl/outline.ts';
import { packOutline, unpackOutline } from '../../src/wgsl/outline-pack.ts';
import { pack, type Value } from '../../src/wgsl/pack.ts';
import { parse } from '../../src/wgsl/parse.ts';

const outline = (source: string): Outline => {
  const { outline, fault } = parse(source);
  expect(fault).toBeNull();
  return outline;
};

const KERNEL = `enable subgroups; // const TM: u32 = 1u;
/* alias Elem = i32; /* nested */ const TM: u32 = 2u; */
alias Elem = f16;
alias Elem4 = vec4<Elem>;
const TM: u32 =
  4u;  // of C; and a semicolon
const LOWEST: f32 = -3.4028234e38;
const PITCH = max(TM * 2u, 0x10u) | 1u;
override WIDE = false;
override LANES: u32 = 8u;
override DEEP: u32;
struct Params { m: u32, shift: i32, }
@group(0) @binding(0) var<storage> x: array<Elem4>;
@binding(3) @group(0) var<storage, read_write> y: array<Elem>;
@group(0) @binding(4) var<uniform> p: Params;
var<workgroup> tile: array<Elem4, LANES * PITCH>;
var<workgroup> unused: array<f32, 1024>;
var<workgroup> sums: array<array<f32, 3>, TM>;
fn kept(i: u32) -> Elem { return x[i].x + Elem(p.shift); }
fn put(i: u32) { let tile = kept(i); y[i] = tile; }
@compute @workgroup_size(LANES, TM) fn main() { put(u32(sums[0][0])); }
@compute @workgroup_size(64) fn clear() { if (WIDE) { y[0] = 0; } }
`;

describe('an outline as the build writes it', () => {
  it('is the same once unpacked', () => {
    const declared = outline(KERNEL);
    expect(declared.overrides.DEEP.at).toBeNull();
    const packed = packOutline(declared);
    expect(JSON.stringify(packed)).not.toContain('"at"');
    expect(unpackOutline(JSON.parse(JSON.stringify(packed)))).toEqual(declared);
  });
});

describe('parse', () => {
  const declared = outline(KERNEL);

  it('tells constants, overrides and aliases with their places', () => {
    const { constants, overrides, aliases } = declared;
    const texts = (all: Readonly<Record<string, { readonly at: Range | null }>>): unknown =>
      Object.entries(all).map(([name, { at }]) => [name, at && KERNEL.slice(...at)]);
    expect(texts(constants)).toEqual([
      ['TM', '4u'],
      ['LOWEST', '-3.4028234e38'],
      ['PITCH', 'max(TM * 2u, 0x10u) | 1u'],
    ]);
    expect(texts(overrides)).toEqual([
      ['WIDE', 'false'],
      ['LANES', '8u'],
      ['DEEP', null],
    ]);
    expect(texts(aliases)).toEqual([
      ['Elem', 'f16'],
      ['Elem4', 'vec4<Elem>'],
    ]);
    expect(constants.LOWEST.value).toBeUndefined();
    expect(constants.PITCH.value).toEqual(['|', ['max', ['*', 'TM', 2], 16], 1]);
  });

  it('tells the bindings with their access modes', () => {
    expect(declared.variables.x).toEqual({
      space: 'storage',
      access: 'read',
      group: 0,
      binding: 0,
      type: ['array', 'Elem4'],
    });
    expect(declared.variables.y).toMatchObject({ access: 'read_write', group: 0, binding: 3 });
    expect(declared.variables.p).toEqual({ space: 'uniform', type: 'Params', group: 0, binding: 4 });
  });

  it('tells what each entry point uses through the functions that it calls, and what only has the same name', () => {
    expect(declared.entries.main).toEqual({
      workgroupSize: ['LANES', 'TM'],
      uses: ['LANES', 'x', 'y', 'p', 'sums'],
    });
    expect(declared.entries.clear).toEqual({ workgroupSize: [64], uses: ['WIDE', 'y'] });
  });

  it('names the place of a fault, and keeps the declarations before and after it', () => {
    const { outline, fault } = parse('const A: u32 = 1u;\nfn f() { let x = ; }\nconst B: u32 = 2u;\n');
    expect(fault).toMatchObject({ line: 2 });
    expect(Object.keys(outline.constants)).toEqual(['A', 'B']);
  });

  it('survives any text', () => {
    const texts = [
      '',
      '\0',
      '}}}}',
      '('.repeat(10_000),
      '/*',
      'fn',
      '@',
      'alias A = A;',
      'const A = A;',
      'import a::b;',
    ];
    for (const text of texts) expect(() => parse(text)).not.toThrow();
  });
});

describe('evaluate', () => {
  const declared = outline(KERNEL);

  it('works out what depends on what a plan sets', () => {
    expect(evaluate('PITCH', declared)).toBe(17);
    expect(evaluate('PITCH', declared, { numbers: { TM: 11 } })).toBe(23);
    expect(evaluate(['/', 7, 2], declared)).toBe(3);
    expect(evaluate(['|', 2 ** 31, 1], declared)).toBe(2 ** 31 + 1);
    expect(evaluate('WIDE', declared)).toBe(0);
  });

  it('says what is not known', () => {
    expect(() => evaluate('DEEP', declared)).toThrow('no whole number "DEEP"');
    expect(() => evaluate('LOWEST', declared)).toThrow('no whole number "LOWEST"');
    expect(evaluate('DEEP', declared, { numbers: { DEEP: 3 } })).toBe(3);
    // What is declared by itself.
    const circular: Outline = {
      ...declared,
      constants: { A: { at: null, value: ['+', 'A', 1] } },
      aliases: { T: { at: [0, 0], type: 'T' } },
    };
    expect(() => evaluate('A', circular)).toThrow('no whole number "A"');
    expect(() => resolveType('T', circular)).toThrow('"T" has no layout');
  });
});

describe('sizes and places', () => {
  // The struct A and B of the specification's section "Structure Layout Rules", whose offsets it prints.
  const declared = outline(`
    struct A { u: f32, v: f32, w: vec2<f32>, x: f32 }
    struct B { a: vec2<f32>, b: vec3<f32>, c: f32, d: f32, e: A, f: vec3<f32>, g: array<A, 3>, h: i32 }
    struct C { half: f16, halves: vec3h, m: mat3x2f, n: mat2x3<f32>, last: atomic<u32> }
    struct E { @size(16) wide: u32 }
  `);
  const offsets = (struct: string): number[] => membersOf(struct, declared).map(({ offset }) => offset);

  it('are those of the specification', () => {
    expect(offsets('A')).toEqual([0, 4, 8, 16]);
    expect(extentOf('A', declared)).toEqual({ size: 24, align: 8 });
    expect(offsets('B')).toEqual([0, 16, 28, 32, 40, 64, 80, 152]);
    expect(extentOf('B', declared)).toEqual({ size: 160, align: 16 });
  });

  it('know halves, matrices and atomics', () => {
    expect(offsets('C')).toEqual([0, 8, 16, 48, 80]);
    expect(extentOf('C', declared)).toEqual({ size: 96, align: 16 });
  });

  it('say what has none', () => {
    expect(() => extentOf(['array', 'f32'], declared)).toThrow('without a length');
    expect(() => extentOf('D', declared)).toThrow('no type "D"');
    expect(() => extentOf('E', declared)).toThrow('no type "@size(16) wide: u32"');
  });

  it('add up to the workgroup memory of an entry point', () => {
    const kernel = outline(KERNEL);
    expect(workgroupBytes('main', kernel)).toBe(4 * 3 * 4);
    expect(workgroupBytes('main', kernel, { numbers: { TM: 2 } })).toBe(2 * 3 * 4);
    expect(workgroupBytes('clear', kernel)).toBe(0);
    const tiled = outline(
      'alias T = f32; override N = 3; var<workgroup> t: array<T, N>; @compute fn f() { t[0] = 1; }',
    );
    expect(workgroupBytes('f', tiled, { numbers: { N: 5 }, aliases: { T: 'vec4<f16>' } })).toBe(40);
  });
});

describe('pack', () => {
  const declared = outline(`
    struct Strides { head: u32, token: u32 }
    struct Params { m: u32, shift: i32, scale: f32, size: vec3u, k: Strides, taps: array<vec2f, 2>, turn: mat2x2f }
    @group(0) @binding(0) var<uniform> p: Params;
    @group(0) @binding(1) var<uniform> n: u32;
  `);
  const right = {
    turn: [
      [1, 2],
      [3, 4],
    ],
    taps: [
      [5, 6],
      [7, 8],
    ],
    k: { token: 10, head: 9 },
    size: [11, 12, 13],
    scale: 0.1,
    shift: -2,
    m: 2 ** 32 - 1,
  };

  it('puts each value where its name lies, whatever their order', () => {
    const data = new DataView(pack(declared, 'p', right));
    expect(data.byteLength).toBe(80);
    expect([data.getUint32(0, true), data.getInt32(4, true)]).toEqual([2 ** 32 - 1, -2]);
    expect(data.getFloat32(8, true)).toBe(Math.fround(0.1));
    expect([16, 20, 24, 28, 32].map((at) => data.getUint32(at, true))).toEqual([11, 12, 13, 9, 10]);
    const reals = [5, 6, 7, 8, 1, 2, 3, 4];
    expect(reals.map((_, i) => data.getFloat32(40 + 4 * i, true))).toEqual(reals);
    expect(pack(declared, 'n', 7)).toEqual(new Uint32Array([7]).buffer);
  });

  it.each<[string, Value, RegExp]>([
    ['a missing member', { ...right, k: { head: 1 } }, /^p\.k\.token has no value$/],
    ['an unknown member', { ...right, rows: 1 }, /^Params has no member "rows"; it has m, shift, scale,/],
    ['a fraction', { ...right, m: 0.25 }, /^p\.m must be a whole number, not 0\.25$/],
    ['a large number', { ...right, m: 2 ** 32 }, /^The problem is too large: p\.m would be 4,294,967,296, beyond u32$/],
    ['a number below all', { ...right, shift: -(2 ** 31) - 1 }, /: p\.shift would be -2,147,483,649, beyond i32$/],
    ['no number', { ...right, scale: Number.NaN }, /^p\.scale must be a number/],
    ['a short vector', { ...right, size: [1, 2] }, /^p\.size must be a list of 3, not \[1,2\]$/],
    ['a list for a struct', { ...right, k: [1, 2] }, /^p\.k must be a Strides, not \[1,2\]$/],
    ['a struct for a number', { ...right, m: { a: 1 } }, /^p\.m must be a whole number/],
  ])('refuses %s', (_, value, message) => {
    expect(() => pack(declared, 'p', value)).toThrow(message);
  });

  it('refuses a variable that is no uniform', () => {
    expect(() => pack(declared, 'q', 1)).toThrow('no uniform "q"');
  });
});

describe('assemble', () => {
  const set = (settings: Partial<Parameters<typeof assemble>[2]>, source = KERNEL): string =>
    assemble(source, parse(source).outline, { constants: {}, aliases: {}, enables: [], ...settings });

  it('sets what is declared, not what a comment says, and keeps every line where it is', () => {
    const text = set({ constants: { TM: 8 }, aliases: { Elem4: 'vec4<f32>', Elem: 'f32' }, enables: ['f16'] });
    expect(text.split('\n')).toHaveLength(KERNEL.split('\n').length);
    expect(text.startsWith('enable f16;enable subgroups; // const TM: u32 = 1u;\n/* alias Elem = i32; /*')).toBe(true);
    expect(text).toContain('alias Elem = f32;\nalias Elem4 = vec4<f32>;\nconst TM: u32 =\n  8;  // of C;');
    expect(set({})).toBe(KERNEL);
  });

  it('leaves the line breaks of a value that takes several', () => {
    const source = 'const A: u32 = 1u +\n  2u +\n  3u; const B: u32 = 4u;\n';
    expect(set({ constants: { B: 5, A: 6 } }, source)).toBe('const A: u32 = 6\n\n; const B: u32 = 5;\n');
  });

  it.each([
    [{ constants: { LANES: 3 } }, 'const LANES = ...;'],
    [{ constants: { NONE: 3 } }, 'const NONE = ...;'],
    [{ aliases: { TM: 'f32' } }, 'alias TM = ...;'],
  ])('refuses %j', (settings, declaration) => {
    expect(() => set(settings)).toThrow(`The WGSL must declare "${declaration}", so that it can be set`);
  });
});
