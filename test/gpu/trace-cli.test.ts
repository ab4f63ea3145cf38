/** `trace` on a real host: table, JSON, exit status. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import schema from '../../bench/trace.schema.json' with { type: 'json' };
import { run } from '../../src/cli/main.ts';
import type { Surroundings } from '../../src/cli/session.ts';
import { findKernel, source } from '../../src/kernels/index.ts';
import type { Kernel } from '../../src/kernels/types.ts';
import type { TraceResult } from '../../src/lab/trace-result.ts';
import { type Ran, ranOn } from '../setup/command.ts';
import { temporaryFolder } from '../unit/vector-files.ts';

const validate = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true }).compile(
  schema,
);

const traced = (...argv: readonly string[]): Promise<Ran<TraceResult>> => ranOn('dawn', validate, ['trace', ...argv]);

test('a kernel that does as it should: 0', async () => {
  const { status, text, results } = await traced('neuron', '--kernel', '2', '--shape', 'inputs=64,neurons=64');
  expect(status).toBe(0);
  expect(text).toContain('sum = fma(f32(w[row + i]), f32(x[i]), sum);');
  expect(text).toContain('The sanitizer finds nothing.');
  expect(results[0]).toMatchObject({ status: 'clean', machine: 'generic', sameOutput: true });
});

test('a kernel that chooses: the lines of the one that it took', async () => {
  const { status, text, results } = await traced('matmul', '--kernel', '0', '--shape', 'm=8,n=8,k=8');
  expect(status).toBe(0);
  const [, taken] = /^0_auto took (\w+) with/m.exec(text) ?? [];
  const lines = source(findKernel('matmul', taken) as Kernel).split('\n');
  const [site] = results[0].sites;
  expect(text).toContain(lines[site.line - 1].trim().slice(0, 30));
});

test('a barrier taken away, as a file of the reader: 1', async () => {
  const file = join(temporaryFolder(), 'mine.wgsl');
  const text = source(findKernel('matmul', '3_tiles') as Kernel);
  writeFileSync(file, text.replace('workgroupBarrier();', ''));
  const argv = ['matmul', '--kernel', '3', '--shape', 'm=32,n=32,k=32', '--source', file];
  const { status, text: table, results } = await traced(...argv);
  expect(status).toBe(1);
  const lines = results[0].findings.map(({ kind, first, second }) => [kind, first.line, second?.line].sort().join(' '));
  expect(lines).toEqual(['54 59 race', '55 59 race']);
  expect(table).toMatch(/race: Lane \d+ of workgroup 0 \w+ element \d+ of tileA on line \d+, lane/);
});

test('some workgroups, another machine', async () => {
  const argv = ['matmul', '--kernel', '2', '--shape', 'm=64,n=64,k=8', '--workgroups', '0,5', '--machine', 'a100'];
  const { results } = await traced(...argv);
  expect(results[0].traced).toMatchObject({ workgroups: 2, of: 16, complete: false });
  expect(results[0].notes[0]).toContain('Not all workgroups were traced');
});

test('what is refused: 2', async () => {
  expect((await traced('neuron')).status).toBe(2);
  expect((await traced('neuron', '--kernel', '2', '--machine', 'a10')).text).toContain('did you mean a100');
  expect((await traced('neuron', '--kernel', '2', '--workgroups', 'none')).status).toBe(2);
  const { status, results } = await traced('matmul', '--kernel', '15', '--shape', 'm=8,n=8,k=8', '--dtype', 'f16');
  expect(status).toBe(2);
  expect(results[0]).toMatchObject({ status: 'refused', traced: null });
});

test('machines are listed with their sources', async () => {
  let text = '';
  const stdout = { write: (more: string) => (text += more) } as unknown as Surroundings['stdout'];
  const openHost: Surroundings['openHost'] = () => Promise.reject(new Error('no host is needed'));
  const around = { stdout, stderr: stdout, env: {}, root: null, openHost, signal: new AbortController().signal };
  expect(await run(['trace', '--machine', 'list'], around)).toBe(0);
  expect(text).toContain('rtx4090: NVIDIA GeForce RTX 4090');
  expect(await run(['trace', '--machine', 'list', '--record', 'x.json'], around)).toBe(2);
  expect(text).toContain('--machine list takes no --record.');
});
