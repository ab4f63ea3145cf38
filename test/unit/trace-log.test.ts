/** Which workgroups may stand for all of a pass. */
import { expect, test } from 'vitest';
import type { PassPlan } from '../../src/gpu/plan.ts';
import { assertAlike, countsWithin } from '../../src/lab/trace-log.ts';

/** A pass of workgroups of two lanes, and what each of its lanes logs. */
function pass(...own: readonly number[]): [PassPlan, Uint32Array] {
  const plan = { entry: 'product', workgroups: [own.length, 1, 1], workgroupSize: [2, 1, 1] };
  return [plan as unknown as PassPlan, Uint32Array.from(own.flatMap((count) => [count - (count >> 1), count >> 1]))];
}

test.each([
  ['do the same', [7, 7, 7, 7]],
  ['differ at an edge', [8, 8, 8, 4]],
  ['log nothing', [0, 0, 0, 0]],
])('workgroups that %s are alike', (_, own) => {
  expect(() => assertAlike(...pass(...own))).not.toThrow();
});

test.each([
  [[0, 0, 80, 0], 4],
  [[9, 1, 1, 1], 3],
  [[8, 8, 1, 1, 1], 2.11],
])('workgroups of which some do the work of others are not: %j', (own, times) => {
  const sentence = `The busiest workgroup of product logs ${times} times what the average one does, so some cannot stand for all`;
  expect(() => assertAlike(...pass(...own))).toThrow(sentence);
});

test('counts of some workgroups are picked out of those of all', () => {
  const [, counts] = pass(2, 4, 6, 8);
  expect([...countsWithin(counts, [3, 5, 7, 9], [5, 9], 2)]).toEqual([2, 2, 4, 4]);
});
