/** A browser for the end-to-end tests, shared by all of a worker's tests. */
import type { Browser, Page } from 'puppeteer';
import { inject } from 'vitest';
import { flagsFor, launchChrome } from '../../src/cli/hosts/chrome.ts';

let browser: Promise<Browser> | null = null;

export function sharedBrowser(): Promise<Browser> {
  browser ??= launchChrome(flagsFor('swiftshader')[0]);
  return browser;
}

/**
 * Opens the playground in a page of its own, at `hash` ("#..."); the caller closes it. What the page itself gets wrong
 * (uncaught errors, console.error) is collected in `problems`.
 */
export async function openPlayground(hash = ''): Promise<{ page: Page; problems: string[] }> {
  // What a page keeps in its browser's storage must not reach the next test.
  const context = await (await sharedBrowser()).createBrowserContext();
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error instanceof Error ? error.message : String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  await page.setViewport({ width: 1280, height: 900 });
  await page.goto(`${inject('pageUrl')}${hash}`, { waitUntil: 'load' });
  return { page, problems };
}
