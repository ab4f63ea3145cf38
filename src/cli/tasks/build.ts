import { build } from 'vite';
import { Refusal } from '../../core/errors.ts';
import { bundleStandalone } from '../bundle.mjs';
import { checkWritable } from '../document.ts';
import { toStderr } from '../setup/files.ts';

/**
 * `npm run build`: the playground as static files in dist/, for any path. `--base` names the path, or the whole address
 * under which they will be found: previews of links need the whole of it.
 */
export async function buildPage(root: string, args: readonly string[]): Promise<number> {
  const base = baseOf(args);
  await build({ root, logLevel: 'warn', ...(base === null ? {} : { base }) });
  const where = base === null ? 'any web server and any path' : base;
  toStderr(`The playground is in dist/: static files, for ${where}.`);
  return 0;
}

/** The value of `--base`, ending in a slash; null where it is not given. Throws a `Refusal`. */
export function baseOf(args: readonly string[]): string | null {
  if (args.length === 0) return null;
  const [, joined] = /^--base(?:=(.*))?$/.exec(args[0]) ?? [];
  const isBase = /^--base(?:=|$)/.test(args[0]);
  const value = joined ?? args[1];
  if (!isBase || value === undefined || args.length > (joined === undefined ? 2 : 1))
    throw new Refusal(
      `npm run build takes --base /path/ or --base https://host/path/ after "--", and got "${args.join(' ')}".`,
    );
  const path = value.endsWith('/') ? value : `${value}/`;
  const isPath = /^\/[\w\-./~%]*$/.test(path) && !path.startsWith('//');
  const isAddress =
    /^https?:/.test(path) && URL.canParse(path) && new URL(path).search === '' && new URL(path).hash === '';
  if (isPath || isAddress) return path;
  throw new Refusal(
    `--base is "${value}", and must be a path such as /tilescope/ or an address such as https://example.org/tilescope/.`,
  );
}

/** `npm run bundle -- FILE`: the command line and its Dawn host as one file. */
export async function bundleFile(root: string, args: readonly string[]): Promise<number> {
  const [file] = args;
  if (args.length !== 1 || file.startsWith('-'))
    throw new Refusal('npm run bundle takes one argument, the file to write: npm run bundle -- bench.mjs');
  checkWritable(file, 'npm run bundle', 'bench.mjs');
  await bundleStandalone(root, file);
  toStderr(`Wrote ${file}: with the package webgpu beside it, node ${file} neuron --host dawn runs the benchmarks.`);
  return 0;
}
