/** A browser for the end-to-end tests, shared by all of a worker's tests. */
import type { Browser, Page } from 'puppeteer';
import { inject } from 'vitest';
import { flagsFor, launchChrome } from '../../src/cli/hosts/chrome.ts';

let browser: Promise<Browser> | null = null;

export function sharedBrowser(): Promise<Browser> {
  browser ??= launchChrome(flagsFor('swiftshader')[0]);
  return browser;
}

/** What a page keeps in its browser beyond the tab that it is in. */
const STORES = 'cookies,local_storage,indexeddb,cache_storage,service_workers';

/**
 * Opens the playground in a tab of its own, at `query` ("?...", or "kernel.html?..."); the caller closes it with `closeTabs`. `prepare` changes the
 * empty tab, and so what the page will find. What the page itself gets wrong (uncaught errors, console.error) is collected in
 * `problems`.
 *
 * All tabs are in one browser context, since one for each test would compile the page's scripts again, which takes as long
 * as all else that happens when it opens. So what it stored is cleared first, where no other tab is open.
 */
export async function openPlayground(
  query = '',
  prepare: (page: Page) => Promise<unknown> = async () => {},
): Promise<{ page: Page; problems: string[] }> {
  const shared = await sharedBrowser();
  const pageUrl = inject('pageUrl');
  const isAlone = (await tabs(shared)).length === 0;
  const page = await shared.newPage();
  if (isAlone) {
    const session = await page.createCDPSession();
    await session.send('Storage.clearDataForOrigin', { origin: new URL(pageUrl).origin, storageTypes: STORES });
    await session.detach();
  }
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error instanceof Error ? error.message : String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.setViewport({ width: 1280, height: 900 });
  // Races among kernels take seconds, and which one wins is for the machine to say.
  await page.evaluateOnNewDocument(() => localStorage.setItem('tilescope.racing', 'off'));
  await prepare(page);
  await page.goto(`${pageUrl}${query}`, { waitUntil: 'load' });
  return { page, problems };
}

/** Closes all tabs that show the playground. */
export async function closeTabs(): Promise<void> {
  await Promise.all((await tabs(await sharedBrowser())).map((page) => page.close()));
}

/** Not the empty tab that the browser has opened with, without which it might end. */
async function tabs(shared: Browser): Promise<Page[]> {
  const { origin } = new URL(inject('pageUrl'));
  return (await shared.pages()).filter((page) => page.url().startsWith(origin));
}
