/** Copies, transposes and row sums in an `.npz`; Identity and Transpose of ONNX. */
import { expect, test } from 'vitest';
import { floatTensor, writeCase } from '../vector-files.ts';
import { expectRight, place, random, verify, writeNpz } from './run.ts';

const x = random([3, 5], 4);
const turned = {
  dims: [5, 3],
  values: Array.from({ length: 15 }, (_, at) => x.values[(at % 3) * 5 + Math.floor(at / 3)]),
};
const sums = {
  dims: [3],
  values: [0, 1, 2].map((row) =>
    Math.fround(x.values.slice(5 * row, 5 * row + 5).reduce((sum, value) => sum + value, 0)),
  ),
};

test.each([
  ['copied', { x, copied: x }],
  ['transposed', { x, transposed: turned }],
  ['sums', { x, sums }],
] as const)('%s of an .npz is told by its name', async (name, arrays) => {
  expectRight((await verify([writeNpz({ ...arrays })])).rows, name);
});

test.each([
  ['Identity', {}, x],
  ['Transpose', {}, turned],
] as const)('%s with %j is exact', async (operator, attributes, y) => {
  const path = writeCase(place(), {
    operator,
    attributes: attributes as Record<string, number>,
    inputs: [floatTensor(x)],
    outputs: [floatTensor(y)],
  });
  expectRight((await verify([path])).rows);
  const nudge = (values: number[]): void => {
    values[1] *= 1 + 2 ** -23;
  };
  expect((await verify([path], { tamper: nudge })).rows[0].status).toBe('wrong');
});

test('a Transpose of three dimensions is not supported', async () => {
  const cube = random([2, 2, 2]);
  const path = writeCase(place(), { operator: 'Transpose', inputs: [floatTensor(cube)], outputs: [floatTensor(cube)] });
  const { rows } = await verify([path]);
  expect([rows[0].status, rows[0].reason]).toEqual(['unsupported', expect.stringMatching(/a matrix has 2/)]);
});
