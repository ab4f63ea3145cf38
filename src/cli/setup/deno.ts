/** Deno, a second WGSL compiler (naga): installed into .cache, apart from the project's own packages. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { disk, type Say } from './files.ts';
import { npm } from './install.mjs';

const VERSION = '2.9.6';

/** The deno binary under `root`; null where it is not installed, or does not run here. */
export function findDeno(root: string): string | null {
  const scope = join(root, '.cache/deno/node_modules/@deno');
  const name = process.platform === 'win32' ? 'deno.exe' : 'deno';
  // Called directly: the wrapper in the package `deno` is made by an install script, which npm may be told not to run.
  for (const platform of disk.list(scope)) {
    const binary = join(scope, platform, name);
    if (disk.exists(binary) && runsAs(binary, VERSION)) return binary;
  }
  return null;
}

/** Finds or installs Deno. Throws an Error of one sentence. */
export async function ensureDeno(root: string, say: Say): Promise<string> {
  const found = findDeno(root);
  if (found !== null) return found;
  say(`Installing Deno ${VERSION} into .cache/deno ...`);
  const folder = join(root, '.cache/deno');
  mkdirSync(folder, { recursive: true });
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  await npm(root, ['install', '--prefix', folder, `deno@${VERSION}`, '--save-exact', '--include=optional', ...quiet]);
  const installed = findDeno(root);
  if (installed === null) throw new Error(`Deno ${VERSION} was installed but does not run on this system.`);
  return installed;
}

function runsAs(binary: string, version: string): boolean {
  const { status, stdout } = spawnSync(binary, ['--version'], { encoding: 'utf8', timeout: 20_000 });
  return status === 0 && stdout.startsWith(`deno ${version}`);
}
