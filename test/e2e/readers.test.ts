import { describe, expect, inject, test } from 'vitest';
import { views } from '../../src/ui/views/index.ts';
import { isWhole } from '../setup/whole.ts';
import { LADDER, looks, type Playground, playgrounds, SMALL } from './playground.ts';

const SWEEP =
  '?view=sweep&op=neuron&kernel=4_vector_loads&inputs=64&neurons=64&dtype=f32&x=set.offset&x.values=0,4,16&y=set.WORKGROUP&y.values=16,32,64';

const open = playgrounds();

describe('for every reader', () => {
  /** Every width at which the layout changes, on both of its sides. */
  const widths = [320, 360, 390, 719, 720, 1199, 1200];

  /** In light and dark, wide and narrow. */
  const everywhere = async (page: Playground, which = looks): Promise<void> => {
    for (const { theme, width } of which) {
      await page.page.setViewport({ width, height: 844 });
      await page.theme(theme);
      expect(await page.violations(), `${theme} at ${width} px`).toEqual([]);
    }
  };

  const neverCut = async (page: Playground): Promise<void> => {
    for (const width of widths) {
      await page.page.setViewport({ width, height: 844 });
      await expect.poll(() => page.overhang(), { message: `at ${width} px` }).toBe(0);
    }
  };

  test('axe finds nothing in any theme at any width, before and after a run, and nothing is cut off', async () => {
    const page = await open(`${SMALL}&set.WORKGROUP=32`);
    // The page as it opens is looked at below, with other settings.
    if (isWhole) await everywhere(page);
    await page.run();
    await everywhere(page);
    await neverCut(page);
    // With colours of the reader's own, what is chosen is outlined, and bars are still there.
    const style = async (selector: string): Promise<CSSStyleDeclaration> =>
      (await page.find(selector)).evaluate((one) => ({ ...getComputedStyle(one) }));
    await page.inForcedColors(async () => {
      for (const chosen of ['nav a[aria-current=page]', 'ts-ladder .chosen', 'ts-knob input:checked+span'])
        expect((await style(chosen)).outlineStyle, chosen).toBe('solid');
      const [bar, done] = [await style('ts-run-bar .track'), await style('ts-run-bar .done')];
      expect(done.backgroundColor).not.toBe(bar.backgroundColor);
    });
    // Beside the verdict, and with all that can stand over the code, each has its place on the narrowest screen too.
    await (await page.find('ts-editor')).evaluate((editor) => {
      const { source } = editor as HTMLElement & { source: string };
      Object.assign(editor, { source: `${source}\n`, replaced: '// another' });
    });
    for (const width of [320, 390]) {
      await page.page.setViewport({ width, height: 844 });
      for (const list of ['ts-app nav', 'ts-run-bar .row', 'ts-editor .head'])
        expect(await page.crowded(list), `${list} at ${width} px`).toEqual([]);
    }
    await page.click('ts-device .chip');
    await everywhere(page);
  });

  // Each view in one look, another one from view to view, where not all are tried: themes and widths are the page's.
  const turn = (at: number): typeof looks => (isWhole ? looks : [looks[at % looks.length]]);

  test.each(views.map(({ title, id }, at) => [title, id, turn(at)] as const))(
    '%s opens with what its address says, which keeps one form, and is free of what axe finds',
    async (title, id, which) => {
      const page = await open(`${id}.html?op=matmul&m=64`);
      const { pathname, searchParams } = new URL(page.page.url());
      expect(pathname).toBe(new URL(inject('pageUrl')).pathname);
      expect(searchParams.get('m')).toBe('64');
      await expect.poll(() => page.has('nav a[aria-current=page]')).toBe(true);
      expect(await page.text('nav a[aria-current=page]')).toBe(title);
      await everywhere(page, which);
      expect(await page.smallTargets()).toEqual([]);
      await expect.poll(() => page.overhang()).toBe(0);
    },
  );

  test.each([
    ['Ladder', LADDER, 390],
    ...(isWhole
      ? ([
          ['Ladder', LADDER, 1280],
          ['Sweep', SWEEP, 1280],
          ['Sweep', SWEEP, 390],
        ] as const)
      : []),
  ] as const)(
    '%s moves nothing when its results arrive, is free of what axe finds, cuts nothing off, and has targets of 32 px',
    async (_, query, width) => {
      const page = await open(query);
      await page.page.setViewport({ width, height: 844 });
      expect(await page.violations()).toEqual([]);
      await page.watchShifts();
      expect(await page.measure()).toMatch(/ measured in /);
      expect(await page.shifted()).toBeLessThan(0.0005);
      await everywhere(page);
      await neverCut(page);
      expect(await page.smallTargets()).toEqual([]);
    },
  );

  test.each(isWhole ? ['Wrong', 'Failed', 'Refused'] : ['Failed'])(
    'axe finds nothing where the outcome is %s',
    async (state) => {
      const page = await open(state === 'Refused' ? '?op=neuron&kernel=4_vector_loads&dtype=f32&set.offset=4' : SMALL);
      if (state === 'Wrong') await page.edit('i < p.inputs', 'i + 1u < p.inputs');
      if (state === 'Failed') await page.edit('var sum', 'var total');
      if (state !== 'Refused') await page.run();
      expect(await page.state()).toBe(state);
      expect(await page.violations()).toEqual([]);
    },
  );
});
