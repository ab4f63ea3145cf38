/** `verify` from end to end on files made here; the host is a fake whose kernels are the reference. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Row } from '../../../src/cli/vectors/row.ts';
import { Random } from '../../../src/core/random.ts';
import { type Behaviour, runCommand } from '../fake-host.ts';
import { npz, type Tensor, temporaryFolder } from '../vector-files.ts';

export const folder = temporaryFolder();
let made = 0;
/** A path that nothing has yet. */
export const place = (): string => join(folder, `case${made++}`);

/** Normal numbers, rounded to float32. */
export function random(dims: readonly number[], seed = 1): Tensor {
  const source = new Random(seed, dims.join());
  const length = dims.reduce((product, extent) => product * extent, 1);
  return { dims, values: Array.from({ length }, () => Math.fround(source.normal())) };
}

/** c[i, j] = sum_k a[i, k] b[k, j], in float64 and rounded. */
export function times(a: readonly number[], b: readonly number[], m: number, k: number, n: number): number[] {
  return Array.from({ length: m * n }, (_, at) => {
    let sum = 0;
    for (let t = 0; t < k; t++) sum += a[Math.floor(at / n) * k + t] * b[t * n + (at % n)];
    return Math.fround(sum);
  });
}

/** Runs the command and reads the JSON that it writes. */
export async function verify(
  paths: readonly string[],
  behaviour: Behaviour = {},
): Promise<{ status: number; rows: Row[]; stderr: string; opened: number; text: string }> {
  const file = join(folder, `out${made++}.json`);
  const { status, stdout, stderr, opened } = await runCommand(['verify', ...paths, '--json', file], behaviour);
  return { status, rows: JSON.parse(readFileSync(file, 'utf8')).results, stderr, opened, text: stdout };
}

/** An output is right: by every kernel that takes it, or by the reference where there is none. */
export function expectRight(rows: readonly Row[], output = 'out0'): void {
  const main = rows.filter((row) => row.output === output);
  expect(main.length).toBeGreaterThan(0);
  for (const row of main)
    expect([row.kernel, row.status, row.status === 'correct' ? row.reason : null]).toEqual([
      row.kernel,
      row.kernel === 'reference' ? 'reference-only' : 'correct',
      null,
    ]);
}

/** A file of float32 arrays; its path. */
export function writeNpz(arrays: Parameters<typeof npz>[0]): string {
  const path = `${place()}.npz`;
  writeFileSync(path, npz(arrays));
  return path;
}
