/** Paths, flags, cases that are not supported, and hosts that fail. */
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formFlags, forms } from '../../../src/cli/vectors/forms.ts';
import { Failure, Refusal } from '../../../src/core/errors.ts';
import { LONG_DISPATCH } from '../../../src/lab/long-dispatch.ts';
import { findOperation, operations } from '../../../src/ops/index.ts';
import type { Operation } from '../../../src/ops/types.ts';
import { type Behaviour, runCommand } from '../fake-host.ts';
import { float32, floatTensor, npy, npz, writeCase, zipped } from '../vector-files.ts';
import { expectRight, folder, place, random, verify } from './run.ts';

describe('what is not supported says so and never passes', () => {
  const x = floatTensor(random([2, 2]));
  test.each([
    [
      'another operator',
      { operator: 'QuantizeLinear' },
      /no operation here is the operator QuantizeLinear; there are Relu, Identity, Transpose, MatMul, Gemm/,
    ],
    ['another domain', { operator: 'MatMul', domain: 'com.microsoft' }, /the operator com\.microsoft\.MatMul/],
    ['several nodes', { operator: 'Relu', nodes: 3 }, /the graph has 3 nodes \(Relu\); graphs of one operator are run/],
    [
      'an attribute from the future',
      { operator: 'Attention', attributes: { rotary: 1 } },
      /Attention has the attribute rotary/,
    ],
  ] as const)('%s', async (_, files, message) => {
    const path = writeCase(place(), { inputs: [x], outputs: [x], ...files });
    const { rows, status, opened } = await verify([path]);
    expect(rows).toMatchObject([{ kernel: null, status: 'unsupported', verdict: null }]);
    expect(rows[0].reason).toMatch(message);
    // Nothing was checked, so there is nothing to be content with; and no host was needed to find that out.
    expect([status, opened]).toEqual([2, 0]);
  });

  test.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
  ])('%s in an input', async (name, value) => {
    const bad = { dims: [2], values: [1, value] };
    const path = writeCase(place(), { operator: 'Relu', inputs: [floatTensor(bad)], outputs: [floatTensor(bad)] });
    expect((await verify([path])).rows).toMatchObject([
      { status: 'unsupported', reason: `X holds ${name} at element 1; error bounds exist for finite inputs only` },
    ]);
  });
});

describe('paths', () => {
  test('a folder is searched, a link to a folder above ends', async () => {
    const root = place();
    mkdirSync(join(root, 'deep'), { recursive: true });
    const x = random([2]);
    const relu = {
      operator: 'Relu',
      inputs: [floatTensor(x)],
      outputs: [floatTensor({ dims: [2], values: x.values.map((value) => Math.max(0, value)) })],
    };
    writeCase(join(root, 'deep', 'relu'), relu);
    writeFileSync(join(root, 'one.npz'), npz({ a: random([1, 1]), b: random([1, 1]), c: random([1, 1]) }));
    symlinkSync(root, join(root, 'deep', 'loop'));
    const { rows } = await verify([root]);
    expect([...new Set(rows.map((row) => row.case))]).toEqual(['relu', 'one.npz']);
    expect((await verify([join(root, 'deep', 'relu', 'model.onnx')])).rows[0].case).toBe('relu');
  });

  test('a long name keeps its end, and the table its width', async () => {
    const root = join(folder, 'test_attention_4d_with_past_and_present_qk_matmul_bias_3d_mask_causal');
    const x = floatTensor({ dims: [1], values: [2] });
    writeCase(root, { operator: 'Relu', inputs: [x], outputs: [x] });
    const { text } = await verify([root]);
    expect(text).toMatch(/^\.\.\.\S+_qk_matmul_bias_3d_mask_causal +Relu/m);
    expect(text.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });

  test('several data sets are cases of their own', async () => {
    const root = place();
    const x = floatTensor({ dims: [1], values: [2] });
    writeCase(root, { operator: 'Relu', inputs: [x], outputs: [x] });
    mkdirSync(join(root, 'test_data_set_1'));
    for (const file of ['input_0.pb', 'output_0.pb'])
      writeFileSync(join(root, 'test_data_set_1', file), readFileSync(join(root, 'test_data_set_0', file)));
    const { rows } = await verify([root]);
    const name = root.split('/').at(-1);
    expect([...new Set(rows.map((row) => row.case))]).toEqual([`${name}/test_data_set_0`, `${name}/test_data_set_1`]);
  });

  test.each([
    [[], /verify needs a PATH/],
    [['/no/such/path'], /\/no\/such\/path does not exist\.$/m],
    [['--op', 'softmx', '.'], /no operation "softmx": did you mean softmax/],
    [['--window', '0', '.'], /--window takes a whole number from 1/],
    [['--softcap', 'x', '.'], /--softcap takes a number above 0, not "x"/],
    [['--scale', '-1', '.'], /--scale takes a number above 0/],
    [['--ofset', '1', '.'], /no flag --ofset: did you mean --offset/],
  ])('verify %j', async (argv, message) => {
    const { status, stderr } = await runCommand(['verify', ...argv]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('a file of another kind, an empty folder, a model without data', async () => {
    const root = place();
    mkdirSync(root);
    expect((await runCommand(['verify', root])).stderr).toMatch(
      /holds neither an \.npz file nor a folder with a model\.onnx/,
    );
    writeFileSync(join(root, 'notes.txt'), 'hello');
    expect((await runCommand(['verify', join(root, 'notes.txt')])).stderr).toMatch(
      /is neither an \.npz file nor a folder/,
    );
    writeFileSync(join(root, 'model.onnx'), 'hello');
    expect((await verify([root])).rows[0]).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/no ONNX model|does not decode/),
    });
  });

  test('a data set that lacks a file', async () => {
    const x = floatTensor({ dims: [1], values: [2] });
    const path = writeCase(place(), { operator: 'Relu', inputs: [x], outputs: [x] });
    rmSync(join(path, 'test_data_set_0', 'output_0.pb'));
    expect((await verify([path])).rows[0].reason).toMatch(/holds no output_0\.pb for the output out0/);
    rmSync(join(path, 'test_data_set_0', 'input_0.pb'));
    writeFileSync(join(path, 'test_data_set_0', 'output_0.pb'), new Uint8Array(float32([1])));
    expect((await verify([path])).rows[0]).toMatchObject({ status: 'failed' });
  });
});

describe('hosts that fail', () => {
  const x = floatTensor({ dims: [1], values: [2] });
  const path = writeCase(place(), { operator: 'Relu', inputs: [x], outputs: [x] });

  test('no adapter: the reference still speaks, the exit status is 3', async () => {
    const { rows, status, stderr } = await verify([path], {
      openError: new Failure('no-adapter', 'There is no adapter'),
    });
    expect(rows).toMatchObject([{ kernel: 'reference', status: 'reference-only' }]);
    expect(status).toBe(3);
    expect(stderr).toContain('There is no adapter.');
  });

  test('a kernel that hangs fails alone; the host is opened again', async () => {
    const { rows, status, opened } = await verify([path], {
      solveError: ({ kernel }) =>
        kernel.startsWith('2_') ? new Failure('timeout', 'The GPU did not answer within 20 s') : undefined,
    });
    expect(rows.find(({ kernel }) => kernel?.startsWith('2_'))).toMatchObject({
      status: 'failed',
      reason: 'The GPU did not answer within 20 s',
    });
    expect(rows.filter(({ status: state }) => state === 'correct').length).toBeGreaterThan(1);
    expect([status, opened]).toEqual([1, 2]);
  });

  test('a kernel that refuses counts as unsupported', async () => {
    const { rows, status } = await verify([path], {
      solveError: ({ kernel }) => (kernel.startsWith('2_') ? new Refusal('too large') : undefined),
    });
    expect(rows.find(({ kernel }) => kernel?.startsWith('2_'))).toMatchObject({
      status: 'unsupported',
      reason: 'too large',
    });
    expect(status).toBe(0);
  });

  test('a kernel that would hold the GPU for long is left out, and runs where that is allowed', async () => {
    const slow: Behaviour = {
      solveError: ({ kernel }, _, { allowLong }) =>
        kernel.startsWith('2_') && !allowLong
          ? new Refusal('It is long', { rule: LONG_DISPATCH, parameters: {}, works: [] })
          : undefined,
    };
    const second = async (...more: string[]) =>
      (await verify([path, ...more], slow)).rows.find(({ kernel }) => kernel?.startsWith('2_'));
    expect(await second()).toMatchObject({
      status: 'unsupported',
      reason: 'It is long; --allow-long runs it anyway',
    });
    expect(await second('--allow-long')).toMatchObject({ status: 'correct', reason: null });
  });

  test('a matrix of millions of values reaches the kernels whole', async () => {
    const [rows, columns] = [2 ** 12 + 1, 2 ** 11];
    const path = `${place()}.npz`;
    const zeros = (dims: number[]): Uint8Array => npy('<f4', dims, new Uint8Array(4 * dims[0] * dims[1]));
    writeFileSync(path, zipped({ a: zeros([rows, columns]), b: zeros([columns, 1]), c: zeros([rows, 1]) }));
    const lengths: number[] = [];
    const result = await verify([path, '--kernel', '2'], {
      solveError: (_, { a }) => {
        lengths.push(a.length);
        return new Refusal('seen');
      },
    });
    expect(lengths).toEqual([rows * columns]);
    expect(result.rows.at(-1)).toMatchObject({ kernel: 'reference', status: 'reference-only' });
    expect(result.status).toBe(0);
  });

  test('one operation alone', async () => {
    const { rows, status } = await verify([path, '--op', 'softmax']);
    expect(rows).toMatchObject([{ status: 'unsupported', reason: 'Relu runs as neuron, and --op asks for softmax' }]);
    expect(status).toBe(2);
    expectRight((await verify([path, '--op', 'neuron'])).rows);
  });

  test('one kernel alone', async () => {
    const { rows } = await verify([path, '--kernel', '2']);
    expect(rows).toMatchObject([{ op: 'neuron', kernel: expect.stringMatching(/^2_/), status: 'correct' }]);
  });
});

describe('the forms', () => {
  test('are of all operations, each once', () => {
    expect(forms.map(({ op }) => op).sort()).toEqual(operations.map(({ id }) => id).sort());
  });

  test('write what their operations write, and name no array twice', () => {
    for (const { op, inputs, outputs } of forms) {
      const names = [...inputs.map(({ name }) => name), ...outputs];
      expect([op, new Set(names).size]).toEqual([op, names.length]);
      const { tensors, parameters } = findOperation(op) as Operation;
      const shape = Object.fromEntries(parameters.map(({ key, default: value }) => [key, value]));
      expect([op, outputs.length]).toEqual([op, tensors(shape).filter(({ role }) => role === 'output').length]);
    }
  });

  test('have flags of one meaning, and all of it is in the help', async () => {
    expect(new Set(formFlags.map(({ name }) => name)).size).toBe(formFlags.length);
    const { stdout } = await runCommand(['verify', '--help']);
    for (const { name } of formFlags) expect(stdout).toContain(`  --${name}`);
    for (const { op, outputs } of forms) expect(stdout).toMatch(new RegExp(`^ +${op} .*: ${outputs.join(', ')}$`, 'm'));
    expect(stdout.split('\n').filter((line) => line.length > 120)).toEqual([]);
  });
});
