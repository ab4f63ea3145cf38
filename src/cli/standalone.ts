/**
 * The whole command line as one file, for a machine that has Node and the package `webgpu` but not this repository:
 * `npm run bundle -- bench.mjs` writes it, `node bench.mjs neuron --host dawn --json out.json` runs it there.
 */
import { fileURLToPath } from 'node:url';
import { DAWN_HOST, setDawnHostFile } from './hosts/dawn.ts';
import { main } from './main.ts';

const args = process.argv.slice(2);
if (args[0] === DAWN_HOST) {
  // Loaded only here: the parent has no use for Dawn's library.
  await (await import('./hosts/dawn-child.ts')).startDawnHost(args[1]);
} else {
  setDawnHostFile(fileURLToPath(import.meta.url));
  const isCommand = ['bench', 'tune', 'verify', 'device'].includes(args[0] ?? '');
  const status = await main(isCommand ? args : ['bench', ...args]);
  process.stdout.write('', () => process.exit(status));
}
