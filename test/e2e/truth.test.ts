/** What the page shows without running is true, or it says that it does not know. */
import { expect, test } from 'vitest';
import { playgrounds, SMALL } from './playground.ts';

const open = playgrounds();

test('of an edit the page knows only what its plan says', async () => {
  const page = await open(SMALL);
  await page.edit('i < p.inputs', 'i + 1u < p.inputs');
  await expect.poll(() => page.text('ts-facts')).toMatch(/those of the saved kernel’s plan/);
});
