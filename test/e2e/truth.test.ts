/** What the page shows without running is true, or it says that it does not know. */
import { describe, expect, test } from 'vitest';
import { playgrounds, SMALL } from './playground.ts';

const open = playgrounds();

describe('the picture of memory accesses', () => {
  test('is what the page opens with: a lane for each row, each in a line of its own', async () => {
    const page = await open();
    expect(await page.has('ts-ladder input[value="2_row_major"]:checked')).toBe(true);
    expect(await page.text('ts-accesses figcaption')).toMatch(
      /They touch 32 lines; 1 would do. The 32 lines hold 4,096 B; 3\.13% of that is asked for/,
    );
    expect(await page.has('ts-knob[data-key="dtype"] input[aria-label="f32"]:checked')).toBe(true);
    await page.click('ts-ladder input[value="3_column_major"]');
    await expect
      .poll(() => page.text('ts-accesses figcaption'))
      .toMatch(/They touch 1 line; no fewer could hold them. The line holds 128 B; 100% of that is asked for/);
  });

  test.each([
    '?op=matmul&kernel=1_uncoalesced',
    '?op=attention&kernel=2_online',
    '?op=neuron&kernel=1_one_invocation',
    '?op=neuron&kernel=2_row_major&set.WORKGROUP=16',
  ])('is left out where nothing models it: %s', async (query) => {
    const page = await open(query);
    expect(await page.text('ts-accesses')).toMatch(/Not modelled yet for this kernel/);
    expect(await page.has('ts-accesses svg[role="img"]')).toBe(false);
  });

  test('says of refused settings that they are refused', async () => {
    const page = await open('?op=neuron&kernel=4_vector_loads&set.offset=4');
    expect(await page.text('ts-accesses')).toMatch(/Nothing is modelled: with these settings the kernel is refused/);
  });

  test('is not that of the saved kernel once the code is edited', async () => {
    const page = await open(SMALL);
    expect(await page.has('ts-accesses figure')).toBe(true);
    await page.edit('i < p.inputs', 'i + 1u < p.inputs');
    await expect.poll(() => page.text('ts-accesses')).toMatch(/Not modelled: this is your edit/);
    expect(await page.has('ts-accesses figure')).toBe(false);
    expect(await page.text('ts-facts')).toMatch(/those of the saved kernel’s plan/);
  });
});
