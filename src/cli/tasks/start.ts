import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createServer } from 'vite';
import { Refusal, sentence } from '../../core/errors.ts';
import { needsNoSandbox } from '../hosts/chrome.ts';
import { ensureChrome } from '../setup/chrome.ts';
import { toStderr } from '../setup/files.ts';
import { hasGpuDevice } from '../setup/vulkan.ts';

/**
 * `npm start`: serves the playground and opens it in Chrome; without a display it prints the address. Resolves when
 * it is told to stop.
 */
export async function start(root: string, args: readonly string[]): Promise<number> {
  const where = startOptions(args);
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  const server = await createServer({ root, logLevel: 'warn', clearScreen: false, server: where });
  await server.listen();
  const url = server.resolvedUrls?.local[0] ?? server.resolvedUrls?.network[0];
  if (url === undefined) throw new Error('The server gave no address.');
  toStderr(`Tilescope is at ${url} (Ctrl-C ends it).`);
  // The address is of use even where no browser can be had.
  void open(url, root).catch((error) => toStderr(sentence(error)));
  await stopped;
  await server.close();
  return 0;
}

export interface StartOptions {
  readonly port?: number;
  readonly host?: string;
  /** Where a port was asked for, another one would not be found by who asked. */
  readonly strictPort: boolean;
}

/** From `--port N` and `--host NAME`, or else PORT in the environment. */
export function startOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): StartOptions {
  const given: Record<string, string> = {};
  for (let at = 0; at < args.length; at++) {
    const [, name, joined] = /^--(port|host)(?:=(.*))?$/.exec(args[at]) ?? [];
    const value = name && (joined ?? args[++at]);
    if (!value)
      throw new Refusal(`npm start takes --port N and --host NAME after "--", and got "${args[at] ?? args[at - 1]}".`);
    given[name] = value;
  }
  const written = given.port ?? env.PORT;
  const host = given.host === undefined ? {} : { host: given.host };
  if (!written) return { ...host, strictPort: false };
  const port = Number(written);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Refusal(`${given.port ? '--port' : 'PORT'} is "${written}", and a port is a number from 0 to 65535.`);
  }
  return { ...host, port, strictPort: true };
}

async function open(url: string, root: string): Promise<void> {
  const chrome = await ensureChrome(toStderr);
  if (!hasDisplay()) {
    toStderr(`There is no display here: open ${url} in Chrome.`);
    return;
  }
  const profile = join(root, '.cache/chrome-profile');
  const child = spawn(chrome, [...windowFlags(), `--user-data-dir=${profile}`, url], {
    detached: true,
    stdio: 'ignore',
  });
  child.on('error', (error) => toStderr(`Chrome could not be started (${error.message}): open ${url} in it.`));
  child.unref();
}

/** A profile of its own: a Chrome that runs already would ignore the flags that WebGPU needs on Linux. */
function windowFlags(): readonly string[] {
  const flags = ['--no-first-run', '--no-default-browser-check'];
  if (process.platform !== 'linux') return flags;
  flags.push('--enable-unsafe-webgpu');
  flags.push(...(hasGpuDevice() ? ['--enable-features=Vulkan'] : ['--use-webgpu-adapter=swiftshader']));
  if (needsNoSandbox()) flags.push('--no-sandbox');
  return flags;
}

/** Whether a window would be seen by someone. */
export function hasDisplay(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
): boolean {
  if (env.CI && env.CI !== 'false') return false;
  return platform === 'darwin' || platform === 'win32' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}
