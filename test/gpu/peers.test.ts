/** The comparison with other libraries as a reader starts it, our contestant alone: the others are not installed here. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { PeersDocument } from '../../bench/peers/types.ts';
import { isWhole } from '../setup/whole.ts';
import { temporaryFolder } from '../unit/vector-files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = temporaryFolder();

function run(argv: readonly string[]): Promise<{ status: number | null; stderr: string }> {
  const child = spawn(process.execPath, [join(root, 'bench/peers/run.mjs'), ...argv], { cwd: root });
  let stderr = '';
  child.stdout.resume();
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stderr }));
  });
}

// In CI on both hosts, with both operations.
describe.each(isWhole ? ['dawn', 'chrome'] : ['dawn'])('node bench/peers/run.mjs --host %s', (host) => {
  // Kernels with scratch too: what is read back then is more than the result.
  const cases = [
    ['matmul', 'm=33,n=17,k=65', ['0_auto', '9_split_k']],
    ['attention', 'heads=1,queries=1,keys=70,dim=8', ['11_split_keys']],
  ] as const;
  test.each(isWhole ? cases : cases.slice(0, 1))('%s', async (op, shape, kernels) => {
    const file = join(folder, `${op}-${host}.json`);
    const { status, stderr } = await run(
      [op, '--ours', '--no-race', '--shape', shape, '--samples', '1', '--host', host, '--json', file].concat(
        kernels.flatMap((kernel) => ['--kernel', kernel]),
      ),
    );
    expect(status, stderr).toBe(0);
    const { shapes } = JSON.parse(readFileSync(file, 'utf8')) as PeersDocument;
    const [{ entries }] = shapes;
    expect(new Set(entries.map(({ id }) => id.split(':')[1]))).toEqual(new Set(kernels));
    for (const { status: outcome, medianMs, reason } of entries) {
      expect([outcome, reason]).toEqual(['correct', null]);
      expect(medianMs).toBeGreaterThan(0);
    }
  });
});
