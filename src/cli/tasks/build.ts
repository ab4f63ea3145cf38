import { build } from 'vite';
import { Refusal } from '../../core/errors.ts';
import { bundleStandalone } from '../bundle.mjs';
import { toStderr } from '../setup/files.ts';

/** `npm run build`: the playground as static files in dist/, for any base path. */
export async function buildPage(root: string, args: readonly string[]): Promise<number> {
  if (args.length > 0) throw new Refusal(`npm run build takes no arguments, and got "${args[0]}".`);
  await build({ root, logLevel: 'warn' });
  toStderr('The playground is in dist/: static files, for any web server and any path.');
  return 0;
}

/** `npm run bundle -- FILE`: the command line and its Dawn host as one file. */
export async function bundleFile(root: string, args: readonly string[]): Promise<number> {
  const [file] = args;
  if (args.length !== 1 || file.startsWith('-'))
    throw new Refusal('npm run bundle takes one argument, the file to write: npm run bundle -- bench.mjs');
  await bundleStandalone(root, file);
  toStderr(`Wrote ${file}: with the package webgpu beside it, node ${file} neuron --host dawn runs the benchmarks.`);
  return 0;
}
