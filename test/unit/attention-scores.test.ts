/** ONNX Attention's qk_matmul_output: compared where all releases mean the same by its mode, else unsupported. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Row } from '../../src/cli/vectors/row.ts';
import { Random } from '../../src/core/random.ts';
import { attentionByTheBook } from './attention-book.ts';
import { runCommand } from './fake-host.ts';
import { floatTensor, type Tensor, temporaryFolder, writeCase } from './vector-files.ts';

const folder = temporaryFolder();
let made = 0;

const random = (dims: readonly number[], seed: number): Tensor => {
  const source = new Random(seed, dims.join());
  const length = dims.reduce((product, extent) => product * extent, 1);
  return { dims, values: Array.from({ length }, () => Math.fround(source.normal())) };
};
const [q, k, v] = [random([2, 4, 3, 8], 1), random([2, 2, 5, 8], 2), random([2, 2, 5, 6], 3)];
const mask = random([3, 5], 4);
const DIMS = [2, 4, 3, 5];
/** The unit matrix in place of V: the output is the probabilities. */
const unit: Tensor = {
  dims: [2, 2, 5, 5],
  values: Array.from({ length: 100 }, (_, at) => ((at % 25) % 6 === 0 ? 1 : 0)),
};

/** Scores after a softcap; 0 for none. */
function scores(softcap: number, scale = 1 / Math.sqrt(8)): number[] {
  return Array.from({ length: 2 * 4 * 3 * 5 }, (_, at) => {
    const [row, j] = [Math.floor(at / 5), at % 5];
    const head = Math.floor(row / 3);
    const shared = Math.floor(head / 4) * 2 + Math.floor((head % 4) / 2);
    let sum = 0;
    for (let d = 0; d < 8; d++) sum += q.values[row * 8 + d] * k.values[(shared * 5 + j) * 8 + d];
    return Math.fround(softcap > 0 ? softcap * Math.tanh((sum * scale) / softcap) : sum * scale);
  });
}

interface Example {
  readonly attributes?: Readonly<Record<string, number>>;
  readonly withMask?: true;
}

/** The rows of a case whose scores are `values`; the main output is right. */
async function verify(
  mode: number,
  values: readonly number[],
  { attributes = {}, withMask }: Example = {},
  dims: readonly number[] = DIMS,
): Promise<{ status: number; main: Row[]; scores: Row | undefined }> {
  const options = {
    ...(withMask ? { mask } : {}),
    causal: attributes.is_causal === 1,
    softcap: attributes.softcap ?? 0,
    window: attributes.local_window_size ?? 0,
  };
  const output = attentionByTheBook(q, k, v, options).map(Math.fround);
  const path = writeCase(join(folder, `case${made++}`), {
    operator: 'Attention',
    attributes: { ...attributes, qk_matmul_output_mode: mode },
    inputs: [floatTensor(q), floatTensor(k), floatTensor(v), withMask ? floatTensor(mask) : null],
    outputs: [floatTensor({ dims: [2, 4, 3, 6], values: output }), null, null, floatTensor({ dims, values })],
  });
  const file = join(folder, `out${made++}.json`);
  const { status } = await runCommand(['verify', path, '--json', file]);
  const { results } = JSON.parse(readFileSync(file, 'utf8')) as { results: Row[] };
  const main = results.filter((row) => row.output === 'out0');
  expect(main.length).toBeGreaterThan(1);
  for (const row of main) expect([row.kernel, row.status]).toEqual([row.kernel, 'correct']);
  return { status, main, scores: results.find((row) => row.output === 'out3') };
}

describe('compared', () => {
  const causal = { is_causal: 1 };
  const latest = { is_causal: 1, local_window_size: 3 };
  test.each([
    ['0: raw scores', 0, scores(0), {}],
    ['0: raw scores, although a mask hides keys of the output', 0, scores(0), { withMask: true, attributes: causal }],
    ['1 without a softcap and a mask', 1, scores(0), {}],
    ['2 without a softcap and a mask', 2, scores(0), {}],
    ['2 with a softcap and no mask', 2, scores(0.5), { attributes: { softcap: 0.5 } }],
    ['1 of a release that knows windows', 1, scores(0.5), { attributes: { ...latest, softcap: 0.5 } }],
    ['1 of such a release, without a softcap', 1, scores(0), { attributes: latest }],
    ['3: probabilities', 3, attentionByTheBook(q, k, unit, {}), {}],
    [
      '3: probabilities with a mask, causal, with a softcap',
      3,
      attentionByTheBook(q, k, unit, { mask, causal: true, softcap: 2 }),
      { withMask: true, attributes: { ...causal, softcap: 2 } },
    ],
  ] as readonly (readonly [string, number, readonly number[], Example])[])(
    'mode %s',
    async (_, mode, values, example) => {
      const right = await verify(mode, values, example);
      expect(right.scores).toMatchObject({ status: 'reference-only', kernel: 'reference', onnx: { passed: true } });
      expect(right.scores?.reason).toBe('no kernel writes out3; the float64 reference agrees with the file');
      expect(right.scores?.verdict).toMatchObject({ checked: 120, total: 120 });
      expect(right.status).toBe(0);

      const off = values.map((value, at) => (at === 62 ? value + 1e-3 : value));
      const wrong = await verify(mode, off, example);
      expect(wrong.scores?.status).toBe('wrong');
      expect(wrong.scores?.reason).toMatch(/^the file disagrees with the float64 reference: .*out3\[1, 0, 0, 2\]/);
      expect(wrong.status).toBe(1);
    },
  );
});

describe('unsupported by its name, and the main output is judged', () => {
  test.each([
    [
      '0 with a softcap',
      0,
      { attributes: { softcap: 2 } },
      'qk_matmul_output_mode 0 means the raw scores or the scores after the softcap, depending on the release',
    ],
    [
      '1 with a softcap',
      1,
      { attributes: { softcap: 2 } },
      'qk_matmul_output_mode 1 means the raw scores or the scores after the softcap, depending on the release',
    ],
    [
      '1 with a mask',
      1,
      { withMask: true },
      'qk_matmul_output_mode 1 means the scores after the mask or the raw scores, depending on the release',
    ],
    [
      '2 where it is causal',
      2,
      { attributes: { is_causal: 1 } },
      'qk_matmul_output_mode 2 means the scores after the mask or the raw scores, depending on the release',
    ],
    [
      '2 with both',
      2,
      { withMask: true, attributes: { softcap: 2 } },
      'qk_matmul_output_mode 2 means the scores after the mask and the softcap or the scores after the softcap or the scores after the softcap and the mask',
    ],
    [
      '2 of a release that knows windows',
      2,
      { attributes: { is_causal: 1, local_window_size: 3 } },
      'qk_matmul_output_mode 2 means the scores after the mask, which is not computed here',
    ],
    ['7', 7, {}, 'qk_matmul_output_mode is 7, and there are modes 0 to 3'],
  ] as readonly (readonly [string, number, Example, string])[])('mode %s', async (_, mode, example, reason) => {
    const { status, scores: row } = await verify(mode, scores(0), example);
    expect(row).toMatchObject({ status: 'unsupported', kernel: null, verdict: null });
    expect(row?.reason).toContain(reason);
    expect(status).toBe(0);
  });

  test('of the wrong shape it is failed', async () => {
    const { status, scores: row } = await verify(0, scores(0), {}, [2, 4, 5, 3]);
    expect(row).toMatchObject({ status: 'failed', kernel: null });
    expect(row?.reason).toBe('The output out3 has the shape (2, 4, 5, 3), and the inputs give (2, 4, 3, 5)');
    expect(status).toBe(1);
  });
});
