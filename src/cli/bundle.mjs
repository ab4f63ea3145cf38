/**
 * Bundles the command line and its hosts into .cache/bundle with Vite. Node 20 runs no TypeScript by itself, and the
 * WGSL comes in through `import.meta.glob`, which only Vite understands. Plain JavaScript, since it runs before any
 * bundle exists; its types are in bundle.d.mts.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Never bundled: native code, and what finds its own files beside itself. */
const EXTERNAL = ['webgpu', 'puppeteer', 'vite', 'vitest'];

const BUNDLES = {
  'cli.mjs': { entry: 'src/cli/main.ts', target: 'node' },
  'tasks.mjs': { entry: 'src/cli/tasks/index.ts', target: 'node' },
  'check-wgsl.mjs': { entry: 'src/cli/check-wgsl.ts', target: 'node' },
  'broken.mjs': { entry: 'test/broken/main.ts', target: 'node' },
  'dawn-host.mjs': { entry: 'src/cli/hosts/dawn-host.ts', target: 'node' },
  'deno-host.mjs': { entry: 'src/cli/hosts/deno-host.ts', target: 'deno' },
  'browser-host.js': { entry: 'src/cli/hosts/browser-host.ts', target: 'browser' },
};

export const HOST_BUNDLES = ['dawn-host.mjs', 'deno-host.mjs', 'browser-host.js'];

export function bundleFolder(root) {
  return join(root, '.cache', 'bundle');
}

/** Bundles those of `names` whose sources changed since the last time; returns the folder they are in. */
export async function bundle(root, names) {
  const folder = bundleFolder(root);
  const state = sourceState(root);
  const isFresh = (name) => existsSync(join(folder, name)) && readOr(join(folder, `${name}.stamp`), '') === state;
  await Promise.all(
    names
      .filter((name) => !isFresh(name))
      .map(async (name) => {
        put(join(folder, name), await build(root, BUNDLES[name]));
        put(join(folder, `${name}.stamp`), state);
      }),
  );
  return folder;
}

/** Writes `entry` and all that it needs as one file, for a machine that has only Node and `webgpu`. */
export async function bundleStandalone(root, file, entry = 'src/cli/standalone.ts') {
  put(resolve(file), await build(root, { entry, target: 'standalone' }));
}

/** A digest of the names, sizes and times of all that goes into the bundles: a deleted or older file changes it too. */
function sourceState(root) {
  const hash = createHash('sha256');
  const add = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name));
    else if (stat) hash.update(`${path} ${stat.size} ${stat.mtimeMs}\n`);
  };
  for (const name of ['src', 'shaders', 'bench', 'test/broken', 'package.json', 'package-lock.json'])
    add(join(root, name));
  return hash.digest('hex');
}

async function build(root, { entry, target }) {
  const vite = await import('vite');
  const browser = target === 'browser';
  const result = await vite.build({
    root,
    configFile: false,
    plugins: [await outlinePlugin(root, vite)],
    logLevel: 'error',
    publicDir: false,
    define: browser ? { 'process.env.NODE_ENV': '"production"' } : {},
    ssr: {
      target: 'node',
      external: EXTERNAL,
      // In the repository node_modules is beside the bundle; Deno and a bare machine must find all in the one file.
      noExternal: target === 'node' ? [] : true,
    },
    build: {
      write: false,
      target: 'es2023',
      minify: false,
      reportCompressedSize: false,
      modulePreload: false,
      ...(browser ? {} : { ssr: true }),
      rolldownOptions: {
        input: join(root, entry),
        ...(browser ? {} : { external: EXTERNAL }),
        output: { format: 'es', codeSplitting: false },
      },
    },
  });
  const [output] = Array.isArray(result) ? result : [result];
  const chunks = output.output.filter((item) => item.type === 'chunk');
  if (chunks.length !== 1) throw new Error(`${entry} became ${chunks.length} files; it must become one.`);
  return chunks[0].code;
}

/** The plugin behind `?outline`. It is written in TypeScript, which Vite imports and Node 20 does not. */
export async function outlinePlugin(root, vite) {
  const file = join(root, 'src/cli/outline-plugin.ts');
  // What is unset becomes "development" with such an import, and later builds in this process would take it over.
  process.env.NODE_ENV ??= 'production';
  const { module } = await vite.runnerImport(file, { root, configFile: false, logLevel: 'error' });
  return module.outlinePlugin();
}

function readOr(path, otherwise) {
  return existsSync(path) ? readFileSync(path, 'utf8') : otherwise;
}

/** Writes beside the file and renames: a run that is reading it sees the old text or the new one, whole. */
function put(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}
