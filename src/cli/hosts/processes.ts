/** Everything that hosts start is ended with this process, however this process ends. */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { sentence } from '../../core/errors.ts';

const living = new Set<() => void>();
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
let isWatching = false;

/** Calls `kill` when this process ends; returns what to call once it is no longer needed. */
export function endWithMe(kill: () => void): () => void {
  living.add(kill);
  watch();
  return () => living.delete(kill);
}

/** Resolves, once the child has ended, with one sentence that says how; `name` begins it. Reads its stderr. */
export function farewell(child: ChildProcess, name: string): Promise<string> {
  let lastWords = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    lastWords = (lastWords + text).slice(-4000);
  });
  // Not the event "close", which never comes where the parent has disconnected the channel itself.
  const read = child.stderr ? once(child.stderr, 'close') : Promise.resolve();
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(`${name} could not be started: ${sentence(error)}.`));
    child.once('exit', async (status, signal) => {
      await read;
      const error = /^(error: .*|\w*Error\b.*|.*panicked at.*)$/m.exec(lastWords)?.[1];
      resolve(`${name} ended (${signal ?? `exit status ${status}`})${error ? `: ${error.replace(/\.$/, '')}` : ''}.`);
    });
  });
}

function watch(): void {
  if (isWatching) return;
  isWatching = true;
  // The latest first: a browser before the profile it writes to.
  const endAll = (): void => {
    for (const kill of [...living].reverse()) kill();
    living.clear();
  };
  process.on('exit', endAll);
  // Where this process was forked itself, as the workers of the tests are, nobody waits for it once its parent has
  // gone; vitest lets no test call process.exit().
  process.once('disconnect', () => {
    endAll();
    process.kill(process.pid, 'SIGKILL');
  });
  for (const [signal, status] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      // Whoever else listens decides when to exit.
      if (process.listenerCount(signal) > 1) return;
      endAll();
      process.exit(status);
    });
  }
}

/** Ends a process and, where it leads a group of its own, all of that group. Never throws. */
export function killTree(pid: number | undefined): void {
  if (pid === undefined) return;
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/pid', String(pid), '/T', '/F'], { stdio: 'ignore' });
    return;
  }
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, 'SIGKILL');
    } catch {
      // It has ended already, or leads no group.
    }
  }
}
