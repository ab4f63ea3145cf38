/** Figures on other people's pages: another origin, two lines of HTML each, and nothing asked of anybody else. */
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ElementHandle, Frame, Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Result } from '../../src/lab/result.ts';
import { sharedBrowser } from '../setup/page.ts';
import { isWhole } from '../setup/whole.ts';
import { violationsIn } from './playground.ts';

const read = (path: string): string => readFileSync(path, 'utf8');
const LADDER = read('bench/results/ladder-matmul-lavapipe.json');
const TILES = read('recordings/matmul/3_tiles.json');

/** A sweep, made of one stored result: what is drawn is the form of the file. */
function sweep(): string {
  const document = JSON.parse(LADDER);
  const one = (document.results as Result[]).find(({ kernel }) => kernel === '3_tiles');
  return JSON.stringify({ ...document, results: [8, 16].map((TILE) => ({ ...one, knobs: { ...one?.knobs, TILE } })) });
}

/** The same recording, as of somebody's own kernel. */
function own(): string {
  const { result, ...rest } = JSON.parse(TILES);
  const source = { file: 'own.wgsl', digest: `sha256:${'0'.repeat(64)}`, text: read('shaders/matmul/3_tiles.wgsl') };
  return JSON.stringify({ ...rest, result: { ...result, kernel: 'own', source } });
}

const FILES: Readonly<Record<string, string>> = {
  'ladder.json': LADDER,
  'sweep.json': sweep(),
  'llvmpipe.json': read('bench/results/fingerprints/llvmpipe.json'),
  'roofline.json': read('bench/results/rooflines/llvmpipe.json'),
  'tiles.json': TILES,
  'own.json': own(),
  'bad.json': '{}',
};

let server: Server;
let url = '';

/** A page of somebody else's, with these figures. */
function host(figures: string, style = ''): string {
  const script = new URL('figure.js', inject('pageUrl')).href;
  return `<!doctype html><html lang="en"><title>A blog</title><link rel="icon" href="data:,"><style>${style}</style><body><script src="${script}" async></script>${figures}`;
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const file = FILES[pathname.slice(1)];
    if (pathname === '/')
      response
        .writeHead(200, { 'Content-Type': 'text/html' })
        .end(host(searchParams.get('html') ?? '', searchParams.get('style') ?? ''));
    else if (file === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'Content-Type': 'application/json' }).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(
  () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
);

const figure = (src: string, kind: string): string =>
  `<tilescope-figure src="${src}" kind="${kind}"></tilescope-figure>`;

/** Asks again and again: what changes in a shadow root wakes nobody who waits for a change of the document. */
async function found(frame: Frame, selector: string): Promise<ElementHandle> {
  const last = performance.now() + 30_000;
  for (;;) {
    const handle = await frame.$(`>>> ${selector}`).catch(() => null);
    if (handle) return handle;
    if (performance.now() > last) throw new Error(`The figure has no ${selector}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Opens the host's page and waits for its figure to be drawn, or to say why it is not. */
async function opened(
  html: string,
  style = '',
): Promise<{ page: Page; frame: Frame; asked: Set<string>; problems: string[] }> {
  const page = await (await sharedBrowser()).newPage();
  const asked = new Set<string>();
  const problems: string[] = [];
  page.on('request', (request) => {
    // The icon is part of the page.
    if (!request.url().startsWith('data:')) asked.add(new URL(request.url()).origin);
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
  await page.setViewport({ width: 800, height: 900 });
  await page.goto(`${url}?${new URLSearchParams({ html, style })}`);
  const handle = await page.waitForSelector('tilescope-figure iframe');
  const frame = await handle?.contentFrame();
  if (!frame) throw new Error('There is no frame.');
  await found(frame, 'ts-figure >>> :is(main, .fault)');
  return { page, frame, asked, problems };
}

describe('a figure on another origin', () => {
  test.each([
    ['ladder', 'ladder.json', 'ts-rungs >>> tbody.correct', /^Matrix product: m 512, n 512, k 512, f32$/],
    ['sweep', 'sweep.json', 'ts-heat-map >>> .cell.correct', /^Matrix product, Tiles in workgroup memory: m 512/],
    ['staircase', 'llvmpipe.json', 'ts-panel >>> svg', /^Staircase/],
    ['roofline', 'roofline.json', 'ts-roofline-chart >>> .drawing svg a', /^Kernels under the roofs/],
    ['trace', 'tiles.json', 'ts-request >>> .drawn', /^Matrix product, Tiles in workgroup memory: m 32/],
    ['steps', 'own.json', 'ts-replay >>> code', /^Matrix product, a kernel of the writer’s own: m 32/],
  ])(
    'draws %s from a file of the host, with what and whose it is, in its own height',
    async (kind, src, sign, what) => {
      const { page, frame, asked, problems } = await opened(figure(src, kind));
      await found(frame, sign);
      expect(await frame.$eval('>>> ts-figure >>> h2', (element) => element.textContent)).toMatch(what);
      expect(await frame.$eval('>>> ts-figure >>> footer', (element) => element.textContent)).toMatch(
        /recorded.*llvmpipe.*20\d\d/s,
      );
      const heights = (): Promise<readonly number[]> =>
        page.evaluate(() => {
          const { clientHeight } = document.querySelector('iframe') as HTMLIFrameElement;
          return [clientHeight, document.documentElement.scrollWidth - innerWidth];
        });
      await expect.poll(async () => (await heights())[0]).toBeGreaterThan(150);
      expect(await frame.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBeLessThanOrEqual(0);
      expect((await heights())[1]).toBeLessThanOrEqual(0);
      expect([...asked].sort()).toEqual([new URL(url).origin, new URL(inject('pageUrl')).origin].sort());
      if (isWhole || kind === 'roofline') expect(await violationsIn(frame)).toEqual([]);
      expect(problems).toEqual([]);
      await page.close();
    },
  );

  test('takes the theme of the page around it, and follows it', async () => {
    const { page, frame } = await opened(
      figure('ladder.json', 'ladder'),
      'body{background:#111}body.day{background:#fff}',
    );
    const theme = (): Promise<string | undefined> => frame.evaluate(() => document.documentElement.dataset.theme);
    expect(await theme()).toBe('dark');
    await page.evaluate(() => document.body.classList.add('day'));
    await expect.poll(theme).toBe('light');
    await page.$eval('tilescope-figure', (element) => element.setAttribute('theme', 'dark'));
    await expect.poll(theme).toBe('dark');
    await page.close();
  });

  test.each([
    ['bad.json', 'ladder', /bad\.json: This JSON was not written by Tilescope/],
    ['gone.json', 'ladder', /gone\.json: It could not be loaded/],
    ['ladder.json', 'pie', /kind="pie": there are/],
    ['llvmpipe.json', 'pie', /kind="pie" is not a probe/],
    ['llvmpipe.json', 'roofline', /no kernels under the roofs: npm run bench -- roofline --json/],
    ['tiles.json', 'ladder', /cannot be drawn as kind="ladder"/],
  ])('of %s as %s says in a sentence why there is none', async (src, kind, says) => {
    const { page, frame } = await opened(figure(src, kind));
    expect(await frame.$eval('>>> ts-figure >>> .fault', (element) => element.textContent)).toMatch(says);
    await page.close();
  });

  test('becomes the page itself where its reader asks for that, in its frame', async () => {
    const { page, frame } = await opened(figure('ladder.json', 'ladder'));
    await (await frame.waitForSelector('>>> ts-figure >>> footer button'))?.evaluate((button) =>
      (button as HTMLElement).click(),
    );
    await expect.poll(() => frame.url()).toMatch(/view=ladder/);
    await found(frame, 'ts-device >>> .chip:not(.opening)');
    await found(frame, 'ts-batch-bar >>> button.primary');
    await expect.poll(() => page.$eval('iframe', (element) => element.clientHeight)).toBe(800);
    await page.close();
  });
});
