/**
 * The whole command line as one file, for a machine that has Node and the package `webgpu` but not this repository:
 * `npm run bundle -- bench.mjs` writes it, `node bench.mjs neuron --host dawn --json out.json` runs it there.
 */
import { fileURLToPath } from 'node:url';
import { DAWN_HOST, setDawnHostFile } from './hosts/dawn.ts';
import { COMMANDS, main } from './main.ts';

const args = process.argv.slice(2);
if (args[0] === DAWN_HOST) {
  // Loaded only here: the parent has no use for Dawn's library.
  await (await import('./hosts/dawn-child.ts')).startDawnHost(args[1]);
} else {
  setDawnHostFile(fileURLToPath(import.meta.url));
  // It may lie in a repository, but does not belong to it, and changes nothing there.
  const status = await main(Object.hasOwn(COMMANDS, args[0] ?? '') ? args : ['bench', ...args], null);
  process.stdout.write('', () => process.exit(status));
}
