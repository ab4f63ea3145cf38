/** The gradients of attention in an `.npz`: each of dq, dk and dv by its name, with attention's flags. */
import { expect, test } from 'vitest';
import { type BookOptions, gradientsByTheBook } from '../attention-book.ts';
import type { Tensor } from '../vector-files.ts';
import { expectRight, random, verify, writeNpz } from './run.ts';

const q = random([2, 4, 3, 4], 1);
const [k, v] = [random([2, 2, 5, 4], 2), random([2, 2, 5, 2], 3)];
const upstream = random([2, 4, 3, 2], 4);
const inputs = { q, k, v, do: upstream };
const gradients = (options: BookOptions = {}) => gradientsByTheBook(q, k, v, upstream, options);
const off = ({ dims, values }: Tensor, at: number): Tensor => ({ dims, values: values.with(at, values[at] + 0.01) });

test.each([
  ['plain', {}, []],
  ['causal, aligned at the bottom right', { causal: true, offset: 2 }, ['--causal']],
  [
    'with every flag',
    { causal: true, offset: 1, window: 3, softcap: 1.5, scale: 0.3 },
    ['--causal', '--offset', '1', '--window', '3', '--softcap', '1.5', '--scale', '0.3'],
  ],
] as const)('%s', async (_, options, flags) => {
  const { rows, status, text } = await verify([writeNpz({ ...inputs, ...gradients(options) }), ...flags]);
  for (const output of ['dq', 'dk', 'dv']) expectRight(rows, output);
  expect([...new Set(rows.map(({ op }) => op))]).toEqual(['attention-backward']);
  expect(rows.length % 3).toBe(0);
  // The table counts kernels, not their outputs.
  expect(text).toContain(`${rows.length / 3} of ${rows.length / 3}`);
  expect(status).toBe(0);
});

test('with a mask', async () => {
  const mask = { dims: [3, 5], values: random([3, 5], 5).values.map((value) => (value < -0.5 ? -Infinity : value)) };
  const { rows } = await verify([writeNpz({ ...inputs, mask, ...gradients({ mask }) })]);
  for (const output of ['dq', 'dk', 'dv']) expectRight(rows, output);
});

test('one gradient alone is enough', async () => {
  const { dk } = gradients();
  const { rows, status } = await verify([writeNpz({ ...inputs, dk })]);
  expectRight(rows, 'dk');
  expect(new Set(rows.map(({ output }) => output))).toEqual(new Set(['dk']));
  expect(status).toBe(0);
});

test('a file that is wrong in one gradient is right in the others', async () => {
  const right = gradients();
  const { rows, status } = await verify([writeNpz({ ...inputs, ...right, dk: off(right.dk, 21) })]);
  expectRight(rows, 'dq');
  expectRight(rows, 'dv');
  for (const row of rows.filter(({ output }) => output === 'dk')) {
    expect(row).toMatchObject({ status: 'wrong', verdict: { correct: true }, onnx: { passed: false } });
    expect(row.reason).toMatch(/^the file disagrees with the float64 reference: .*dk\[0, 1, 0, 1\]/);
  }
  expect(status).toBe(1);
});

test('a kernel that is wrong in one gradient is right in the others', async () => {
  const tamper = (values: number[], _: unknown, tensor: string): void => {
    if (tensor === 'dv') values[7] += 1;
  };
  const { rows, status, text } = await verify([writeNpz({ ...inputs, ...gradients() })], { tamper });
  expectRight(rows, 'dq');
  expectRight(rows, 'dk');
  for (const row of rows.filter(({ output }) => output === 'dv')) {
    expect(row).toMatchObject({ status: 'wrong', verdict: { worst: { tensor: 'dv', at: [0, 0, 3, 1] } } });
  }
  expect(text).toContain(`0 of ${rows.length / 3}`);
  expect(status).toBe(1);
});

test.each([
  ['no gradient', inputs, /attention-backward needs an array "dq", "dk" or "dv"; the file holds "q", "k", "v", "do"/],
  [
    'an output of the forward pass',
    { ...inputs, ...gradients(), o: upstream },
    /"o" is not one of attention-backward's/,
  ],
  ['a gradient of another shape', { ...inputs, dq: k }, /"dq" has the shape \(2, 2, 5, 4\), .* \(2, 4, 3, 4\)/],
  ['an output gradient of another shape', { ...inputs, do: q, dq: q }, /"do" has .*and q and v give \(2, 4, 3, 2\)/],
] as const)('%s', async (_, arrays, message) => {
  const { rows, status } = await verify([writeNpz(arrays)]);
  expect(rows).toHaveLength(1);
  expect(rows[0].reason).toMatch(message);
  expect(status).toBe(2);
});
