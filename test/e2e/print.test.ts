/** On paper the results come first, and what only a hand on the page can use is left out. */
import { describe, expect, test } from 'vitest';
import { LADDER, type Playground, playgrounds, SMALL } from './playground.ts';

const open = playgrounds();

async function top(page: Playground, selector: string): Promise<number> {
  return (await page.find(selector)).evaluate((element) => element.getBoundingClientRect().top + scrollY);
}

async function isShown(page: Playground, selector: string): Promise<boolean> {
  return (await page.find(selector)).evaluate((element) => element.getClientRects().length > 0);
}

describe('printed', () => {
  test('a kernel is its verdict and times, then what was chosen, then all of its code', async () => {
    const page = await open(SMALL);
    await page.run();
    await page.find('ts-editor .line');
    await page.page.emulateMediaType('print');
    const tops = [];
    for (const part of ['ts-verdict', 'ts-times', 'ts-settings', 'ts-editor']) tops.push(await top(page, part));
    expect(tops).toEqual([...tops].sort((a, b) => a - b));
    expect(await isShown(page, 'ts-run-bar button.primary')).toBe(false);
    // No line is hidden behind a scroll bar.
    const editor = await page.find('ts-editor .listing');
    expect(await editor.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)).toBeLessThan(20);
  });

  test('a ladder is its rungs, then what was chosen', async () => {
    const page = await open(LADDER);
    await page.page.emulateMediaType('print');
    expect(await top(page, 'ts-rungs')).toBeLessThan(await top(page, 'ts-ladder-view .settings'));
    expect(await isShown(page, 'ts-batch-bar button')).toBe(false);
  });
});
