/** What `npm start`, `npm test` and the scripts that are no command of the bench do, once the packages are there. */
import { Refusal } from '../../core/errors.ts';
import { rootFor } from '../setup/root.ts';

export type Task = (root: string, args: readonly string[]) => Promise<number>;

const TASKS: Readonly<Record<string, () => Promise<Task>>> = {
  start: async () => (await import('./start.ts')).start,
  test: async () => (await import('./test.ts')).test,
  check: async () => (await import('./check.ts')).check,
  build: async () => (await import('./build.ts')).buildPage,
  bundle: async () => (await import('./build.ts')).bundleFile,
  pack: async () => (await import('./pack.ts')).pack,
  faults: async () => (await import('./broken.ts')).faults,
  tables: async () => (await import('./tables.ts')).tables,
  mutants: async () => (await import('./broken.ts')).mutants,
};

/** Runs a task; resolves with its exit status. Throws an Error whose message is one sentence. */
export async function run(name: string, args: readonly string[]): Promise<number> {
  if (!Object.hasOwn(TASKS, name)) throw new Refusal(`There is no task "${name}".`);
  const task = await TASKS[name]();
  return task(rootFor(`npm run ${name}`), args);
}
