/** Chrome, headless, through puppeteer: the service runs in a page of a browser of its own. */
import { existsSync } from 'node:fs';
import type { Browser, Page } from 'puppeteer';
import { Failure, Refusal, sentence } from '../../core/errors.ts';
import { bundleFolder } from '../bundle.mjs';
import { ensureChrome } from '../setup/chrome.ts';
import { toStderr } from '../setup/files.ts';
import { rootFor } from '../setup/root.ts';
import { hasGpuDevice } from '../setup/vulkan.ts';
import type { AdapterName, HostOptions } from './options.ts';
import { PageLine } from './page-line.ts';
import { servePages } from './page-server.ts';
import { greeting, type ProcessChannel } from './process-channel.ts';
import { endWithMe, killTree } from './processes.ts';
import { makeProfile, removeProfile } from './profile.ts';

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>Tilescope host</title><script type="module" src="browser-host.js"></script>';
const START_MS = 60_000;
/** How long Chrome may take to say that a page crashed, after the line to it was cut. */
const LAST_WORDS_MS = 1_000;

/** What a background browser need not do. */
const QUIET = [
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
];
const SWIFTSHADER = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

export interface ChromeChannel extends ProcessChannel {
  readonly page: Page;
}

export async function openChrome(options: HostOptions = {}): Promise<ChromeChannel> {
  const { adapter = 'default', say = toStderr } = options;
  // Its page and the package that starts it are the repository's.
  const root = rootFor('The Chrome host');
  for (const flags of flagsFor(adapter)) {
    const [channel, answer] = await openPage(root, await launchChrome(flags, options), options);
    if (answer === true) return channel;
    channel.kill();
    await channel.closed;
    if (answer) throw new Failure('internal', `Chrome's page for the experiments did not open: ${answer}`);
    say('Chrome gave no adapter with these settings.');
  }
  throw new Failure('no-adapter', 'Chrome found no WebGPU adapter, not even its software one: update Chrome.');
}

/**
 * Launches a headless Chrome that ends with this process. Throws a `Refusal` where there is none to be had and a
 * `Failure` where it does not start.
 */
export async function launchChrome(flags: readonly string[], { say = toStderr }: HostOptions = {}): Promise<Browser> {
  const executablePath = await ensureChrome(say);
  const { default: puppeteer } = await import('puppeteer');
  const profile = makeProfile();
  const forgetProfile = endWithMe(() => removeProfile(profile));
  const browser = await puppeteer
    .launch({
      executablePath,
      headless: true,
      userDataDir: profile,
      // Over a pipe, so that Chrome ends by itself where this process is killed outright.
      pipe: true,
      args: [...QUIET, ...(needsNoSandbox() ? ['--no-sandbox'] : []), ...flags],
      timeout: START_MS,
      // The watchdog of the client judges silence; a page that computes a reference answers late.
      protocolTimeout: 0,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    })
    .catch((error) => {
      removeProfile(profile);
      throw new Failure('no-adapter', `Chrome at ${executablePath} did not start: ${sentence(error)}`);
    });
  const forgetBrowser = endWithMe(() => killTree(browser.process()?.pid));
  browser.once('disconnected', () => {
    forgetBrowser();
    forgetProfile();
    removeProfile(profile);
  });
  return browser;
}

/** Flags to try, in order; later ones only where those before gave no adapter. */
export function flagsFor(adapter: AdapterName): readonly (readonly string[])[] {
  switch (adapter) {
    case 'swiftshader':
      return [SWIFTSHADER];
    case 'lavapipe':
      throw new Refusal('Chrome has no lavapipe, only swiftshader: take --adapter swiftshader, or --host dawn.');
    case 'default':
      return hasGpuDevice() ? [hardwareFlags(), SWIFTSHADER] : [SWIFTSHADER];
    default:
      return adapter satisfies never;
  }
}

/** On Linux a headless Chrome reaches a GPU through Vulkan only, and only where it is told to. */
function hardwareFlags(): readonly string[] {
  const flags = ['--enable-unsafe-webgpu'];
  if (process.platform === 'linux') {
    flags.push('--enable-features=Vulkan', '--use-angle=vulkan', '--disable-vulkan-surface', '--ignore-gpu-blocklist');
  }
  return flags;
}

/** Chrome's sandbox refuses to run as root and cannot be set up in most containers. */
export function needsNoSandbox(): boolean {
  const isRoot = process.platform !== 'win32' && process.getuid?.() === 0;
  return isRoot || existsSync('/.dockerenv') || existsSync('/run/.containerenv') || 'container' in process.env;
}

/** Opens the host's page, and what it answers. Throws a `Failure` where that does not work, and ends the browser. */
async function openPage(
  root: string,
  browser: Browser,
  { device = {} }: HostOptions,
): Promise<readonly [ChromeChannel, true | string]> {
  const kill = (): void => killTree(browser.process()?.pid);
  try {
    const [page = await browser.newPage()] = await browser.pages();
    let end: (how: string) => void = () => undefined;
    const ended = new Promise<string>((resolve) => {
      end = resolve;
    });
    page.once('close', () => end("Chrome's page was closed."));
    page.once('error', () => end("Chrome's page crashed."));
    browser.once('disconnected', () => end('Chrome ended.'));
    const line = new PageLine(
      (message) => channel.onMessage(message),
      // What else there is to be told of the page or the browser says more.
      (how) => void setTimeout(() => end(how), LAST_WORDS_MS),
    );
    const server = await servePages(bundleFolder(root), {
      pages: { '/index.html': PAGE },
      handle: (request, response) => line.handle(request, response),
    });
    const channel: ChromeChannel = {
      page,
      pid: browser.process()?.pid as number,
      send: (message) => line.send(message),
      end: () => browser.close(),
      kill,
      closed: ended.then(async (how) => {
        // A browser without its page is of no use.
        kill();
        await server.close();
        return new Failure('device-lost', how);
      }),
      onMessage: () => undefined,
    };
    // Listened for before the page is: it may say hello while Chrome is still to report that it was loaded.
    const answer = greeting(channel);
    await page.goto(`${server.url}?${encodeURIComponent(JSON.stringify(device))}#${line.path}`, { timeout: START_MS });
    return [channel, await answer];
  } catch (error) {
    kill();
    throw new Failure('internal', `Chrome's page for the experiments did not open: ${sentence(error)}`);
  }
}
