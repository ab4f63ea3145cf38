/** What a reader has done is not lost: edits, results, runs of earlier visits. */
import { describe, expect, test } from 'vitest';
import { LADDER, PATIENT, playgrounds, SMALL } from './playground.ts';

/** A rung of a ladder that is measured quickly. */
const ROWS = '?op=row-sum&kernel=1_lane_a_row&rows=64&columns=64&dtype=f32';

const open = playgrounds();

describe('code', () => {
  test('is run, not changed, by Ctrl+Enter in the editor', async () => {
    const page = await open(SMALL);
    await page.intoCode();
    await page.press('Control', 'Enter');
    await expect.poll(() => page.state(), PATIENT).toBe('Correct');
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
    expect(await page.text('ts-editor .frame')).toMatch(/i \+ 1u < p\.inputs/);
  });

  test('that was replaced by an earlier edit can be brought back, and that one too', async () => {
    const page = await open(SMALL);
    await page.edit('i < p.inputs', 'i + 1u < p.inputs');
    await page.run();
    await page.edit('i + 1u < p.inputs', 'i + 2u < p.inputs');
    await page.click('ts-runs tbody tr:first-child button');
    const code = (): Promise<string> => page.text('ts-editor .frame');
    await expect.poll(code).toMatch(/i \+ 1u < p\.inputs/);
    expect(await page.text('ts-editor .head')).toMatch(/Reset code Restore edit$/);
    const restore = await page.find('ts-editor .head button:last-child');
    await restore.focus();
    await page.press('Enter');
    await expect.poll(code).toMatch(/i \+ 2u < p\.inputs/);
    await page.press('Enter');
    await expect.poll(code).toMatch(/i \+ 1u < p\.inputs/);
  });

  test('is reset and restored by one button, which keeps the focus', async () => {
    const page = await open(SMALL);
    await page.edit('i < p.inputs', 'i + 1u < p.inputs');
    await (await page.find('ts-editor .head button')).focus();
    for (const label of ['Restore edit', 'Reset code', 'Restore edit']) {
      await page.press('Enter');
      await expect.poll(() => page.text('ts-editor .head button')).toBe(label);
      expect(await page.focused()).toBe('button');
    }
  });

  test('that was edited stays where a rung that was not measured is opened', async () => {
    const page = await open(`${SMALL}&inputs=64`);
    await page.edit('i < p.inputs', 'i + 1u < p.inputs');
    await page.click('nav a[href*="view=ladder"]');
    await page.click('ts-rungs tbody[data-kernel="2_row_major"] a');
    await page.find('ts-kernel-view');
    expect(await page.has('ts-editor .edited')).toBe(true);
    expect(await page.has('ts-kernel-view .notice')).toBe(false);
  });

  test('that was edited gives way to a measured rung, whose result is shown, and can be brought back', async () => {
    const page = await open(ROWS);
    await page.edit('i < p.columns', 'i + 1u < p.columns');
    await page.click('nav a[href*="view=ladder"]');
    await page.find('ts-rungs tbody');
    await page.measure();
    await page.click('ts-rungs tbody[data-kernel="1_lane_a_row"] a');
    await page.find('ts-kernel-view');
    await expect.poll(() => page.state()).toBe('Correct');
    expect(await page.text('ts-kernel-view .notice')).toMatch(/Your edit was kept/);
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
    expect(measured).toBeGreaterThan(2);
    await page.page.reload();
    await page.settled();
    await expect.poll(() => page.count('ts-rungs tbody.correct')).toBe(measured);
    expect(await page.text('ts-batch-bar button.primary')).toBe('Run again');
  });
});
