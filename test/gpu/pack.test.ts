/** The folder that `npm run pack` makes, as it runs on a bare machine: no environment, no packages in reach, no time. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { StepReport } from '../../src/cli/survey/report.ts';
import { isWhole } from '../setup/whole.ts';
import { temporaryFolder } from '../unit/vector-files.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** Small enough to be copied to a machine over any line. */
const MOST_BYTES = 64 * 2 ** 20;

const bytesOf = (path: string): number =>
  statSync(path).isDirectory()
    ? readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0)
    : statSync(path).size;

// Packing compresses 100 MB, which is too long for every run of the tests.
test.runIf(isWhole && process.platform === 'linux')('a survey from the packed folder', () => {
  const folder = temporaryFolder();
  const [out, results] = [join(folder, 'pack'), join(folder, 'results')];
  const launcher = join(root, 'src/cli/launch.mjs');
  const packed = spawnSync(process.execPath, [launcher, 'pack', '--out', out], { encoding: 'utf8' });
  expect(packed.stderr).toMatch(/^Packed [\d.]+ MiB in /m);
  expect(bytesOf(out)).toBeLessThan(MOST_BYTES);

  const ran = spawnSync('/bin/sh', [join(out, 'run'), results, '--seconds', '25'], {
    env: {},
    cwd: folder,
    encoding: 'utf8',
  });
  const summary = JSON.parse(readFileSync(join(results, 'summary.json'), 'utf8'));
  const steps = summary.steps as readonly StepReport[];
  expect(ran.stdout + ran.stderr).toContain(readFileSync(join(results, 'summary.txt'), 'utf8').split('\n')[0]);
  expect(ran.status).toBe(0);
  expect(summary.adapter.description).not.toBe('');
  expect(steps[0]).toMatchObject({ id: 'device', state: 'done', file: '01-device.json' });
  expect(steps[1].counts.correct).toBeGreaterThan(0);
  expect(steps[1].counts.wrong).toBeUndefined();
  expect(steps.at(-1)).toMatchObject({ state: 'left out', reason: 'left out: there was no time left' });

  // It takes its hosts from what lies beside it, and says which it lacks.
  const chrome = spawnSync(process.execPath, [join(out, 'tilescope.mjs'), 'neuron'], { cwd: folder, encoding: 'utf8' });
  expect([chrome.status, chrome.stderr]).toEqual([2, expect.stringContaining('repository around it: use --host dawn')]);

  // What stands there already is not cleared away unless it is a pack.
  const refused = spawnSync(process.execPath, [launcher, 'pack', '--out', results], { encoding: 'utf8' });
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('holds something else')]);
});
