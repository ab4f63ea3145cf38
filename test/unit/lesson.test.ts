/** Kernels that are wrong by design: when they must be, what their results say, what that makes of the exit status. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import schema from '../../bench/result.schema.json' with { type: 'json' };
import { Refusal } from '../../src/core/errors.ts';
import { round } from '../../src/core/half.ts';
import type { Verdict } from '../../src/core/judge.ts';
import { compare } from '../../src/core/verdict.ts';
import { findKernel, findOperation, kernels } from '../../src/kernels/index.ts';
import type { Kernel, Knobs } from '../../src/kernels/types.ts';
import { isFault, meaning } from '../../src/lab/outcome.ts';
import { defaultCapabilities, planRequest } from '../../src/lab/plan.ts';
import type { Request } from '../../src/lab/protocol.ts';
import type { Result, ResultDocument } from '../../src/lab/result.ts';
import { referenceOf } from '../../src/ops/references.ts';
import type { Operation, Problem } from '../../src/ops/types.ts';
import { correctResult, runCommand } from './fake-host.ts';
import { temporaryFolder } from './vector-files.ts';

const folder = temporaryFolder();
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
const matmul = referenceOf('matmul');
const lesson = (k: number): Request => ({
  op: 'matmul',
  kernel: '14_f16_sums',
  dtype: 'f16',
  shape: { m: 2, n: 3, k },
});

/** Whether sums in f16, term by term in the order of k, come out right on the exact-integer probe. */
async function survives(k: number, seed: number, m: number, n: number): Promise<boolean> {
  const problem = { op: 'matmul', shape: { m, n, k, bias: 1 }, dtype: 'f16', seed, input: 'integers' } as const;
  const inputs = matmul.inputs(problem);
  const { a, b, bias } = inputs;
  const c = Array.from({ length: m * n }, (_, at) => {
    let sum = 0;
    for (let p = 0; p < k; p++) sum = round(a[Math.floor(at / n) * k + p] * b[p * n + (at % n)] + sum, 'f16');
    return round(sum + bias[at % n], 'f16');
  });
  const [judge] = matmul.judges(problem, inputs, { output: 'f16' });
  return (await compare([{ judge, values: c }], { budget: Number.POSITIVE_INFINITY, seed: 1 })).correct;
}

describe('sums in f16', () => {
  const certain = (k: number): boolean => {
    const { kernel, problem, knobs } = planRequest(lesson(k));
    return kernel.wrongByDesign?.(problem, knobs)?.certain === true;
  };

  it('come out wrong on every problem of which the descriptor is certain, down to a single element', async () => {
    for (const k of [32, 33, 34, 35, 47, 64, 100, 257, 1024]) {
      expect(certain(k), `k ${k}`).toBe(true);
      for (let seed = 1; seed <= 40; seed++) expect(await survives(k, seed, 1, 1), `k ${k}, seed ${seed}`).toBe(false);
    }
  });

  it('may come out right on shorter ones', async () => {
    expect(certain(31)).toBe(false);
    const right: number[] = [];
    for (let k = 1; k < 32; k++) {
      for (let seed = 1; seed <= 40; seed++) if (await survives(k, seed, 1, 1)) right.push(k);
    }
    expect(new Set(right).size).toBeGreaterThan(1);
  });

  it('are not certain where a device adds within one instruction, and f32 sums are no lesson', () => {
    const kernel = findKernel('matmul', '15_subgroup_matrix');
    const { problem } = planRequest(lesson(512));
    const knobs = Object.fromEntries((kernel?.knobs ?? []).map(({ key, default: value }) => [key, value]));
    expect(kernel?.wrongByDesign?.(problem, knobs)).toBeNull();
    expect(kernel?.wrongByDesign?.(problem, { ...knobs, SUMS: 'f16' })).toMatchObject({ certain: false });
  });

  it('stand in every kernel whose running sum is f16, and in no other', () => {
    for (const kernel of kernels.filter(({ dtypes }) => dtypes.includes('f16'))) {
      const operation = findOperation(kernel.op) as Operation;
      const defaults = Object.fromEntries(operation.parameters.map(({ key, default: value }) => [key, value]));
      const input = operation.inputCases[0].id;
      const problem = { op: kernel.op, shape: defaults, dtype: 'f16', seed: 1, input } as const;
      for (const knob of kernel.knobs) {
        for (const value of knob.values) {
          const knobs = Object.fromEntries(kernel.knobs.map(({ key, default: rest }) => [key, rest]));
          const set = { ...knobs, [knob.key]: value };
          const isF16 = sumsInF16(kernel, problem, set);
          if (isF16 === null) continue;
          expect(Boolean(kernel.wrongByDesign?.(problem, set)), `${kernel.id} ${knob.key}=${value}`).toBe(isF16);
        }
      }
    }
  });
});

/** Null where the device refuses it. */
function sumsInF16(kernel: Kernel, problem: Problem, knobs: Knobs): boolean | null {
  try {
    return kernel.plan(problem, knobs, defaultCapabilities).numerics.accumulator === 'f16';
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

describe('what a verdict means', () => {
  const verdict = (gate: boolean | null, correct: boolean): Verdict => ({
    correct,
    checked: 6,
    total: 6,
    method: 'all 6',
    ratio: correct ? 0.1 : 'Infinity',
    worst: null,
    gates: gate === null ? [] : [{ name: 'exact integers', correct: gate, ratio: 0, checked: 6, total: 6 }],
  });

  it.each([
    ['wrong on the gate', lesson(512), verdict(false, false), { meant: true }],
    ['wrong on the gate, short sums', lesson(4), verdict(false, false), { meant: true }],
    ['correct', lesson(512), verdict(true, true), { meant: false }],
    ['correct, short sums', lesson(4), verdict(true, true), {}],
    ['wrong although the gate passed', lesson(512), verdict(true, false), {}],
    ['wrong on the integers themselves', { ...lesson(512), input: 'integers' }, verdict(null, false), { meant: true }],
    ['an edited text that is wrong', { ...lesson(512), source: 'enable f16;' }, verdict(false, false), {}],
    ['an edited text that is correct', { ...lesson(512), source: 'enable f16;' }, verdict(true, true), {}],
    ['another kernel', { ...lesson(512), kernel: '2_coalesced' }, verdict(false, false), {}],
  ] as const)('%s', (_, request, given, expected) => {
    expect(meaning(planRequest(request), given)).toEqual(expected);
  });

  it.each([
    ['wrong', undefined, true],
    ['failed', undefined, true],
    ['refused', undefined, false],
    ['correct', undefined, false],
    ['wrong', true, false],
    ['correct', false, true],
  ] as const)('%s, meant %s: a fault is %s', (status, meant, expected) => {
    expect(isFault(meant === undefined ? { status } : { status, meant })).toBe(expected);
  });
});

describe('bench', () => {
  let files = 0;
  const bench = async (
    lessonResult: (result: Result) => Result,
  ): Promise<{ status: number; stdout: string; json: ResultDocument }> => {
    const file = join(folder, `lesson${files++}.json`);
    const argv = ['bench', 'matmul', '--kernel', '2', '--kernel', '14', '--dtype', 'f16', '--json', file];
    const ran = await runCommand(argv, {
      bench: (requests) => ({
        results: requests.map((request) =>
          request.kernel === '14_f16_sums' ? lessonResult(correctResult(request)) : correctResult(request),
        ),
        restart: false,
        liveBytes: 0,
      }),
    });
    return { ...ran, json: JSON.parse(readFileSync(file, 'utf8')) };
  };
  const wrong = (result: Result): Result => ({
    ...result,
    status: 'wrong',
    reason: 'On the exact integers: element [0, 0]: got Infinity, expected 9',
    verdict: result.verdict && { ...result.verdict, correct: false, ratio: 'Infinity' },
    time: null,
    measures: [],
  });

  it('wrong as meant does not change the exit status, and its row says so', async () => {
    const { status, stdout, json } = await bench((result) => ({ ...wrong(result), meant: true }));
    expect(status).toBe(0);
    expect(stdout).toMatch(/14_f16_sums +wrong, as meant +Infinity/);
    const text = stdout.replaceAll(/\n +/g, ' ');
    expect(text).toContain('matmul 14_f16_sums: wrong, as meant: Its sums are f16, which skips every second integer');
    expect(text).toContain('at 65,504. On the exact integers: element [0, 0]');
    expect(stdout).toMatch(/1 correct, 0 wrong, 0 refused, 0 failed, 1 wrong as meant\n$/);
    expect(json.results.map(({ meant }) => meant)).toEqual([undefined, true]);
    expect(validate(json)).toBe(true);
  });

  it('a lesson that is wrong for another reason is 1', async () => {
    const { status, stdout } = await bench(wrong);
    expect(status).toBe(1);
    expect(stdout).toMatch(/1 correct, 1 wrong, 0 refused, 0 failed\n$/);
  });

  it('correct where it must be wrong is 1, and its row says so', async () => {
    const { status, stdout, json } = await bench((result) => ({ ...result, meant: false }));
    expect(status).toBe(1);
    expect(stdout).toMatch(/14_f16_sums +correct, and was meant to be wrong/);
    expect(stdout).toContain('matmul 14_f16_sums: correct, and was meant to be wrong: Its sums are f16');
    expect(stdout).toMatch(/1 correct, 0 wrong, 0 refused, 0 failed, 1 correct and was meant to be wrong\n$/);
    expect(validate(json)).toBe(true);
  });

  it('the schema holds what "meant" can stand beside', async () => {
    const { json } = await bench((result) => ({ ...wrong(result), meant: true }));
    const change = (fields: object): boolean =>
      validate({ ...json, results: [json.results[0], { ...json.results[1], ...fields }] });
    expect(change({})).toBe(true);
    expect(change({ meant: false })).toBe(false);
    expect(change({ status: 'failed' })).toBe(false);
    expect(change({ source: { file: 'mine.wgsl', digest: `sha256:${'0'.repeat(64)}` } })).toBe(false);
  });
});
