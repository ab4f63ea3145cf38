/**
 * Starts the comparison with other libraries: installs them here where they are missing and wanted (never their install
 * scripts, of which one downloads), bundles the TypeScript into .cache beside this, and hands over to main.ts.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { outlinePlugin } from '../../src/cli/bundle.mjs';
import { install, isInstalled, npm } from '../../src/cli/setup/install.mjs';

const folder = dirname(fileURLToPath(import.meta.url));
const root = join(folder, '../..');
const say = (line) => process.stderr.write(`${line}\n`);

/** Native code, packages that find their own files, and the peers, which are loaded as they were published. */
const EXTERNAL = [
  'webgpu',
  'puppeteer',
  'vite',
  '@jax-js/jax',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-backend-webgpu',
  'onnxruntime-node',
];

async function bundle(entry, name, isPage) {
  const vite = await import('vite');
  const external = isPage ? [] : EXTERNAL;
  const result = await vite.build({
    root,
    configFile: false,
    plugins: [await outlinePlugin(root, vite)],
    logLevel: 'error',
    publicDir: false,
    define: isPage ? { 'process.env.NODE_ENV': '"production"' } : {},
    ssr: { target: 'node', external },
    build: {
      write: false,
      target: 'es2023',
      minify: false,
      reportCompressedSize: false,
      modulePreload: false,
      ssr: !isPage,
      rolldownOptions: { input: join(folder, entry), external, output: { format: 'es', codeSplitting: false } },
    },
  });
  const output = (Array.isArray(result) ? result[0] : result).output;
  // Left alone where it is the same: the project's own bundler looks at the times of files under bench/.
  const file = join(bundles, name);
  if (!existsSync(file) || readFileSync(file, 'utf8') !== output[0].code) writeFileSync(file, output[0].code);
}

await install(root, say);
const args = process.argv.slice(2);
// Only what measures a peer needs one.
const needsPeers = !args.includes('--ours') && args[0] !== 'table';
if (needsPeers && !isInstalled(folder)) {
  say('Installing the libraries to compare with (npm ci) ...');
  await npm(folder, ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
}
const kind = needsPeers ? 'host' : 'ours';
const bundles = join(folder, '.cache', kind);
mkdirSync(bundles, { recursive: true });
await Promise.all([
  bundle('main.ts', 'main.mjs', false),
  bundle(`node-${kind}.ts`, 'node-host.mjs', false),
  bundle(`page-${kind}.ts`, 'page-host.js', true),
]);
const { main } = await import(pathToFileURL(join(bundles, 'main.mjs')).href);
const status = await main(args, folder, bundles);
process.stdout.write('', () => process.exit(status));
