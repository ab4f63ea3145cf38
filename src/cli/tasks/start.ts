import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, createServer, type PreviewServer, preview, type ViteDevServer } from 'vite';
import { Refusal, sentence } from '../../core/errors.ts';
import { needsNoSandbox } from '../hosts/chrome.ts';
import { ensureChrome } from '../setup/chrome.ts';
import { toStderr } from '../setup/files.ts';
import { hasGpuDevice } from '../setup/vulkan.ts';

/** Where the page is built for `npm start`: dist/ may hold what somebody is about to publish. */
const BUILT = '.cache/start';

/**
 * `npm start`: builds the playground, serves it and opens it in Chrome; without a display it prints the address. With
 * `--dev` it serves the sources, whose changes show at once. Resolves when it is told to stop.
 */
export async function start(root: string, args: readonly string[]): Promise<number> {
  const { dev, ...where } = startOptions(args);
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  const server = dev ? await serveSources(root, where) : await serveBuild(root, where);
  const url = server.resolvedUrls?.local[0] ?? server.resolvedUrls?.network[0];
  if (url === undefined) throw new Error('The server gave no address.');
  toStderr(`Tilescope is at ${url} (Ctrl-C ends it).`);
  // The address is of use even where no browser can be had.
  void open(url, root).catch((error) => toStderr(sentence(error)));
  await stopped;
  await server.close();
  return 0;
}

type Where = Omit<StartOptions, 'dev'>;

async function serveSources(root: string, where: Where): Promise<ViteDevServer> {
  const server = await createServer({ root, logLevel: 'warn', clearScreen: false, server: where });
  return server.listen();
}

/** A few files instead of some hundred: it opens in a second, and it is what visitors of a published page get. */
async function serveBuild(root: string, where: Where): Promise<PreviewServer> {
  const outDir = join(root, BUILT);
  await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  return preview({ root, logLevel: 'warn', clearScreen: false, build: { outDir }, preview: where });
}

export interface StartOptions {
  /** Whether the sources are served, for those who edit the page. */
  readonly dev: boolean;
  readonly port?: number;
  readonly host?: string;
  /** Where a port was asked for, another one would not be found by who asked. */
  readonly strictPort: boolean;
}

/** From `--port N`, or else PORT in the environment, `--host NAME` and `--dev`. */
export function startOptions(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): StartOptions {
  const given: Record<string, string> = {};
  let dev = false;
  for (let at = 0; at < args.length; at++) {
    if (args[at] === '--dev') {
      dev = true;
      continue;
    }
    const [, name, joined] = /^--(port|host)(?:=(.*))?$/.exec(args[at]) ?? [];
    const value = name && (joined ?? args[++at]);
    if (!value)
      throw new Refusal(
        `npm start takes --port N, --host NAME and --dev after "--", and got "${args[at] ?? args[at - 1]}".`,
      );
    given[name] = value;
  }
  const written = given.port ?? env.PORT;
  const host = given.host === undefined ? { dev } : { dev, host: given.host };
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
