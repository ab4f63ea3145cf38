/** The listing of the code, and the editor that takes its place where the reader touches it. */
import type { Page } from 'puppeteer';
import { describe, expect, test } from 'vitest';
import { type Playground, playgrounds, SMALL } from './playground.ts';

const open = playgrounds();

interface Place {
  readonly line: string;
  readonly left: number;
  readonly top: number;
  readonly height: number;
}

/** Where the visible lines stand, and the numbers before them. */
function places({ page }: Playground): Promise<Place[]> {
  return page.$eval('>>> ts-editor >>> .frame', (frame) => {
    const { top: first, bottom: last } = frame.getBoundingClientRect();
    return [...frame.querySelectorAll('.line, .number, .cm-lineNumbers .cm-gutterElement')].flatMap((element) => {
      const { left, top, bottom, height } = element.getBoundingClientRect();
      const line = element.getAttribute('data-line') ?? element.textContent ?? '';
      const round = (px: number): number => Math.round(px);
      if (height === 0 || top < first || bottom > last) return [];
      return [{ line, left: round(left), top: round(top), height: round(height) }];
    });
  });
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The left and the right edge of a word in the code: clicks there set the cursor before and after it. */
function edges({ page }: Playground, word: string): Promise<{ readonly left: Point; readonly right: Point }> {
  return page.$eval(
    '>>> ts-editor >>> .frame',
    (frame, word) => {
      const walker = document.createTreeWalker(frame, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const at = node.textContent?.indexOf(word) ?? -1;
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + word.length);
        const { left, right, top, height } = range.getBoundingClientRect();
        const y = top + height / 2;
        return { left: { x: left + 1, y }, right: { x: right - 1, y } };
      }
      throw new Error(`There is no ${word}`);
    },
    word,
  );
}

const source = ({ page }: Playground): Promise<string> =>
  page.$eval('>>> ts-editor', (editor) => (editor as unknown as { source: string }).source);

/** Slow enough for what happens while the editor's code is still on its way. */
async function slowly(tab: Page): Promise<void> {
  const session = await tab.createCDPSession();
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 300,
    downloadThroughput: -1,
    uploadThroughput: -1,
  });
}

describe('the editor', () => {
  test.each([1280, 390])(
    'comes at the first click, %d px wide, and moves nothing; the cursor is where it was',
    async (width) => {
      const page = await open(SMALL);
      await page.page.setViewport({ width, height: 844 });
      const frame = await page.find('ts-editor .listing');
      await frame.evaluate((element) => {
        element.scrollIntoView({ block: 'end' });
        element.scrollTop = 90;
      });
      const before = await places(page);
      expect(before.length).toBeGreaterThan(20);
      const { left } = await edges(page, 'WORKGROUP');
      await page.page.mouse.click(left.x, left.y);
      await page.find('ts-editor .cm-focused');
      const after = await places(page);
      const seen = new Set(after.map((place) => JSON.stringify(place)));
      expect(before.filter((place) => !seen.has(JSON.stringify(place)))).toEqual([]);
      await page.page.keyboard.type('/**/');
      expect(await source(page)).toContain('override /**/WORKGROUP');
      await page.press('Control', 'KeyZ');
      expect(await page.has('ts-editor .edited')).toBe(false);
    },
  );

  test('comes with what was selected while its code was on its way', async () => {
    const page = await open(SMALL);
    await page.find('ts-editor .line');
    await slowly(page.page);
    const { left, right } = await edges(page, 'WORKGROUP');
    await page.page.mouse.move(left.x, left.y);
    await page.page.mouse.down();
    await page.page.mouse.move(right.x, right.y, { steps: 3 });
    await page.page.mouse.up();
    await page.find('ts-editor .cm-focused');
    await page.page.keyboard.type('W');
    expect(await source(page)).toContain('override W: u32');
    expect(await page.has('ts-editor .edited')).toBe(true);
  });

  test('has the focus at once where its code is there, or a touch keyboard would stay away', async () => {
    const page = await open(SMALL);
    const listing = await page.find('ts-editor .listing');
    await listing.hover();
    const isLoaded = (): Promise<boolean> =>
      page.page.evaluate(() => performance.getEntriesByType('resource').some(({ name }) => /editing-/.test(name)));
    await expect.poll(isLoaded).toBe(true);
    await new Promise((done) => setTimeout(done, 200));
    const focused = await listing.evaluate((element) => {
      const root = element.getRootNode() as ShadowRoot;
      element.focus();
      return root.activeElement?.className;
    });
    expect(focused).toMatch(/cm-content/);
  });

  test('is reached by keyboard, and left by it', async () => {
    const page = await open(SMALL);
    const before = await source(page);
    await (await page.find('ts-share .toggle')).evaluate((element) => element.focus());
    const isThere = (): Promise<boolean> =>
      page.page.$eval('>>> ts-editor', ({ shadowRoot }) => shadowRoot?.activeElement?.role === 'textbox');
    for (let presses = 0; presses < 40 && !(await isThere()); presses++) await page.press('Tab');
    await page.find('ts-editor .cm-focused');
    await page.page.keyboard.type('//');
    await expect.poll(() => source(page)).toBe(`//${before}`);
    await page.press('Tab');
    await expect.poll(() => page.has('ts-editor .cm-focused')).toBe(false);
    expect(await page.violations()).toEqual([]);
  });
});
