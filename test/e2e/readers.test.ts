import axe from 'axe-core';
import type { Page } from 'puppeteer';
import { afterEach, describe, expect, test } from 'vitest';
import { Playground, SMALL } from './playground.ts';

let opened: Playground | null = null;
async function open(query = ''): Promise<Playground> {
  opened = await Playground.open(query);
  return opened;
}
afterEach(async () => {
  const closing = opened;
  opened = null;
  await closing?.close();
});

describe('for every reader', () => {
  const sizes = [1280, 390] as const;
  const themes = ['light', 'dark'] as const;
  const cases = themes.flatMap((theme) => sizes.map((width) => ({ theme, width })));

  test.each(cases)('axe finds nothing in $theme at $width px, before and after a run', async ({ theme, width }) => {
    const page = await open(`${SMALL}&set.WORKGROUP=32`);
    await page.page.setViewport({ width, height: 844 });
    await page.page.emulateMediaFeatures([
      { name: 'prefers-color-scheme', value: theme },
      { name: 'prefers-reduced-motion', value: 'reduce' },
    ]);
    await page.page.evaluate(axe.source);
    expect(await violations(page.page)).toEqual([]);
    await page.run();
    expect(await violations(page.page)).toEqual([]);
    await page.click('ts-device .chip');
    expect(await violations(page.page)).toEqual([]);
  });

  test.each(['Wrong', 'Failed', 'Refused'])('axe finds nothing where the outcome is %s', async (state) => {
    const page = await open(state === 'Refused' ? '?op=neuron&kernel=4_vector_loads&dtype=f32&set.offset=4' : SMALL);
    if (state === 'Wrong') await page.edit('i < p.inputs', 'i + 1u < p.inputs');
    if (state === 'Failed') await page.edit('var sum', 'var total');
    if (state !== 'Refused') await page.run();
    expect(await page.state()).toBe(state);
    await page.page.evaluate(axe.source);
    expect(await violations(page.page)).toEqual([]);
  });

  test.each([390, 719, 720, 1199, 1200])('nothing is cut off at %d px', async (width) => {
    const page = await open(SMALL);
    await page.page.setViewport({ width, height: 844 });
    await page.run();
    const { scroll, client } = await page.page.evaluate(() => ({
      scroll: document.documentElement.scrollWidth,
      client: document.documentElement.clientWidth,
    }));
    expect(scroll).toBe(client);
  });

  test('every target of the pointer is at least 32 px high and wide', async () => {
    const page = await open(SMALL);
    const small = await page.page.evaluate(() => {
      const found: string[] = [];
      const visit = (root: ParentNode): void => {
        for (const element of root.querySelectorAll<HTMLElement>('*')) {
          if (element.shadowRoot) visit(element.shadowRoot);
          if (!element.matches('button, select, input, nav a')) continue;
          // A checkbox is pressed by its label.
          const target = element.matches('[type=checkbox]') ? (element.closest('label') ?? element) : element;
          const { width, height } = target.getBoundingClientRect();
          if (width > 0 && (width < 32 || height < 32))
            found.push(`${target.outerHTML.slice(0, 80)} ${width} x ${height}`);
        }
      };
      visit(document);
      return found;
    });
    expect(small).toEqual([]);
  });
});

async function violations(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(root: Document): Promise<{ violations: Violation[] }> } };
    type Violation = { id: string; nodes: { target: unknown; failureSummary?: string }[] };
    const found = await axe.run(document);
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${JSON.stringify(target)} ${failureSummary ?? ''}`),
    );
  });
}
