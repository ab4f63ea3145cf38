/** What holds for an `.npz` of any operation: the names of its arrays, and their types. */
import { writeFileSync } from 'node:fs';
import { Float16Array } from '@petamoriken/float16';
import { describe, expect, test } from 'vitest';
import { float64, floatTensor, npy, npz, type Tensor, writeCase, zipped } from '../vector-files.ts';
import { expectRight, place, random, times, verify, writeNpz } from './run.ts';

const x = random([6], 11);
const w = random([4, 6], 12);
const b = random([4], 13);
const y = times(w.values, x.values, 4, 6, 1).map((value, at) => Math.max(0, Math.fround(value + b.values[at])));

test('float64 is rounded for the kernels, and that is said', async () => {
  const [p, q] = [
    [0.1, 0.2],
    [0.3, 0.4],
  ];
  const path = `${place()}.npz`;
  const arrays = {
    a: npy('<f8', [1, 2], float64(p)),
    b: npy('<f8', [2, 1], float64(q)),
    c: npy('<f8', [1, 1], float64([p[0] * q[0] + p[1] * q[1]])),
  };
  writeFileSync(path, zipped(arrays));
  const { rows, text } = await verify([path]);
  expectRight(rows, 'c');
  expect(text.replace(/\s+/g, ' ')).toContain('float64 inputs were rounded to float32');
});

test('float16 runs in f16, and in f32 where the device has none', async () => {
  const half = (values: number[]): Uint8Array => new Uint8Array(Float16Array.from(values).buffer);
  const path = `${place()}.npz`;
  writeFileSync(
    path,
    zipped({
      a: npy('<f2', [1, 2], half([1.5, 2])),
      b: npy('<f2', [2, 1], half([0.25, 4])),
      c: npy('<f2', [1, 1], half([8.375])),
    }),
  );
  expect((await verify([path])).rows[0]).toMatchObject({ status: 'correct', dtype: 'f16' });
  const { rows } = await verify([path], { features: [] });
  expect(rows[0]).toMatchObject({
    status: 'correct',
    dtype: 'f32',
    notes: ['run in f32: the device has no shader-f16'],
  });
});

describe('bfloat16, which NumPy writes as two bytes without a type', () => {
  /** To the nearest bfloat16, ties to even, as its 16 bits. */
  const bitsOf = (value: number): number => {
    const [word] = new Uint32Array(Float32Array.of(value).buffer);
    return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
  };
  const bf16 = (value: number): number => new Float32Array(Uint32Array.of(bitsOf(value) << 16).buffer)[0];
  const array = ({ dims, values }: Tensor): Uint8Array =>
    npy('<V2', dims, new Uint8Array(Uint16Array.from(values, bitsOf).buffer));
  const [a, b] = [random([5, 7], 21), random([7, 3], 22)];
  const c = times(a.values.map(bf16), b.values.map(bf16), 5, 7, 3);
  const write = (values: readonly number[]): string => {
    const path = `${place()}.npz`;
    writeFileSync(path, zipped({ a: array(a), b: array(b), c: array({ dims: [5, 3], values }) }));
    return path;
  };

  test('is refused without --dtype bf16, which the sentence names', async () => {
    const { rows, status } = await verify([write(c)]);
    expect(rows).toMatchObject([{ status: 'failed', kernel: null }]);
    expect(rows[0].reason).toMatch(/^The array "a" has the type "<V2", .*: pass --dtype bf16 where it is bfloat16\.$/);
    expect(status).toBe(2);
  });

  test('runs in f32 with it, and the file has the tolerance of its own rounding', async () => {
    const { rows, status } = await verify([write(c), '--dtype', 'bf16']);
    expectRight(rows, 'c');
    expect(status).toBe(0);
    expect(rows[0]).toMatchObject({ dtype: 'f32', onnx: { passed: false } });
    expect(rows[0].notes).toEqual(['bfloat16 inputs were stored as float32, which holds them exactly']);
    // The file's values were rounded to 8 bits: far off by f32's bound, within bfloat16's.
    expect(Number(rows[0].file?.ratio)).toBeGreaterThan(0.001);
    expect(Number(rows[0].file?.ratio)).toBeLessThanOrEqual(1);
  });

  test('a wrong value is still found', async () => {
    const { rows, status } = await verify([write(c.map((value, at) => value + (at === 4 ? 4 : 0))), '--dtype', 'bf16']);
    expect(rows[0].reason).toMatch(/^the file disagrees with the float64 reference: .*c\[1, 1\]/);
    expect(status).toBe(1);
  });

  test('files that name their types are read as before', async () => {
    const { rows } = await verify([writeNpz({ a, b, c: { dims: [5, 3], values: c } }), '--dtype', 'bf16']);
    expect(rows[0].notes).toEqual([]);
  });

  test.each([
    ['another type', ['--dtype', 'f16'], /--dtype of verify can only be bf16, .* not "f16": a file names/],
    ['an ONNX case', ['--dtype', 'bf16'], /--dtype applies to \.npz files; an ONNX case says such things itself/],
  ])('--dtype with %s is refused', async (_, flags, message) => {
    const onnxCase = writeCase(place(), { operator: 'Relu', inputs: [floatTensor(a)], outputs: [floatTensor(a)] });
    const { status, stderr, opened } = await verify([onnxCase, ...flags]);
    expect([status, opened]).toEqual([2, 0]);
    expect(stderr.trimEnd()).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

test.each([
  ['a missing output', { a: x, b: x }, [], /matmul needs an array "c"; the file holds "a", "b"/],
  ['a name in capitals', { A: w, b: w, c: w }, ['--op', 'matmul'], /needs an array "a".*rename "A" to "a"/],
  [
    'names that tell nothing',
    { foo: x },
    [],
    /names of the arrays do not show which operation they are for: name them x, w, b, y for neuron/,
  ],
  ['a stray array', { a: w, b: w, c: w, bais: x }, [], /"bais" is not one of matmul's: did you mean bias/],
  ['weights the wrong way round', { x, w: random([6, 4]), b, y: b }, [], /so transpose it/],
  ['a bias of another size', { x, w, b: random([3]), y: b }, [], /"b" has 3 values, and "w" has 4 neurons/],
  ['an output of another size', { x, w, b, y: random([5]) }, [], /"y" has the shape \(5\), and the inputs give \(4\)/],
  [
    'a matrix for a vector',
    { x: random([1, 6]), w, b, y: b },
    [],
    /"x" must have the shape \(inputs\), and has \(1, 6\)/,
  ],
  [
    'nothing in it',
    { a: { dims: [0, 3], values: [] }, b: random([3, 2]), c: { dims: [0, 2], values: [] } },
    [],
    /"a" of shape \(0, 3\) is empty/,
  ],
  [
    'attention in three dimensions',
    { q: w, k: w, v: w, o: w },
    [],
    /"q" must have the shape \(batch, heads, tokens, dim\)/,
  ],
  [
    'a flag of another operation',
    { x, w, b, y: b },
    ['--causal'],
    /--causal is a flag for attention and attention-backward, and this file is of neuron/,
  ],
] as const)('%s', async (_, arrays, flags, message) => {
  const { rows, status } = await verify([writeNpz(arrays), ...flags]);
  expect(rows).toHaveLength(1);
  expect(rows[0].reason).toMatch(message);
  expect(status).toBe(2);
});

test('a damaged file does not stop the others', async () => {
  const bad = `${place()}.npz`;
  writeFileSync(bad, npz({ x }).subarray(0, 50));
  const { rows, status } = await verify([bad, writeNpz({ x, w, b, y: { dims: [4], values: y } })]);
  expect(rows[0]).toMatchObject({ status: 'failed', kernel: null });
  expectRight(rows.slice(1), 'y');
  expect(status).toBe(1);
});

describe('files that disagree', () => {
  const [a, b] = [random([2, 3], 8), random([3, 2], 9)];
  const c = times(a.values, b.values, 2, 3, 2);
  const write = (values: number[]): string => writeNpz({ a, b, c: { dims: [2, 2], values } });

  test('a wrong expected value is told from a wrong kernel', async () => {
    const { rows, status } = await verify([write([c[0], c[1], c[2] + 1, c[3]])]);
    expect(status).toBe(1);
    expect(rows[0]).toMatchObject({ status: 'wrong', verdict: { correct: true }, onnx: { passed: false } });
    expect(rows[0].reason).toMatch(/^the file disagrees with the float64 reference: .*c\[1, 0\]/);
  });

  test('NaN among the expected values', async () => {
    const { rows } = await verify([write([c[0], Number.NaN, c[2], c[3]])]);
    expect(rows[0].status).toBe('wrong');
  });

  test('a wrong kernel is named with its worst element', async () => {
    const { rows, status, text } = await verify([write(c)], {
      tamper: (values) => {
        values[3] += 1e-3;
      },
    });
    expect(status).toBe(1);
    expect(rows[0]).toMatchObject({
      status: 'wrong',
      file: { ratio: expect.any(Number) },
      verdict: { correct: false, worst: { tensor: 'c', at: [1, 1] } },
    });
    expect(text).toMatch(/0 correct, \d+ wrong/);
  });
});
