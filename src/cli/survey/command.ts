/** One command of Tilescope's in a process of its own, with a time limit that nothing it does can get around. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { endWithMe, killTree } from '../hosts/processes.ts';

/** After its time is up a command may write what it has. */
export const GRACE_MS = 5_000;

export interface Command {
  /** The single-file command line. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  /** Takes what it prints. */
  readonly log: string;
  readonly seconds: number;
}

export interface Ending {
  /** Null where it was ended by force. */
  readonly status: number | null;
  readonly timeUp: boolean;
  readonly seconds: number;
}

export async function runCommand({ file, args, env, folder, log, seconds }: Command): Promise<Ending> {
  const started = performance.now();
  const output = openSync(log, 'w');
  // A group of its own, so that its host ends with it.
  const child = spawn(process.execPath, [file, ...args], {
    cwd: folder,
    env,
    stdio: ['ignore', output, output],
    detached: true,
  });
  closeSync(output);
  const forget = endWithMe(() => killTree(child.pid));
  let timeUp = false;
  let force: NodeJS.Timeout | undefined;
  const patience = setTimeout(() => {
    timeUp = true;
    child.kill('SIGTERM');
    force = setTimeout(() => killTree(child.pid), GRACE_MS);
  }, 1000 * seconds);
  const status = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('exit', resolve);
  });
  clearTimeout(patience);
  clearTimeout(force);
  forget();
  // A host that does not answer may have outlived its parent.
  killTree(child.pid);
  return { status, timeUp, seconds: Math.round(performance.now() - started) / 1000 };
}
