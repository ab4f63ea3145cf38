/** The command line as a user starts it, on real hosts: exit status, table, JSON, an interrupt. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import schema from '../../bench/result.schema.json' with { type: 'json' };
import type { HostName } from '../../src/cli/hosts/index.ts';
import { findLavapipe } from '../../src/cli/setup/vulkan.ts';
import type { TuneDocument } from '../../src/cli/tune-document.ts';
import type { Row } from '../../src/cli/vectors/row.ts';
import { operations } from '../../src/kernels/index.ts';
import type { DeviceReport, Result, ResultDocument } from '../../src/lab/result.ts';
import { type Ran, ranOn } from '../setup/command.ts';
import { isWhole } from '../setup/whole.ts';
import { attentionByTheBook, gradientsByTheBook } from '../unit/attention-book.ts';
import { floatTensor, npz, type Tensor, temporaryFolder, writeCase } from '../unit/vector-files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const validate = new Ajv2020({ strict: true, allErrors: true }).compile(schema);
const folder = temporaryFolder();

interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(argv: readonly string[]): { child: ChildProcess; finished: Promise<Finished>; output: () => string } {
  const child = spawn(process.execPath, [join(root, 'src/cli/launch.mjs'), ...argv], { cwd: root });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
  return { child, finished, output: () => stderr };
}

function json<T>(path: string): T {
  const document = JSON.parse(readFileSync(path, 'utf8'));
  validate(document);
  expect(validate.errors).toBeNull();
  return document as T;
}

const values = (length: number, seed: number): number[] =>
  Array.from({ length }, (_, at) => Math.fround(Math.sin((at + 1) * seed)));
const tensor = (dims: readonly number[], seed: number): Tensor => ({
  dims,
  values: values(
    dims.reduce((product, extent) => product * extent, 1),
    seed,
  ),
});

/** A folder with one case for each operator that is taken, and an .npz with one output and one with several. */
function writeVectors(): string {
  const vectors = join(folder, 'vectors');
  const one = (name: string, operator: string, inputs: Tensor[], output: Tensor, attributes = {}): void => {
    writeCase(join(vectors, name), {
      operator,
      attributes,
      inputs: inputs.map(floatTensor),
      outputs: [floatTensor(output)],
    });
  };
  const [a, b, c] = [tensor([5, 7], 1), tensor([7, 3], 2), tensor([3], 3)];
  const product = Array.from({ length: 15 }, (_, at) => {
    let sum = 0;
    for (let k = 0; k < 7; k++) sum += a.values[Math.floor(at / 3) * 7 + k] * b.values[k * 3 + (at % 3)];
    return sum;
  });
  one('matmul', 'MatMul', [a, b], { dims: [5, 3], values: product });
  one(
    'gemm',
    'Gemm',
    [a, b, c],
    { dims: [5, 3], values: product.map((value, at) => value / 2 + c.values[at % 3]) },
    { alpha: 0.5 },
  );
  one('relu', 'Relu', [a], { dims: a.dims, values: a.values.map((value) => Math.max(0, value)) });
  const sums = Array.from({ length: 5 }, (_, row) =>
    a.values.slice(row * 7, row * 7 + 7).reduce((sum, value) => sum + Math.exp(value), 0),
  );
  one('softmax', 'Softmax', [a], {
    dims: a.dims,
    values: a.values.map((value, at) => Math.exp(value) / sums[Math.floor(at / 7)]),
  });
  const [q, k, v] = [tensor([2, 4, 5, 8], 4), tensor([2, 2, 9, 8], 5), tensor([2, 2, 9, 6], 6)];
  const options = { causal: true, offset: 0, softcap: 2 };
  one(
    'attention',
    'Attention',
    [q, k, v],
    { dims: [2, 4, 5, 6], values: attentionByTheBook(q, k, v, options) },
    { is_causal: 1, softcap: 2 },
  );
  const g = tensor([2, 4, 5, 6], 7);
  writeFileSync(join(vectors, 'gradients.npz'), npz({ q, k, v, do: g, ...gradientsByTheBook(q, k, v, g, {}) }));
  writeFileSync(join(vectors, 'product.npz'), npz({ a, b, c: { dims: [5, 3], values: product } }));
  return vectors;
}

/** Where what depends little on the host is tried: on both, or on the one that starts sooner. */
const hosts: readonly HostName[] = isWhole ? ['dawn', 'chrome'] : ['dawn'];

describe.each(hosts)('on %s', (host) => {
  test('bench verifies and times kernels of every operation', async () => {
    const file = join(folder, `${host}.json`);
    // The others are tried by every-kernel.ts.
    const effort = isWhole && host === 'dawn' ? [] : ['--kernel', '1', '--samples', '2'];
    const { status, stdout, stderr } = await start([
      'bench',
      'all',
      '--quick',
      ...effort,
      '--host',
      host,
      '--json',
      file,
    ]).finished;
    expect(stderr).not.toMatch(/failed|at .*\.ts:/);
    expect(status).toBe(0);
    const document = json<ResultDocument>(file);
    expect(document).toMatchObject({ host, error: null });
    expect(new Set(document.results.map(({ op }) => op))).toEqual(new Set(operations.map(({ id }) => id)));
    expect(document.results.filter((result) => !['correct', 'refused'].includes(result.status))).toEqual([]);
    expect(stdout).toMatch(/\d+ correct, 0 wrong, \d+ refused, 0 failed\n$/);
    expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([]);
    if (document.adapter?.software) expect(stdout).toContain('software: its times say nothing about GPUs');
  });
});

describe.each(['dawn', 'chrome'] as const)('on %s', (host) => {
  test("verify runs other people's vectors", async () => {
    const file = join(folder, `${host}-verify.json`);
    // All kernels on one host, the first of each operation on the other.
    const some = isWhole || host === 'dawn' ? [] : ['--kernel', '1'];
    const { status, stdout } = await start(['verify', writeVectors(), '--host', host, ...some, '--json', file])
      .finished;
    const { results } = json<{ results: Row[] }>(file);
    expect(results.filter((row) => !['correct', 'unsupported'].includes(row.status))).toEqual([]);
    const right = new Set(results.filter((row) => row.status === 'correct').map((row) => row.case));
    expect([...right].sort()).toEqual([
      'attention',
      'gemm',
      'gradients.npz',
      'matmul',
      'product.npz',
      'relu',
      'softmax',
    ]);
    const gradients = results.filter((row) => row.case === 'gradients.npz');
    expect(new Set(gradients.map(({ output }) => output))).toEqual(new Set(['dq', 'dk', 'dv']));
    expect(stdout).toMatch(/7 cases, \d+ results: \d+ correct, 0 wrong, 0 reference-only/);
    expect(status).toBe(0);
  });

  test('device says what there is', async () => {
    const { status, stdout, stderr } = await start(['device', '--host', host, '--json', '-']).finished;
    expect(status).toBe(0);
    const { device } = JSON.parse(stdout) as { device: DeviceReport };
    expect(device.limits.maxComputeInvocationsPerWorkgroup).toBeGreaterThanOrEqual(128);
    expect(stderr).toContain('Limits:');
  });

  test.runIf(hosts.includes(host))('the guaranteed limits are opened where they are asked for', async () => {
    const file = join(folder, `${host}-minimum.json`);
    const asked = ['--host', host, '--limits', 'minimum', '--json', file];
    expect((await start(['device', ...asked]).finished).status).toBe(0);
    expect(json<{ device: DeviceReport }>(file).device.adapter.limits).toBe('minimum');
    const problem = ['softmax', '--shape', 'rows=3,columns=67', '--samples', '1'];
    const { status, stdout } = await start(['bench', ...problem, ...asked]).finished;
    expect([status, stdout]).toEqual([0, expect.stringContaining("WebGPU's guaranteed limits")]);
    const { results } = json<ResultDocument>(file);
    expect(results.filter(({ status }) => status === 'refused').map(({ refusal }) => refusal?.rule)).toEqual([
      'feature',
    ]);
    expect(results.filter(({ status }) => !['correct', 'refused'].includes(status))).toEqual([]);
  });

  test('an interrupt ends the work and keeps the results', async () => {
    const file = join(folder, `${host}-interrupted.json`);
    // The second problem takes minutes: one invocation does all of 16 million multiply-adds.
    const sweep = ['--set', 'neurons=1,4096', '--shape', 'inputs=4096', '--samples', '15'];
    const { child, finished, output } = start([
      'bench',
      'neuron',
      '--kernel',
      '1',
      '--host',
      host,
      ...sweep,
      '--json',
      file,
    ]);
    await expect.poll(output, { timeout: 60_000, interval: 100 }).toContain('50% neuron: 1 result');
    child.kill('SIGINT');
    const { status, stderr } = await finished;
    expect(status).toBe(130);
    expect(stderr).toContain('Interrupted');
    const document = json<ResultDocument & { error: string }>(file);
    expect(document.results.map((result) => [result.shape.neurons, result.status])).toEqual([[1, 'correct']]);
    expect(document.error).toMatch(/cancel|Interrupted/);
  });
});

test('a sweep is drawn, goes on from half of its file, and the tuner finds the best of it', async () => {
  const file = join(folder, 'sweep.json');
  const problem = ['neuron', '--kernel', '2', '--shape', 'inputs=256,neurons=64', '--host', 'dawn'];
  const sweep = ['bench', ...problem, '--set', 'WORKGROUP=8,32', '--set', 'pitch=4,512', '--samples', '3'];
  const first = await start([...sweep, '--json', file]).finished;
  expect(first.status).toBe(0);
  expect(first.stdout).toMatch(
    /median GPU time in \w+, less is better.*\n +pitch\nWORKGROUP +4 +512\n +8[ [].*\n +32[ [].*\nMarks:/,
  );

  const whole = json<ResultDocument>(file);
  writeFileSync(file, JSON.stringify({ ...whole, results: whole.results.slice(0, 1) }));
  const second = await start([...sweep, '--resume', file]).finished;
  expect(second.stderr).toContain(`1 of 4 results are taken from ${file}.`);
  expect(second.status).toBe(0);
  const { results } = json<ResultDocument>(file);
  expect(results.map(({ knobs, status }) => [knobs.WORKGROUP, knobs.pitch, status])).toEqual(
    whole.results.map(({ knobs }) => [knobs.WORKGROUP, knobs.pitch, 'correct']),
  );
  expect(results[0]).toEqual(whole.results[0]);

  const tuned = await start(['tune', ...problem, '--limit', '4', '--json', file]).finished;
  expect(tuned.stderr).not.toMatch(/failed|at .*\.ts:/);
  expect(tuned.status).toBe(0);
  const { winner, finals, search } = json<TuneDocument>(file);
  expect(winner?.kernel).toBe(whole.results[0].kernel);
  expect(finals.every(({ status, time }) => status === 'correct' && time?.resolved)).toBe(true);
  // A median has an interval where there are samples enough for one.
  expect(finals.every(({ time }) => (time?.intervalNs === null) === (time?.samplesNs.length ?? 0) < 15)).toBe(true);
  expect(search?.measured).toBeGreaterThan(1);
  expect(search?.seconds).toBeLessThan(40);
});

test.each(hosts)('an edited kernel gets its verdict on %s', async (host) => {
  const saved = readFileSync(join(root, 'shaders/neuron/2_row_major.wgsl'), 'utf8');
  const loop = 'i < p.inputs; i++';
  expect(saved).toContain(loop);
  const run = async (name: string, text: string): Promise<Ran<Result>> => {
    const wgsl = join(folder, `${host}-${name}.wgsl`);
    writeFileSync(wgsl, text);
    const problem = ['neuron', '--kernel', '2', '--shape', 'inputs=64,neurons=32', '--samples', '1'];
    const ran = await ranOn<Result>(host, validate, ['bench', ...problem, '--source', wgsl]);
    expect(ran.results.map(({ source }) => source?.file)).toEqual([wgsl]);
    return ran;
  };

  const right = await run('right', saved.replace(loop, 'i + 1u <= p.inputs; i += 1u'));
  expect([right.status, right.results[0].status]).toEqual([0, 'correct']);
  expect(right.results[0].time).not.toBeNull();

  const wrong = await run('wrong', saved.replace(loop, 'i + 1u < p.inputs; i++'));
  expect([wrong.status, wrong.results[0].status]).toEqual([1, 'wrong']);
  expect(wrong.results[0].reason).toMatch(/^On the exact integers: element \d+: got/);

  const line = saved.slice(0, saved.indexOf(loop)).split('\n').length;
  const broken = await run('broken', saved.replace(loop, 'i < ; i++'));
  expect([broken.status, broken.results[0].status]).toEqual([1, 'failed']);
  expect(broken.results[0].reason).toMatch(new RegExp(`^The WGSL does not compile:\n${line}:\\d+: `));
  expect(broken.text).toMatch(new RegExp(`\n  ${line}:\\d+: `));

  const unset = await run('unset', saved.replace('alias Elem = f32;', 'alias Element = f32;'));
  expect([unset.status, unset.results[0].status]).toEqual([1, 'failed']);
  expect(unset.results[0].reason).toContain('The WGSL must declare "alias Elem = ...;"');
});

test.runIf(findLavapipe() !== null)('a lesson is wrong as it is meant to be, an edit of it just wrong', async () => {
  const wgsl = join(folder, 'lesson.wgsl');
  const shape = ['--dtype', 'f16', '--shape', 'm=16,n=16,k=32', '--samples', '0'];
  const problem = ['bench', 'matmul', '--kernel', '14', ...shape];
  const lesson = await ranOn<Result>('dawn', validate, problem);
  expect(lesson.status).toBe(0);
  expect(lesson.text).toContain('14_f16_sums: wrong, as meant: Its sums are f16');
  expect(lesson.results).toMatchObject([{ status: 'wrong', meant: true }]);

  writeFileSync(wgsl, readFileSync(join(root, 'shaders/matmul/14_f16_sums.wgsl'), 'utf8'));
  const edited = await ranOn<Result>('dawn', validate, [...problem, '--source', wgsl]);
  expect(edited.status).toBe(1);
  expect(edited.results[0]).not.toHaveProperty('meant');
});

test('a reader that goes away early is no error', async () => {
  const { child, finished } = start(['bench', '--help']);
  child.stdout?.destroy();
  const { status, stderr } = await finished;
  expect(stderr).not.toMatch(/EPIPE|Error/);
  expect(status).toBe(0);
});
