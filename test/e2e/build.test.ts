/** The built page: under its content security policy it does and draws what it should, and it carries nothing twice. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer';
import { describe, expect, test } from 'vitest';
import { shader } from '../../src/kernels/index.ts';
import { views } from '../../src/ui/views/index.ts';
import { LADDER, type Playground, playgrounds, SMALL } from './playground.ts';

const SWEEP =
  '?view=sweep&op=neuron&kernel=4_vector_loads&inputs=64&neurons=64&dtype=f32&x=set.offset&x.values=0,4&y=none';

const start = playgrounds();

const watched = (tab: Page): Promise<unknown> =>
  tab.evaluateOnNewDocument(() => {
    const violations: string[] = [];
    Object.assign(window, { violations });
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile, lineNumber }) =>
      violations.push(`${violatedDirective} ${blockedURI} ${sourceFile}:${lineNumber}`),
    );
  });

const violations = (page: Playground): Promise<readonly string[]> =>
  page.page.evaluate(() => (window as unknown as { violations: string[] }).violations);

describe('the build', () => {
  test('has the kernels once, for the page and its worker', () => {
    const folder = '.cache/page/assets';
    const withShader = readdirSync(folder).filter((name) =>
      readFileSync(join(folder, name), 'utf8').includes(shader('neuron/2_row_major.wgsl').split('\n')[0]),
    );
    expect(withShader).toHaveLength(1);
  });
});

describe('the page of each view', () => {
  const page = (name: string): string => readFileSync(join('.cache/page', name), 'utf8');
  const meta = (html: string, name: string): string =>
    new RegExp(`<meta (?:name|property)="${name}" content="([^"]+)"`).exec(html)?.[1] ?? '';

  test('has a title, a description and a picture', () => {
    const pages = views.map(({ id }) => page(`${id}.html`));
    for (const name of ['og:title', 'og:description', 'description'])
      expect(new Set(pages.map((html) => meta(html, name))).size, name).toBe(views.length);
    for (const html of [...pages, page('index.html')]) {
      const picture = meta(html, 'og:image');
      expect(picture).toMatch(/^preview\/\w+\.png$/);
      expect(readFileSync(join('.cache/page', picture)).subarray(1, 4).toString()).toBe('PNG');
      expect(html).toContain('<title>');
    }
  });

  test.each(views.map(({ id }) => id))(
    'opens %s, with what its address says, and keeps an address of one form',
    async (id) => {
      const opened = await start();
      const folder = new URL('.', opened.page.url());
      await opened.page.goto(new URL(`${id}.html?op=matmul&m=64`, folder).href);
      await opened.settled();
      const { pathname, searchParams } = new URL(opened.page.url());
      expect(pathname).toBe(folder.pathname);
      expect(searchParams.get('m')).toBe('64');
      await expect.poll(() => opened.has(`nav a[aria-current=page]`)).toBe(true);
      expect((await opened.text('nav a[aria-current=page]')).toLowerCase()).toBe(id);
    },
  );
});

describe('the content security policy', () => {
  test('is in every HTML file that is built', () => {
    const pages = readdirSync('.cache/page', { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.html'),
    );
    expect(pages.length).toBeGreaterThan(0);
    for (const name of pages) {
      const [, content] =
        /<meta http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(
          readFileSync(join('.cache/page', name), 'utf8').replaceAll('&#39;', "'"),
        ) ?? [];
      expect(content, name).toMatch(/default-src 'none'.*script-src 'self'/);
      expect(content, name).not.toMatch(/unsafe|\*|https?:/);
    }
  });

  test('is broken by nothing in Kernel, and its gauge stands where the error is', async () => {
    const page = await start(SMALL, watched);
    expect((await page.run()).state).toBe('Correct');
    await page.edit('i < p.inputs', 'i + 1u < p.inputs');
    expect((await page.run()).state).toBe('Wrong');
    const left = await (await page.find('ts-gauge .mark')).evaluate((mark) => (mark as HTMLElement).style.left);
    expect(Number.parseFloat(left)).toBeGreaterThan(50);
    await page.click('ts-device .chip');
    await page.find('ts-device-panel dl');
    expect(await violations(page)).toEqual([]);
  });

  test.each([
    ['Ladder', LADDER],
    ['Sweep', SWEEP],
  ])('is broken by nothing in %s', async (_, query) => {
    const page = await start(query, watched);
    expect(await page.measure()).toMatch(/ measured in /);
    expect(await violations(page)).toEqual([]);
  });

  test('forbids what the page does not do', async () => {
    const page = await start(SMALL, watched);
    const applied = await page.page.evaluate(async () => {
      const element = document.body.appendChild(document.createElement('p'));
      element.setAttribute('style', 'color: red');
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
      await new Promise((done) => setTimeout(done));
      return [element.style.color, 'injected' in window];
    });
    expect(applied).toEqual(['', false]);
    expect((await violations(page)).length).toBe(2);
    page.problems.length = 0;
  });
});
