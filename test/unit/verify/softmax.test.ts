/** Softmax along any axis of ONNX, along the last one of an `.npz`. */
import { test } from 'vitest';
import { floatTensor, writeCase } from '../vector-files.ts';
import { expectRight, place, random, verify, writeNpz } from './run.ts';

test.each([
  [[3, 4, 5], 13, { axis: 1 }],
  [[3, 4, 5], 13, { axis: -1 }],
  [[3, 4, 5], 13, { axis: 0 }],
  [[3, 4, 5], 13, {}],
  [[3, 4, 5], 11, {}],
  [[3, 4, 5], 11, { axis: 2 }],
  [[6], 13, {}],
] as const)('Softmax of %j in opset %i with %j', async (dims, opset, attributes: Record<string, number>) => {
  const x = random(dims);
  const rank = dims.length;
  const axis = ((attributes.axis ?? (opset < 13 ? 1 : -1)) + rank) % rank;
  // Which group an element is normalised in: all but its index along the axis, or (before 13) the leading ones.
  const key = (at: number): string => {
    const index: number[] = [];
    for (let d = rank - 1, rest = at; d >= 0; d--) {
      index.unshift(rest % dims[d]);
      rest = Math.floor(rest / dims[d]);
    }
    return (opset < 13 ? index.slice(0, axis) : index.filter((_, d) => d !== axis)).join();
  };
  const sums = new Map<string, number>();
  for (const [at, value] of x.values.entries()) sums.set(key(at), (sums.get(key(at)) ?? 0) + Math.exp(value));
  const values = x.values.map((value, at) => Math.fround(Math.exp(value) / (sums.get(key(at)) as number)));
  const path = writeCase(place(), {
    operator: 'Softmax',
    opset,
    attributes,
    inputs: [floatTensor(x)],
    outputs: [floatTensor({ dims, values })],
  });
  expectRight((await verify([path])).rows);
});

test('of an .npz', async () => {
  const x = random([6], 11);
  const sum = x.values.reduce((total, value) => total + Math.exp(value), 0);
  const values = x.values.map((value) => Math.fround(Math.exp(value) / sum));
  expectRight((await verify([writeNpz({ x, y: { dims: [6], values } })])).rows, 'y');
});
