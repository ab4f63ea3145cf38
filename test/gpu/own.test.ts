/** A kernel of one's own from the command line: timed, traced and graded. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import graded from '../../bench/grade.schema.json' with { type: 'json' };
import result from '../../bench/result.schema.json' with { type: 'json' };
import trace from '../../bench/trace.schema.json' with { type: 'json' };
import type { Result } from '../../src/lab/result.ts';
import type { TraceResult } from '../../src/lab/trace-result.ts';
import { findTask, type Task } from '../../src/tasks/index.ts';
import { ranOn } from '../setup/command.ts';
import { temporaryFolder } from '../unit/vector-files.ts';

const [bench, traced, grade] = [result, trace, graded].map((schema) =>
  new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true }).compile(schema),
);
const { start, solution } = findTask('coalesce') as Task;
const write = (name: string, text: string): string => {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, text);
  return file;
};
const own = write('own.wgsl', solution);
const SHAPE = ['--shape', 'm=40,n=33,k=20'];

test('bench runs it, beside a rung', async () => {
  const argv = ['bench', 'matmul', '--source', own, ...SHAPE, '--samples', '2', '--beside', '2'];
  const { status, text, results } = await ranOn<Result>('dawn', bench, argv);
  expect([status, results.map(({ kernel, status: one }) => [kernel, one])]).toEqual([
    0,
    [
      ['own', 'correct'],
      ['2_coalesced', 'correct'],
    ],
  ]);
  expect(results.map(({ source }) => source?.file)).toEqual([own, undefined]);
  expect(text).toContain(`\nown: ${own},`);
});

test('trace counts it, and a wrong header is one sentence', async () => {
  const { status, results } = await ranOn<TraceResult>('dawn', traced, ['trace', 'matmul', '--source', own, ...SHAPE]);
  expect([status, results[0].status, results[0].kernel]).toEqual([0, 'clean', 'own']);
  const bad = write('bad.wgsl', solution.replace('// entry: product', '// entry: produce'));
  const refused = await ranOn<TraceResult>('dawn', traced, ['trace', 'matmul', '--source', bad, ...SHAPE]);
  expect(refused.status).toBe(2);
  expect(refused.text).toContain('The header names the entry point produce, and the text has product');
});

test('grade says which goals are met', async () => {
  type Row = { readonly passed: boolean; readonly goals: readonly { readonly state: string }[] };
  const right = await ranOn<Row>('dawn', grade, ['grade', 'coalesce', '--source', own]);
  expect([right.status, right.results[0].passed]).toEqual([0, true]);
  const { status, text, results } = await ranOn<Row>('dawn', grade, [
    'grade',
    'coalesce',
    '--source',
    write('start.wgsl', start),
  ]);
  expect([status, results[0].goals.map(({ state }) => state)]).toEqual([
    1,
    ['met', 'met', 'met', 'missed', 'met', 'missed', 'met', 'met'],
  ]);
  expect(text).toMatch(/missed At most 4 sectors a request where a is accessed: 32 sectors a request \(line 30\)/);
});
