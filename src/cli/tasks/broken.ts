import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle, HOST_BUNDLES } from '../bundle.mjs';

/** `npm run faults`: every planted fault on every host; the table goes to stdout and into docs/CHECKER.md. */
export async function faults(root: string, args: readonly string[]): Promise<number> {
  return (await load(root)).faultsTask(root, args);
}

/** `npm run mutants -- [OPERATION|KERNEL]...`: small edits of kernels, and which of them survive the verdict. */
export async function mutants(root: string, args: readonly string[]): Promise<number> {
  return (await load(root)).mutantsTask(root, args);
}

type Tasks = Record<'faultsTask' | 'mutantsTask', (root: string, args: readonly string[]) => Promise<number>>;

/** test/broken, bundled as the command line is: nothing in src imports a test. */
async function load(root: string): Promise<Tasks> {
  const folder = await bundle(root, ['broken.mjs', ...HOST_BUNDLES]);
  return import(pathToFileURL(join(folder, 'broken.mjs')).href);
}
