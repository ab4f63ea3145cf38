/**
 * ONNX Runtime's CPU kernels against the float64 references, at the sizes of a real model. `report.mjs` beside
 * this compares every row and writes docs/SECOND-OPINION.md.
 */
import { describe, expect, test } from 'vitest';
import { isWhole } from '../setup/whole.ts';
import { ask, type Fault, type Opinion } from './opinion.ts';

/** 4,096 tokens, 8 heads of 64. */
const REAL = { batch: 1, heads: 8, queries: 4096, dim: 64 };
/** Multiply-adds for each reference: some 600 rows of attention. */
const BUDGET = 1e9;

function show({ problem, verdict, largestDifference, runMs, referenceMs }: Opinion): void {
  const causal = problem.shape.causal ? ' causal' : '';
  process.stdout.write(
    `second opinion: ${problem.op}${causal} ${problem.input}: ratio ${verdict.ratio}, ` +
      `largest difference ${largestDifference.toExponential(2)}, compared ${verdict.method}, ` +
      `${(runMs / 1000).toFixed(1)} s + ${(referenceMs / 1000).toFixed(1)} s\n`,
  );
}

describe('ONNX Runtime agrees with the reference', () => {
  test.each([
    ...(isWhole ? [['attention', { ...REAL, causal: 0 }] as const] : []),
    ['attention', { ...REAL, causal: 1 }],
    ['matmul', { m: 4096, n: 64, k: 4096 }],
    ['softmax', { rows: 512, columns: 4096 }],
  ] as const)('%s %o', async (op, shape) => {
    const opinion = await ask(op, { shape, budget: BUDGET });
    show(opinion);
    expect(opinion.verdict.correct, opinion.verdict.reason).toBe(true);
    expect(opinion.verdict.ratio).toBeLessThan(0.2);
  });
});

describe('the comparison catches', () => {
  const ONE_HEAD = { ...REAL, heads: 1 };

  const lastKeyDropped: Fault = ({ q, k, v }, shape) => {
    const keys = shape.queries - 1;
    return { inputs: { q, k: k.slice(0, keys * 64), v: v.slice(0, keys * 64) }, shape: { ...shape, keys } };
  };
  const ownKeyHidden: Fault = (inputs, shape) => ({ inputs, shape: { ...shape, shift: -1 } });

  test.each([
    ['a key dropped, among 4,096 of normal scores', 'normal', 0, lastKeyDropped],
    ['the last key dropped, where scores rise', 'rising', 0, lastKeyDropped],
    ['a causal mask shifted by one', 'normal', 1, ownKeyHidden],
  ] as const)('%s', async (_, input, causal, fault) => {
    const { verdict } = await ask('attention', { shape: { ...ONE_HEAD, causal }, input, budget: 5e7, fault });
    expect(verdict.correct).toBe(false);
    expect(verdict.reason).toMatch(/^row \d+, column \d+/);
  });
});
