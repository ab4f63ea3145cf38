/**
 * `npm run pictures`: takes the pictures of README.md and docs/ and the previews of links again, from the page as it is
 * built now, on the software adapter that every Chrome has; the charts of docs/MEMORY.md from recordings. Each is looked at
 * before it is committed.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Browser, ElementHandle, Page } from 'puppeteer';
import { build } from 'vite';
import { Refusal } from '../../core/errors.ts';
import { flagsFor, launchChrome } from '../hosts/chrome.ts';
import { servePages } from '../hosts/page-server.ts';
import { toStderr } from '../setup/files.ts';

interface Picture {
  /** Below docs/images/, without its ending. */
  readonly name: string;
  readonly search: string;
  readonly width: number;
  readonly height: number;
  /** Selectors whose spaces reach into shadow roots: each is pressed, and then whatever runs has time to end. */
  readonly press?: readonly string[];
  /** What stands at the top. */
  readonly top?: string;
}

const README: readonly Picture[] = [
  {
    name: 'page',
    search: '?op=neuron&kernel=3_column_major&inputs=1024&neurons=1024',
    width: 1280,
    height: 1180,
    press: ['ts-run-bar button.primary'],
  },
  {
    name: 'ladder',
    search: '?view=ladder&op=matmul&m=128&n=128&k=128',
    width: 1280,
    height: 900,
    press: ['ts-batch-bar button.primary'],
  },
  {
    name: 'inside',
    search: '?op=matmul&kernel=2_coalesced&m=64&n=64&k=64',
    width: 1280,
    height: 1000,
    press: ['ts-trace-bar button.primary'],
    top: 'ts-inside',
  },
  { name: 'memory', search: '?view=memory&probe=staircase&from=llvmpipe&beside=swiftshader', width: 1280, height: 900 },
];

/** What the charts of docs/MEMORY.md are drawn from: each probe in these has one, or several in one picture. */
const RECORDINGS = ['bench/results/fingerprints/llvmpipe.json', 'bench/results/memory/llvmpipe.json'] as const;
const CHART = { width: 832, height: 600 } as const;
const ROOFLINE = { width: 1140, height: 1200 } as const;
/** Around a chart. */
const MARGIN = 8;

/** As those who show previews of links ask for them. */
const PREVIEW = { width: 1200, height: 630 } as const;
/** One of them by itself. */
const PREVIEW_NAME = /^preview\/[a-z]+$/;
/** Of views that have a Run of their own. */
const PRESSED = ['ts-batch-bar button.primary', 'ts-run-bar button.primary'];
const LONGEST_MS = 180_000;
const POLL_MS = 100;
/** How long a view has to show a button that it may not have. */
const SOON_MS = 3_000;

export async function pictures(root: string, args: readonly string[]): Promise<number> {
  const names = [...README.map(({ name }) => name), 'charts', 'preview'];
  const wanted = args.length > 0 ? args : names;
  const unknown = wanted.find((name) => !names.includes(name) && !PREVIEW_NAME.test(name));
  if (unknown !== undefined)
    throw new Refusal(
      `npm run pictures takes names of pictures after "--", and there is no ${unknown}: there are ${names.join(', ')}.`,
    );
  const outDir = join(root, '.cache/pictures');
  await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  const server = await servePages(outDir);
  const browser = await launchChrome(flagsFor('swiftshader')[0]);
  try {
    for (const picture of README.filter(({ name }) => wanted.includes(name)))
      await take(root, browser, server.url, picture);
    if (wanted.includes('charts')) {
      await takeCharts(root, browser, server.url);
      await takeRoofline(root, browser, server.url);
    }
    if (wanted.some((name) => name === 'preview' || PREVIEW_NAME.test(name))) {
      const all = await previews(browser, server.url);
      const gone = wanted.find((name) => PREVIEW_NAME.test(name) && all.every((one) => one.name !== name));
      if (gone !== undefined)
        throw new Refusal(`There is no view for ${gone}: there are ${all.map(({ name }) => name).join(', ')}.`);
      for (const picture of all)
        if (wanted.includes('preview') || wanted.includes(picture.name)) await take(root, browser, server.url, picture);
    }
  } finally {
    await browser.close();
    await server.close();
  }
  return 0;
}

/** One for each view in the page's own menu: what it shows after its button was pressed, where it has one. */
async function previews(browser: Browser, url: string): Promise<readonly Picture[]> {
  const page = await browser.newPage();
  await page.goto(url);
  await find(page, 'header nav a');
  const links = await page.$$(deep('header nav a'));
  const ids = await Promise.all(
    links.map((link) =>
      link.evaluate((element) => {
        const { href } = element as HTMLAnchorElement;
        // The view that the page opens in is not named in its address.
        return new URL(href).searchParams.get('view') ?? element.textContent?.trim().toLowerCase() ?? '';
      }),
    ),
  );
  await page.close();
  return ids.map((id) => ({ name: `preview/${id}`, search: `?view=${id}`, press: PRESSED, ...PREVIEW }));
}

async function take(root: string, browser: Browser, url: string, picture: Picture): Promise<void> {
  const { name, search, width, height, press = [], top } = picture;
  const page = await opened(browser, url + search, { width, height });
  await find(page, 'ts-device .chip:not(.opening)');
  // What is farther down is loaded once it is near.
  if (top !== undefined) await (await find(page, top)).evaluate((element) => element.scrollIntoView());
  for (const selector of press) {
    const button = await find(page, selector, SOON_MS).catch(() => null);
    await button?.evaluate((element) => (element as HTMLElement).click());
    if (button) await idle(page, selector);
  }
  await page.evaluate(() => window.scrollTo(0, 0));
  if (top !== undefined) await (await find(page, top)).evaluate((element) => element.scrollIntoView());
  // Charts are drawn to the width that they find, in the frame after.
  await page.evaluate(() => new Promise((done) => setTimeout(done, 500)));
  const path = join(root, 'docs/images', `${name}.png`);
  mkdirSync(dirname(path), { recursive: true });
  await page.screenshot({ path: path as `${string}.png` });
  await page.close();
  toStderr(`docs/images/${name}.png`);
}

/** The charts of each recorded probe, as a figure on another page shows them. */
async function takeCharts(root: string, browser: Browser, url: string): Promise<void> {
  for (const file of RECORDINGS) {
    const text = readFileSync(join(root, file), 'utf8');
    const { results } = JSON.parse(text) as { readonly results: readonly { readonly kernel: string }[] };
    for (const { kernel } of results) {
      const page = await opened(browser, `${url}figure.html`, CHART);
      const show = { tilescope: 'show', name: basename(file), text, kind: kernel };
      await page.evaluate((message) => window.postMessage(message), show);
      await find(page, 'ts-panel .drawing svg');
      await takePart(root, page, `memory-${kernel}`, ['ts-figure main']);
      await page.close();
    }
  }
}

/** The recorded roofline, as the Memory view shows it. */
async function takeRoofline(root: string, browser: Browser, url: string): Promise<void> {
  const page = await opened(browser, `${url}?view=memory&probe=roofs&from=llvmpipe`, ROOFLINE);
  await find(page, 'ts-roofline .drawing svg');
  await takePart(root, page, 'memory-roofline', ['ts-roofline .key', 'ts-roofline .drawing']);
  await page.close();
}

/** A picture of what lies between the first and the last of some elements; a single one has room around it. */
async function takePart(root: string, page: Page, name: string, selectors: readonly string[]): Promise<void> {
  const boxes = await Promise.all(selectors.map(async (selector) => (await find(page, selector)).boundingBox()));
  const [first, last] = [boxes[0], boxes[boxes.length - 1]];
  if (!first || !last) throw new Refusal(`What docs/images/${name}.png should show has no size.`);
  const above = selectors.length === 1 ? MARGIN : 0;
  const clip = {
    x: first.x - MARGIN,
    y: first.y - above,
    width: first.width + 2 * MARGIN,
    height: last.y + last.height - first.y + 2 * above,
  };
  const path = join(root, 'docs/images', `${name}.png`) as `${string}.png`;
  await page.screenshot({ path, clip });
  toStderr(`docs/images/${name}.png`);
}

/** A page in light colours, without motion. */
async function opened(browser: Browser, url: string, size: { width: number; height: number }): Promise<Page> {
  const page = await browser.newPage();
  await page.setViewport(size);
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: 'light' },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
  await page.goto(url);
  return page;
}

/** Waits until a button that was pressed can be pressed again. */
async function idle(page: Page, selector: string): Promise<void> {
  await page.evaluate(() => new Promise((done) => setTimeout(done, 500)));
  await find(page, `${selector}:not(:disabled, [aria-disabled="true"])`, LONGEST_MS);
}

async function find(page: Page, selector: string, limitMs = 10_000): Promise<ElementHandle> {
  const last = performance.now() + limitMs;
  for (;;) {
    const handle = await page.$(deep(selector));
    if (handle) return handle;
    if (performance.now() > last) throw new Refusal(`The page has no ${selector} within ${limitMs / 1000} s.`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function deep(selector: string): string {
  return `>>> ${selector.split(/ (?![^(]*\))/).join(' >>> ')}`;
}
