/** Chrome, headless, through puppeteer: the service runs in a page of a browser of its own. */
import { existsSync } from 'node:fs';
import type { Browser, Page } from 'puppeteer';
import { Failure, Refusal, sentence } from '../../core/errors.ts';
import type { Message } from '../../lab/protocol.ts';
import { bundleFolder } from '../bundle.mjs';
import { ensureChrome } from '../setup/chrome.ts';
import { toStderr } from '../setup/files.ts';
import { rootFor } from '../setup/root.ts';
import { hasGpuDevice } from '../setup/vulkan.ts';
import type { Channel } from './channel.ts';
import { HostClient } from './client.ts';
import type { AdapterName, HostOptions, ProcessHost } from './options.ts';
import { type PageServer, servePages } from './page-server.ts';
import { endWithMe, killTree } from './processes.ts';
import { makeProfile, removeProfile } from './profile.ts';

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>Tilescope host</title><script type="module" src="browser-host.js"></script>';
const START_MS = 60_000;

/** What a background browser need not do. */
const QUIET = [
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
];
const SWIFTSHADER = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

export interface ChromeHost extends ProcessHost {
  readonly page: Page;
}

export async function openChrome(options: HostOptions = {}): Promise<ChromeHost> {
  const { adapter = 'default', say = toStderr, silenceMs } = options;
  const flagSets = flagsFor(adapter);
  const folder = bundleFolder(rootFor('The Chrome host'));
  const server = await servePages(folder, { pages: { '/index.html': PAGE } });
  try {
    for (const flags of flagSets) {
      const browser = await launchChrome(flags, options);
      const opened = await openPage(browser, server);
      if (opened) {
        const client = new HostClient('chrome', opened.channel, silenceMs);
        return Object.assign(client, { page: opened.page, pid: browser.process()?.pid as number });
      }
      killTree(browser.process()?.pid);
      say('Chrome gave no adapter with these settings.');
    }
    throw new Failure('no-adapter', 'Chrome found no WebGPU adapter, not even its software one: update Chrome.');
  } catch (error) {
    await server.close();
    throw error;
  }
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

/** Opens the host's page; null where it has no adapter. */
async function openPage(browser: Browser, server: PageServer): Promise<{ page: Page; channel: Channel } | null> {
  const kill = (): void => killTree(browser.process()?.pid);
  try {
    const [page = await browser.newPage()] = await browser.pages();
    const channel = channelOf(browser, page, server, kill);
    await page.exposeFunction('tilescopeSend', (message: Message) => channel.onMessage(message));
    await page.goto(server.url, { timeout: START_MS });
    await page.waitForFunction(() => typeof globalThis.tilescopeReceive === 'function', { timeout: START_MS });
    const hasAdapter = await page.evaluate(async () => (await navigator.gpu?.requestAdapter()) != null);
    return hasAdapter ? { page, channel } : null;
  } catch (error) {
    kill();
    throw new Failure('internal', `Chrome's page for the experiments did not open: ${sentence(error)}`);
  }
}

function channelOf(browser: Browser, page: Page, server: PageServer, kill: () => void): Channel {
  const closed = new Promise<string>((resolve) => {
    page.once('close', () => resolve("Chrome's page was closed."));
    page.once('error', () => resolve("Chrome's page crashed."));
    browser.once('disconnected', () => resolve('Chrome ended.'));
  }).then(async (how) => {
    // A browser without its page is of no use.
    kill();
    await server.close();
    return how;
  });
  return {
    send: (message) => {
      // An error here means that the page has gone, which `closed` tells.
      page.evaluate((value) => globalThis.tilescopeReceive(value), message).catch(() => undefined);
    },
    end: () => browser.close(),
    kill,
    closed,
    onMessage: () => undefined,
  };
}
