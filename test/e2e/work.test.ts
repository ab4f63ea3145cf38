/** What a reader has done is not lost: edits, results, runs of earlier visits. */
import { afterEach, describe, expect, test } from 'vitest';
import { Playground, SMALL } from './playground.ts';

const LADDER = '?view=ladder&op=neuron&inputs=64&neurons=64&dtype=f32';

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

describe('code', () => {
  test('is run, not changed, by Ctrl+Enter in the editor', async () => {
    const page = await open(SMALL);
    await (await page.find('ts-editor .cm-content')).evaluate((element) => element.focus());
    await page.page.keyboard.down('Control');
    await page.page.keyboard.press('Enter');
    await page.page.keyboard.up('Control');
    await expect.poll(() => page.state(), { timeout: 20_000 }).toBe('Correct');
    expect(await page.has('ts-editor .edited')).toBe(false);
  });

  test('that was reset can be brought back, also after a reload', async () => {
    const page = await open(SMALL);
    await page.edit('i < p.inputs', 'i + 1u < p.inputs');
    await page.click('ts-editor .head button');
    expect(await page.has('ts-editor .edited')).toBe(false);
    await page.page.reload();
    await page.settled();
    await expect.poll(() => page.text('ts-editor .head button')).toBe('Restore edit');
    await page.click('ts-editor .head button');
    await page.find('ts-editor .edited');
    expect(await page.text('ts-editor .cm-content')).toMatch(/i \+ 1u < p\.inputs/);
  });

  test('that was edited gives way to a measured rung, whose result is shown, and can be brought back', async () => {
    const page = await open(`${SMALL}&inputs=64`);
    await page.edit('i < p.inputs', 'i + 1u < p.inputs');
    await page.click('nav a:nth-child(2)');
    await page.find('ts-rungs tbody');
    await page.measure();
    await page.click('ts-rungs tbody[data-kernel="2_row_major"] a');
    await page.find('ts-kernel-view');
    await expect.poll(() => page.state()).toBe('Correct');
    expect(await page.text('ts-kernel-view .notice')).toMatch(/Your edit was set aside/);
    expect((await page.query()).has('code')).toBe(false);
    expect(await page.text('ts-editor .head button')).toBe('Restore edit');
  });
});

describe('runs', () => {
  test('survive a reload, edited ones with their edit as the label', async () => {
    const page = await open(SMALL);
    await page.run();
    await page.edit('i < p.inputs', 'i + 1u < p.inputs');
    expect((await page.run()).state).toBe('Wrong');
    await page.page.reload();
    await page.settled();
    await expect.poll(() => page.count('ts-runs tbody tr')).toBe(2);
    expect(await page.state()).toBe('Wrong');
    const label = await page.text('ts-runs tbody tr:first-child button');
    expect(label).toMatch(/edited, line \d+:.*i \+ 1u < p\.inputs/);
    await page.click('ts-runs tbody tr:nth-child(2) button');
    await expect.poll(() => page.state()).toBe('Correct');
    expect(await page.has('ts-editor .edited')).toBe(false);
    expect(await page.text('ts-times')).toMatch(/median/);
  });

  test('of a ladder survive a reload', async () => {
    const page = await open(LADDER);
    await page.find('ts-rungs tbody');
    await page.measure();
    const measured = await page.count('ts-rungs tbody.correct');
    expect(measured).toBeGreaterThan(5);
    await page.page.reload();
    await page.settled();
    await expect.poll(() => page.count('ts-rungs tbody.correct')).toBe(measured);
    expect(await page.text('ts-batch-bar button.primary')).toBe('Run again');
  });
});
