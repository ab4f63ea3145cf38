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
  if (args.length > 0) throw new Refusal(`npm start takes no arguments, and got "${args[0]}".`);
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  const server = await createServer({ root, logLevel: 'warn', clearScreen: false });
  await server.listen();
  const url = server.resolvedUrls?.local[0];
  if (url === undefined) throw new Error('The server gave no address.');
  toStderr(`Tilescope is at ${url} (Ctrl-C ends it).`);
  // The address is of use even where no browser can be had.
  void open(url, root).catch((error) => toStderr(sentence(error)));
  await stopped;
  await server.close();
  return 0;
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
