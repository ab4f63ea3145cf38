/**
 * No right kernel is called wrong: inputs on which all rounding errors of a sum are alike, so that they add up as far as
 * they can. Equal terms, one large term before many small ones, terms in order; at sizes where that shows.
 */
import { afterAll, describe, expect, test } from 'vitest';
import { Refusal } from '../../src/core/errors.ts';
import { kernelsOf } from '../../src/kernels/index.ts';
import type { Kernel } from '../../src/kernels/types.ts';
import { host } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';
import { CASES, type Case, LONG_CASES } from './right-cases.ts';

/** Rounding to the nearest makes half of the error that WGSL allows a rounding. */
const MOST = 0.5;

/** Largest ratio of each kernel, for the table in the report of this file. */
const ratios = new Map<string, number>();

afterAll(() =>
  console.table(Object.fromEntries([...ratios].map(([kernel, ratio]) => [kernel, Number(ratio.toPrecision(2))]))),
);

/** Null where the kernel takes none of the shapes. */
async function ratioOf({ op, id }: Kernel, { shapes, tensors }: Case): Promise<number | null> {
  const dawn = await host('dawn');
  for (const shape of shapes) {
    try {
      const request = { op, kernel: id, shape };
      const { result } = await dawn.call('solve', { request, tensors: tensors(shape), limitMs: 60_000 });
      return Number(result.verdict?.ratio);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
  return null;
}

describe.each(Object.keys(CASES))('%s', (op) => {
  const cases = [...CASES[op], ...(isWhole ? (LONG_CASES[op] ?? []) : [])];
  const kernels = kernelsOf(op).filter(({ dtypes }) => dtypes.includes('f32'));
  const ran = new Set<string>();

  test.each(cases.map((found) => [found.name, found] as const))('%s', async (_, found) => {
    const wrong: string[] = [];
    for (const kernel of kernels) {
      const ratio = await ratioOf(kernel, found);
      if (ratio === null) continue;
      ran.add(kernel.id);
      const key = `${op} ${kernel.id}`;
      ratios.set(key, Math.max(ratio, ratios.get(key) ?? 0));
      if (!(ratio <= MOST)) wrong.push(`${kernel.id}: ${ratio}`);
    }
    expect(wrong).toEqual([]);
  });

  test('was tried with every kernel', () => {
    expect([...ran].sort()).toEqual(kernels.map(({ id }) => id).sort());
  });
});
