/**
 * Every npm script starts here: `node src/cli/launch.mjs COMMAND ...`. It runs on bare Node in a fresh clone, installs
 * what the lockfile names, bundles the TypeScript, and hands over. Progress goes to stderr; an error is one sentence.
 */
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const CLI = ['bench', 'tune', 'trace', 'grade', 'verify', 'device'];
const TASKS = ['start', 'test', 'check', 'build', 'bundle', 'pack', 'faults', 'mutants', 'pictures', 'tables'];

const root = fileURLToPath(new URL('../..', import.meta.url));
const [command = '', ...args] = process.argv.slice(2);
const say = (line) => process.stderr.write(`${line}\n`);

async function launch() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Error(`Node ${process.versions.node} is too old: Tilescope needs 20.19 or later.`);
  }
  if (![...CLI, ...TASKS].includes(command)) {
    throw new Error(`There is no command "${command}": use one of ${[...TASKS, ...CLI].join(', ')}.`);
  }
  const { install } = await import('./setup/install.mjs');
  await install(root, say);
  const { bundle, HOST_BUNDLES } = await import('./bundle.mjs');
  const isCli = CLI.includes(command);
  const main = isCli ? 'cli.mjs' : 'tasks.mjs';
  const folder = await bundle(root, isCli ? [main, ...HOST_BUNDLES] : [main]);
  const module = await import(pathToFileURL(join(folder, main)).href);
  return isCli ? module.main([command, ...args]) : module.run(command, args);
}

let status = 2;
try {
  status = await launch();
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  // A bundler's message names the file and the line below its first line; others are one sentence.
  if (!(error instanceof Error && 'errors' in error)) say(message.split('\n', 1)[0]);
  else say(process.stderr.isTTY ? message : stripVTControlCharacters(message));
}
// Exits even where something left a handle open, once all of stdout has been taken.
process.stdout.write('', () => process.exit(status));
