/** Kernels of one's own: formulas and headers, the plans that they give, and one sentence for each that is wrong. */
import { describe, expect, it, test } from 'vitest';
import { Refusal } from '../../src/core/errors.ts';
import { kernels, operations, source } from '../../src/kernels/index.ts';
import { formulas } from '../../src/kernels/own/formula.ts';
import { blank, copyOf, headerOf, OWN } from '../../src/kernels/own/index.ts';
import { ownRequest } from '../../src/lab/own.ts';
import { planRequest, tryPlan } from '../../src/lab/plan.ts';
import { OwnKernels } from '../../src/ui/state/own-kernels.ts';
import { Declared } from '../../src/ui/views/own/declared.ts';

const NAMES = { n: 33, TILE: 16 };
const value = (text: string): number[] => formulas(text).map((formula) => formula(NAMES));
const refused = (make: () => unknown): string => {
  try {
    make();
  } catch (error) {
    if (error instanceof Refusal) return error.message;
    throw error;
  }
  return expect.fail('nothing was refused');
};

describe('a formula', () => {
  it.each([
    ['ceil(n / TILE)', [3]],
    ['n / TILE', [33 / 16]],
    ['2 + 3 * n - n % 4 - 1', [99]],
    ['(n - 1) / 2 / 2', [8]],
    ['max(n, 7 * 5), min(1, 2, 0)', [35, 0]],
    ['if(n - 33, 1, sqrt(log2(TILE)))', [2]],
  ])('%s', (text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  it.each([
    ['n +', '"n +" has nothing where a number, a name or a parenthesis should be'],
    ['n TILE', '"n TILE" has "TILE" where an operator, a comma or the end should be'],
    ['ceil(n', '"ceil(n" has nothing where a closing parenthesis should be'],
    ['ceil(n, 2)', '"ceil(n, 2)" gives ceil 2 values, and it takes 1'],
    ['constructor(n)', '"constructor(n)" calls constructor; there are ceil, floor, min, max, log2, sqrt or if'],
    ['toString', '"toString" stands for nothing; there are n, TILE'],
    ['m', '"m" stands for nothing; there are n, TILE'],
    ['', '"" has nothing where a number, a name or a parenthesis should be'],
  ])('is refused in one sentence: %s', (text, message) => {
    expect(refused(() => value(text))).toBe(message);
  });

  it.each(['('.repeat(100_000), `1${' + 1'.repeat(100_000)}`])('is refused where it is endless', (text) => {
    expect(refused(() => value(text))).toMatch(/words and signs; there may be 1000$/);
  });
});

const BODY = `
override TILE: u32 = 8u;
struct Params { rows: u32, columns: u32, half: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> p: Params;
@group(0) @binding(3) var<storage, read_write> partial: array<f32>;
@compute @workgroup_size(TILE, 2)
fn first() { partial[0] = x[p.half]; }
@compute @workgroup_size(64)
fn second() { y[0] = partial[0]; }
`;
const HEADER = `// tilescope kernel
// op: transpose
// entry: first
// workgroup: TILE, 2
// dispatch: ceil(columns / TILE), rows, 3
// entry: second
// workgroup: 64
// dispatch: rows * columns
// knob: TILE = 4, 16
// scratch: partial = 4 * rows + 1
// param: half = ceil(rows / 2)
// pad: x = 4
`;
const shape = { rows: 7, columns: 9 };
const request = async (text: string, knobs = {}) =>
  ownRequest({ op: 'transpose', shape, dtype: 'f32', seed: 1, input: 'normal', source: text, knobs });

describe('a header', () => {
  it('gives passes, buffers and knobs', async () => {
    const { plan, knobs, kernel, numerics } = planRequest(await request(HEADER + BODY));
    expect([kernel.id, knobs, numerics]).toEqual([
      OWN,
      { TILE: 8 },
      { output: 'f32', keyTile: 1, dividesEachKey: true },
    ]);
    expect(plan.passes).toMatchObject([
      { entry: 'first', workgroups: [2, 7, 3], workgroupSize: [8, 2, 1], overrides: { TILE: 8 } },
      { entry: 'second', workgroups: [63, 1, 1], workgroupSize: [64, 1, 1], overrides: {} },
    ]);
    expect(plan.passes[0].bindings).toEqual({ 0: 'x', 2: 'p', 3: 'partial' });
    const [x, p, partial, y] = ['x', 'p', 'partial', 'y'].map((name) => plan.buffers.find((one) => one.name === name));
    expect(x).toMatchObject({ use: 'input', layout: { strides: [12, 1] }, padding: 'zero' });
    expect(y).toMatchObject({ use: 'output', layout: { strides: [7, 1] } });
    expect(partial).toEqual({ use: 'scratch', name: 'partial', bytes: 32 });
    expect(new Uint32Array((p as { data: ArrayBuffer }).data).slice(0, 3)).toEqual(Uint32Array.of(7, 9, 4));
    expect(planRequest(await request(HEADER + BODY, { TILE: 4 })).plan.passes[0].workgroups).toEqual([3, 7, 3]);
  });

  it('takes the first value of a knob whose override begins with nothing that is known', async () => {
    const text = (HEADER + BODY).replace('TILE: u32 = 8u;', 'TILE: u32 = HALF;\nconst HALF = 0.5;');
    expect(planRequest(await request(text)).knobs).toEqual({ TILE: 4 });
  });

  const swapped = (find: string, replace: string): string => {
    expect(HEADER + BODY).toContain(find);
    return (HEADER + BODY).replace(find, replace);
  };
  it.each([
    ['// op: transpose\n', '', 'The header has no "// op:", the operation that the kernel computes'],
    ['// op: transpose', '// op: copy', 'The header is that of a kernel for copy, and transpose was asked for'],
    ['// entry: first\n', '', 'Line 3 of the header: workgroup comes before the entry that it belongs to'],
    ['// dispatch: rows * columns\n', '', 'Line 6 of the header: entry second has no "// dispatch:"'],
    [
      '// pad:',
      '// pitch:',
      'Line 12 of the header: there is no "pitch" in a header; there are op, as, entry, workgroup, dispatch, knob, scratch, param, pad',
    ],
    [
      'TILE = 4, 16',
      'TILE',
      'Line 9 of the header: a knob is "NAME = 8, 16, 32", an override and the whole numbers that it may be',
    ],
    ['knob: TILE', 'knob: TALL', 'The header has a knob TALL, and a knob is an override: the text declares TILE'],
    ['entry: second', 'entry: third', 'The header names the entry point third, and the text has first, second'],
    [
      'workgroup: TILE, 2',
      'workgroup: TILE',
      'The header gives first a workgroup of 8 x 1 x 1, and its @workgroup_size is 8 x 2',
    ],
    [
      'ceil(columns / TILE)',
      'columns / TILE',
      'The header’s dispatch of first comes to 1.125, and must be a whole number above 0: use ceil or max',
    ],
    ['rows * columns', 'rows * width', '"width" stands for nothing; there are rows, columns, TILE'],
    [
      '// scratch: partial = 4 * rows + 1\n',
      '',
      'The text binds partial, which is neither one of x, y nor a scratch of the header',
    ],
    [
      '// param: half = ceil(rows / 2)\n',
      '',
      'The uniform p has a member half; there are rows or columns, and others need a "// param:"',
    ],
    ['y[0] = partial[0];', '_ = partial[0];', 'No entry point of the header uses y, where transpose puts its result'],
    [
      '// tilescope kernel\n',
      '',
      'The text has no header, a comment that begins with "// tilescope kernel" and gives op, entry, workgroup and dispatch',
    ],
  ])('is refused in one sentence: %j as %j', async (find, replace, message) => {
    const found = tryPlan(await request(swapped(find, replace)));
    expect(found instanceof Refusal ? found.message.replace("'", '’') : 'a plan').toBe(message);
  });

  it('of more workgroups than one dimension takes is folded', async () => {
    const { plan } = planRequest({ ...(await request(HEADER + BODY)), shape: { rows: 1024, columns: 1024 } });
    expect(plan.passes[1].workgroups).toEqual([61_681, 17, 1]);
  });
});

test.each(
  kernels.filter(({ shader }) => shader === undefined).map((kernel) => [`${kernel.op}/${kernel.id}`, kernel] as const),
)('a copy of %s runs as that kernel does', async (_, kernel) => {
  const { op, id, dtypes } = kernel;
  const asked = { op, dtype: dtypes[0] };
  const saved = tryPlan({ ...asked, kernel: id });
  const copied = tryPlan(await ownRequest({ ...asked, source: copyOf(op, id, source(kernel)) }));
  if (saved instanceof Refusal) return expect(copied).toMatchObject({ rule: saved.rule });
  expect(copied).toMatchObject({ numerics: saved.numerics, plan: { passes: saved.plan.passes } });
});

test.each(operations)('an empty kernel for $id has a header and all bindings', async (operation) => {
  const text = blank(operation);
  expect(headerOf(text)).toMatchObject({ op: operation.id, passes: [{ entry: 'main' }] });
  const { outline } = await ownRequest({ op: operation.id, source: text });
  const defaults = Object.fromEntries(operation.parameters.map((one) => [one.key, one.default]));
  const named = operation.tensors(defaults).map(({ name }) => name);
  expect(Object.keys(outline?.variables ?? {})).toEqual([...named, 'p']);
});

describe('the knobs of a text', () => {
  const view = { addController: () => undefined, removeController: () => undefined, requestUpdate: () => undefined };
  const read = async (text: string): Promise<Declared> => {
    const declared = new Declared({ ...view, updateComplete: Promise.resolve(true) });
    await declared.of(planRequest({ op: 'transpose', kernel: '1_naive' }).problem, text);
    return declared;
  };

  it('are those that its header declares, each with the values that can be chosen', async () => {
    const header = '// tilescope kernel\n// op: transpose\n// entry: first\n// workgroup: TILE, 2\n// dispatch: 1\n';
    const declared = await read(`${header}// knob: TILE = 4, 16\n${BODY}`);
    expect(declared.knobs.map(({ key, values }) => [key, values])).toEqual([['TILE', [4, 8, 16]]]);
    expect(declared.chosen({ TILE: '16' })).toEqual({ TILE: 16 });
    expect(declared.chosen({ TILE: '8' })).toEqual({});
    expect(declared.fault({ TILE: '16' })).toBe('');
    expect(declared.fault({ TILE: '5' })).toBe('TILE=5 is not a value of a knob of this kernel and is not used.');
    expect(declared.fault({ GONE: '1' })).toMatch(/^GONE=1 is not/);
  });

  it('are none of a text that cannot be read, which whoever runs it is told', async () => {
    for (const text of ['', 'fn main() {', '// tilescope kernel\n// op: transpose\n'])
      expect((await read(text)).knobs).toEqual([]);
  });
});

it('is kept once however often the same text comes, and beside another text of its name', () => {
  const kernels = new OwnKernels(() => {
    throw new Error('storage is blocked');
  });
  expect(kernels.nameFor('mine', '// one')).toBe('mine');
  expect(kernels.put('mine', '// one')).toBe(false);
  expect(kernels.nameFor('mine', '// one')).toBe('mine');
  expect(kernels.nameFor('mine', '// two')).toBe('mine 2');
  kernels.put('mine 2', '// two');
  expect(kernels.nameFor('mine', '// two')).toBe('mine 2');
  expect(kernels.free('mine')).toBe('mine 3');
});
