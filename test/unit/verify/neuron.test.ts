/** Layers of neurons in an `.npz`, and Relu of ONNX, which runs through their activation. */
import { describe, expect, test } from 'vitest';
import { floatTensor, writeCase } from '../vector-files.ts';
import { expectRight, place, random, times, verify, writeNpz } from './run.ts';

test('Relu is exact: a kernel that is off by one unit in the last place is wrong', async () => {
  const x = random([3, 4, 5]);
  const y = { dims: x.dims, values: x.values.map((value) => Math.max(0, value)) };
  const path = writeCase(place(), { operator: 'Relu', inputs: [floatTensor(x)], outputs: [floatTensor(y)] });
  expectRight((await verify([path])).rows);
  const nudge = (values: number[]): void => {
    const at = values.findIndex((value) => value > 0);
    values[at] *= 1 + 2 ** -23;
  };
  const { rows, status } = await verify([path], { tamper: nudge });
  expect(status).toBe(1);
  expect(rows[0]).toMatchObject({ status: 'wrong', onnx: { passed: true } });
  expect(rows[0].reason).toMatch(/^out0\[\d, \d, \d\]: .*not a bit of difference allowed/);
});

describe('.npz', () => {
  const x = random([6], 11);
  const w = random([4, 6], 12);
  const b = random([4], 13);
  const y = times(w.values, x.values, 4, 6, 1).map((value, at) => Math.max(0, Math.fround(value + b.values[at])));

  test('a neuron', async () => {
    expectRight((await verify([writeNpz({ x, w, b, y: { dims: [4], values: y } })])).rows, 'y');
  });

  test('a negative output of a neuron is pointed out', async () => {
    const { rows } = await verify([writeNpz({ x, w, b, y: { dims: [4], values: [-1, 0, 0, 0] } })]);
    expect(rows[0].notes).toContain("y[0] is negative, which no neuron's output is after its ReLU");
  });
});
