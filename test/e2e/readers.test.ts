import { describe, expect, test } from 'vitest';
import { views } from '../../src/ui/views/index.ts';
import { isWhole } from '../setup/whole.ts';
import { LADDER, type Playground, playgrounds, SMALL } from './playground.ts';

const SWEEP =
  '?view=sweep&op=neuron&kernel=4_vector_loads&inputs=64&neurons=64&dtype=f32&x=set.offset&x.values=0,4,16&y=set.WORKGROUP&y.values=16,32,64';

const open = playgrounds();

describe('for every reader', () => {
  const sizes = [1280, 390] as const;
  const themes = ['light', 'dark'] as const;
  /** All of them, or each theme and each width once. */
  const cases = themes
    .flatMap((theme, row) => sizes.map((width, column) => ({ theme, width, isFirst: row === column })))
    .filter(({ isFirst }) => isWhole || isFirst);
  /** Every width at which the layout changes, on both of its sides. */
  const widths = [390, 719, 720, 1199, 1200];

  /** In light and dark, wide and narrow. */
  const everywhere = async (page: Playground): Promise<void> => {
    for (const { theme, width } of cases) {
      await page.page.setViewport({ width, height: 844 });
      await page.theme(theme);
      expect(await page.violations(), `${theme} at ${width} px`).toEqual([]);
    }
  };

  test('axe finds nothing in any theme at any width, before and after a run', async () => {
    const page = await open(`${SMALL}&set.WORKGROUP=32`);
    await everywhere(page);
    await page.run();
    await everywhere(page);
    await page.click('ts-device .chip');
    await everywhere(page);
  });

  test.each(views.map(({ title, id }) => [title, id]))('%s as it opens is free of what axe finds', async (_, id) => {
    const page = await open(`?view=${id}`);
    await everywhere(page);
    expect(await page.smallTargets()).toEqual([]);
    await expect.poll(() => page.overhang()).toBe(0);
  });

  test.each([
    ['Ladder', LADDER],
    ['Sweep', SWEEP],
  ])('%s is free of what axe finds, cuts nothing off, and has targets of 32 px', async (_, query) => {
    const page = await open(query);
    expect(await page.violations()).toEqual([]);
    expect(await page.measure()).toMatch(/ measured in /);
    await everywhere(page);
    for (const width of widths) {
      await page.page.setViewport({ width, height: 844 });
      await expect.poll(() => page.overhang(), { message: `at ${width} px` }).toBe(0);
    }
    expect(await page.smallTargets()).toEqual([]);
  });

  test.each([
    ['Ladder', LADDER],
    ['Sweep', SWEEP],
  ])('%s moves nothing when its results arrive', async (_, query) => {
    for (const width of sizes) {
      const page = await open(query);
      await page.page.setViewport({ width, height: 844 });
      await page.watchShifts();
      expect(await page.measure()).toMatch(/ measured in /);
      expect(await page.shifted()).toBeLessThan(0.0005);
      await page.close();
    }
  });

  test.each(['Wrong', 'Failed', 'Refused'])('axe finds nothing where the outcome is %s', async (state) => {
    const page = await open(state === 'Refused' ? '?op=neuron&kernel=4_vector_loads&dtype=f32&set.offset=4' : SMALL);
    if (state === 'Wrong') await page.edit('i < p.inputs', 'i + 1u < p.inputs');
    if (state === 'Failed') await page.edit('var sum', 'var total');
    if (state !== 'Refused') await page.run();
    expect(await page.state()).toBe(state);
    expect(await page.violations()).toEqual([]);
  });

  test('nothing is cut off at any width', async () => {
    const page = await open(SMALL);
    await page.run();
    for (const width of widths) {
      await page.page.setViewport({ width, height: 844 });
      await expect.poll(() => page.overhang(), { message: `at ${width} px` }).toBe(0);
    }
  });

  test('every target of the pointer is at least 32 px high and wide', async () => {
    const page = await open(SMALL);
    expect(await page.smallTargets()).toEqual([]);
  });
});
