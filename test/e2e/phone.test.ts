/** One column of 390 px: what is chosen folded into a line each, and what a reader wants to see near it. */
import { describe, expect, test } from 'vitest';
import { views } from '../../src/ui/views/index.ts';
import { type Playground, playgrounds, SMALL } from './playground.ts';

const start = playgrounds();

async function open(query: string, prepare?: Parameters<typeof start>[1]): Promise<Playground> {
  const page = await start(query, prepare);
  await page.page.setViewport({ width: 390, height: 844 });
  return page;
}

async function box(page: Playground, selector: string): Promise<{ top: number; bottom: number }> {
  const found = await page.find(selector);
  return found.evaluate((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return { top: top + scrollY, bottom: bottom + scrollY };
  });
}

describe('on a phone', () => {
  test('the verdict is on the first screen, and the picture under the knobs that change it', async () => {
    const page = await open(SMALL);
    await expect.poll(() => page.count('ts-fold summary')).toBe(2);
    expect((await box(page, 'ts-verdict')).bottom).toBeLessThan(844);
    const knobs = await box(page, 'ts-knob[data-key="pitch"]');
    const picture = await box(page, 'ts-inside');
    expect(picture.top).toBeGreaterThanOrEqual(knobs.bottom);
    expect(picture.top - knobs.bottom).toBeLessThan(60);
    await page.run();
    // What a knob has brought stands beside it, wherever the reader is.
    expect(await page.text('ts-run-bar .verdict')).toMatch(/^Correct [\d.,]+ [µm]s$/);
    const bar = await page.find('ts-run-bar');
    expect(await bar.evaluate((element) => element.getBoundingClientRect().bottom)).toBe(844);
  });

  test('kernels and shape are folded into a line that says what is chosen', async () => {
    const page = await open(SMALL);
    await expect.poll(() => page.text('ts-fold.kernels summary')).toMatch(/^Kernel 2 Row-major, one invocation/);
    expect(await page.text('ts-fold.problem summary')).toBe('Shape and input inputs 256, neurons 64, f32');
    const closed = await box(page, 'ts-fold.kernels');
    expect(closed.bottom - closed.top).toBeLessThan(60);
    await page.click('ts-fold.kernels summary');
    await page.click('ts-ladder input[value="3_column_major"]');
    await expect.poll(() => page.text('ts-fold.kernels summary')).toMatch(/^Kernel 3/);
  });

  // Lessons play recordings where there is no GPU.
  const onGpu = views.filter(({ id }) => id !== 'learn');
  test.each(onGpu.map(({ title, id }) => [title, id]))('%s says first why there is no GPU', async (_, id) => {
    const page = await open(`?view=${id}`, (tab) =>
      tab.evaluateOnNewDocument(() => Reflect.deleteProperty(Navigator.prototype, 'gpu')),
    );
    expect((await box(page, `ts-${id}-view ts-missing h2`)).top).toBeLessThan(160);
  });
});
