import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { sentence } from '../../core/errors.ts';
import { rootPrefix } from '../setup/apt.ts';
import { ensureChrome } from '../setup/chrome.ts';
import { ensureDeno } from '../setup/deno.ts';
import { toStderr } from '../setup/files.ts';
import { ensureLavapipe, findLavapipe } from '../setup/vulkan.ts';

/** `npm test`: sets up what the tests need and runs them; arguments go on to vitest. */
export async function test(root: string, args: readonly string[]): Promise<number> {
  const isCi = Boolean(process.env.CI && process.env.CI !== 'false');
  await ensureChrome(toStderr);
  // Under CI the f16 kernels and the second compiler must be tested. Elsewhere they are where they can be had, and
  // sudo is not used unasked.
  const wantsLavapipe = isCi || (findLavapipe() === null && rootPrefix()?.length === 0);
  if (wantsLavapipe) await orNote(isCi, ensureLavapipe(toStderr));
  if (findLavapipe() !== null) await orNote(isCi, ensureDeno(root, toStderr));
  return vitest(root, args);
}

async function orNote(isRequired: boolean, setUp: Promise<unknown>): Promise<void> {
  try {
    await setUp;
  } catch (error) {
    if (isRequired) throw error;
    toStderr(`Some tests will be left out: ${sentence(error)}`);
  }
}

function vitest(root: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args], {
      cwd: root,
      stdio: 'inherit',
    });
    // Ctrl-C reaches vitest too, which then ends what it started; this process waits for it.
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => child.kill('SIGTERM'));
    child.on('error', (error) => reject(new Error(`vitest could not be started: ${error.message}.`)));
    child.on('exit', (status) => resolve(status ?? 1));
  });
}
