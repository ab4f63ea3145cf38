/** What `npm start`, `npm test` and the scripts that are no command of the bench do, once the packages are there. */
import { Refusal, sentence } from '../../core/errors.ts';
import { checkDashes } from '../npm-flags.ts';
import { rootFor } from '../setup/root.ts';
import { asSentence } from '../text.ts';

export type Task = (root: string, args: readonly string[]) => Promise<number>;

interface Entry {
  readonly load: () => Promise<Task>;
  /** What --help prints; null where arguments go on to a program that has its own. */
  readonly help: string | null;
  /** Its flags that npm has no use for. */
  readonly flags?: readonly string[];
}

const TASKS: Readonly<Record<string, Entry>> = {
  start: {
    load: async () => (await import('./start.ts')).start,
    help: `npm start [-- --port N] [--host NAME] [--dev]

Builds the playground, serves it and opens it in Chrome; without a display it prints the address.

  --port N     the port to serve on; PORT in the environment otherwise (4173; 5173 with --dev; the next one if taken)
  --host NAME  the address to serve on (localhost); WebGPU needs https on any other
  --dev        serves the sources: changes to them show at once`,
    flags: ['port', 'host'],
  },
  test: { load: async () => (await import('./test.ts')).test, help: null },
  check: {
    load: async () => (await import('./check.ts')).check,
    help: `npm run check

Lint, format, import floors, types, and whether every shader compiles; it changes nothing.`,
  },
  build: {
    load: async () => (await import('./build.ts')).buildPage,
    help: `npm run build [-- --base BASE]

Builds the playground as static files in dist/, one HTML file for each view.

  --base BASE  the path it will be served under (/tilescope/), or the whole address, which previews of links need;
               without it the files work under any path

VITE_SOURCE=https://... in the environment adds a link to the published source to every page.`,
    flags: ['base'],
  },
  bundle: {
    load: async () => (await import('./build.ts')).bundleFile,
    help: `npm run bundle -- FILE

Writes the command line as one JavaScript file, for a machine that has only Node and the package webgpu.`,
  },
  pack: {
    load: async () => (await import('./pack.ts')).pack,
    help: `npm run pack [-- --out DIR]

Makes a folder that verifies and measures every kernel on a bare Linux machine with a GPU: Node, Dawn, Vulkan's loader
and a script. Copy it there and run: sh FOLDER/run RESULTS --seconds 300

  --out DIR  where the folder is made (.cache/pack)`,
    flags: ['out'],
  },
  faults: {
    load: async () => (await import('./broken.ts')).faults,
    help: `npm run faults [-- OPERATION|KERNEL...] [--print [TEXT]]

Runs every planted fault on every host, or those of the operations and kernels named, and writes what noticed each to
docs/CHECKER.md and bench/results/.

  --print TEXT  only prints the stored rows that contain TEXT; all of them without it`,
    flags: ['print'],
  },
  mutants: {
    load: async () => (await import('./broken.ts')).mutants,
    help: `npm run mutants [-- OPERATION|KERNEL...] [--host NAME] [--most N] [--print [TEXT]]

Makes small edits of kernels, and lists those that no check noticed.

  --host NAME   chrome, dawn or dawn-swiftshader (dawn-swiftshader)
  --most N      edits of each kernel at most (40)
  --print TEXT  only prints the stored rows that contain TEXT; all of them without it`,
    flags: ['host', 'most', 'print'],
  },
  pictures: {
    load: async () => (await import('./pictures.ts')).pictures,
    help: `npm run pictures [-- NAME...]

Takes the pictures of README.md, the charts of docs/MEMORY.md and the previews of the views again, in headless Chrome.
"npm run pictures -- charts" takes only the charts, and "-- preview/memory" only the preview of that view.`,
  },
  tables: {
    load: async () => (await import('./tables.ts')).tables,
    help: `npm run tables

Writes the tables of README.md and docs/ from the results in bench/results/.`,
  },
};

/** Runs a task; resolves with its exit status. Throws an Error whose message is one sentence. */
export async function run(name: string, args: readonly string[], env = process.env): Promise<number> {
  if (!Object.hasOwn(TASKS, name)) throw new Refusal(`There is no task "${name}".`);
  const { load, help, flags = [] } = TASKS[name];
  if (help !== null && args.some((arg) => arg === '--help' || arg === '-h')) {
    process.stdout.write(`${help}\n`);
    return 0;
  }
  try {
    checkDashes(flags, env, `npm ${name === 'start' ? '' : 'run '}${name} --`);
    const task = await load();
    return await task(rootFor(`npm run ${name}`), args);
  } catch (error) {
    // That of a bundle loaded in between is of a class of its own.
    throw error instanceof Error && error.name === 'Refusal' ? new Refusal(asSentence(sentence(error))) : error;
  }
}
