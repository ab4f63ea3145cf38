import type { Page } from 'puppeteer';
import { describe, expect, test } from 'vitest';
import { DEVICE, type Playground, playgrounds, worker } from './playground.ts';

const BASE = '?view=sweep&op=neuron&kernel=4_vector_loads&inputs=64&neurons=64&dtype=f32';
/** Three columns, of which one splits a vector, by three rows. */
const NINE = `${BASE}&x=set.offset&x.values=0,4,16&y=set.WORKGROUP&y.values=16,32,64`;

const start = playgrounds();
async function open(query: string, prepare?: (page: Page) => Promise<unknown>): Promise<Playground> {
  const page = await start(query, prepare);
  await page.find('ts-sweep-view');
  return page;
}

const label = async (page: Playground, cell: string): Promise<string> =>
  (await page.find(`ts-heat-map [data-cell="${cell}"]`)).evaluate((button) => button.getAttribute('aria-label') ?? '');

describe('a sweep', () => {
  test('knows refused cells before it runs, and measures the others', async () => {
    const page = await open(NINE);
    expect(await page.count('ts-heat-map .cell.refused')).toBe(3);
    expect(await label(page, '4,32')).toMatch(/Base offset: 4 · Workgroup size: 32: refused, .*use 0 or 16/);
    expect(await page.text('ts-batch-bar button.primary')).toBe('Run 6 cells');
    expect(await page.measure()).toMatch(/^6 measured in /);
    expect(await page.count('ts-heat-map .cell.correct')).toBe(6);
    expect(await label(page, '16,32')).toMatch(/correct, .*s, .*FLOP\/s/);
    expect(await page.text('ts-heat-map .states')).toMatch(/best so far.*correct 6.*refused 3/);
    expect(await page.text('ts-sweep-view .best')).toMatch(/Best so far: Base offset.*× the speed of the slowest/);
    // The figures are drawn, and the scale says their unit.
    expect(await page.text('ts-heat-map .drawing')).toMatch(/\d.*[★≈]|[★≈].*\d/);
    expect(await page.text('ts-heat-map .ramp')).toMatch(/GPU time, [µm]s/);
    await page.click('ts-sweep-view .show button:last-child');
    await expect.poll(() => page.text('ts-heat-map .ramp')).toMatch(/Rate, .*FLOP\/s/);
    expect((await page.query()).get('show')).toBe('rate');
  });

  test('has cells that open their details and their kernel; Back brings the map as it was', async () => {
    const page = await open(NINE);
    await page.measure();
    await page.click('ts-heat-map [data-cell="4,16"]');
    expect(await page.text('ts-cell')).toMatch(/Base offset: 4 · Workgroup size: 16.*Refused.*use 0 or 16/);
    await page.click('ts-heat-map [data-cell="16,32"]');
    await expect.poll(() => page.text('ts-cell')).toMatch(/Workgroup size: 32.*Correct.*median.*Pitch alignment/);
    expect((await page.query()).get('cell')).toBe('16,32');
    await page.click('ts-cell a');
    await page.find('ts-kernel-view');
    expect(Object.fromEntries(await page.query())).toMatchObject({
      kernel: '4_vector_loads',
      'set.offset': '16',
      'set.WORKGROUP': '32',
    });
    // What the map has measured is measured: the same verdict, times and settings, with the effort that they took.
    const cell = await page.seen();
    expect(cell.state).toBe('Correct');
    expect(cell.times).toMatch(/median.*15 samples/);
    expect(await page.text('ts-run-bar .status')).toBe('quick effort, one of 6');
    expect(await page.text('ts-ladder .standing.right')).toMatch(/correct,.*s$/);
    await page.back('ts-sweep-view');
    expect(await page.count('ts-heat-map .cell.correct')).toBe(6);
    const chosen = await page.find('ts-heat-map [data-cell="16,32"]');
    expect(await chosen.evaluate((button) => button.parentElement?.ariaSelected)).toBe('true');
  });

  test('is walked with the arrow keys, and chosen from with Enter', async () => {
    const page = await open(NINE);
    const held = (): Promise<string | undefined> =>
      page.page.evaluate(() => {
        let active = document.activeElement;
        while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
        return (active as HTMLElement | null)?.dataset.cell;
      });
    expect(await page.count('ts-heat-map button[tabindex="0"]')).toBe(1);
    await (await page.find('ts-heat-map button[tabindex="0"]')).focus();
    for (const [key, cell] of [
      ['ArrowRight', '4,16'],
      ['ArrowDown', '4,32'],
      ['End', '16,32'],
      ['ArrowRight', '16,32'],
      ['Home', '0,32'],
      ['ArrowUp', '0,16'],
    ] as const) {
      await page.page.keyboard.press(key);
      await expect.poll(held).toBe(cell);
    }
    await page.page.keyboard.press('Enter');
    await expect.poll(async () => (await page.query()).get('cell')).toBe('0,16');
  });

  test('that is cancelled keeps its cells, and goes on from there', async () => {
    const page = await open(NINE);
    expect(await page.measureUntil('ts-heat-map', '.cell.correct', 4)).toMatch(/You cancelled the run/);
    expect(await page.text('ts-batch-bar button.primary')).toBe('Resume, 2 left');
    expect(await page.measure()).toMatch(/^2 measured in /);
    expect(await page.count('ts-heat-map .cell.correct')).toBe(6);
  });

  test('tells its states apart by a sign and by a word, not by colour alone', async () => {
    const results = `requests.map((request, index) => ({ ...request, input: 'normal', verdict: null, work: null, measures: [], chosen: null, time: null,
      ...[{ status: 'wrong', reason: 'got 1, expected 2' }, { status: 'failed', reason: 'No room' },
        { status: 'correct', reason: null, time: { resolved: false, medianNs: null, samplesNs: [] } }][index] }))`;
    const page = await open(
      `${BASE}&x=set.WORKGROUP&x.values=16,32,64&y=none`,
      worker(`({ id, method, params }) => {
        if (method === 'device') return postMessage({ id, reply: ${JSON.stringify(DEVICE)} });
        const { requests } = params;
        const results = ${results};
        results.forEach((result, index) => postMessage({ id, progress: { kind: 'result', index, result } }));
        postMessage({ id, reply: { results, restart: false, liveBytes: 0 } });
      }`),
    );
    await page.measure();
    expect(await label(page, '16')).toMatch(/wrong, got 1, expected 2/);
    expect(await label(page, '32')).toMatch(/failed, No room/);
    expect(await label(page, '64')).toMatch(/unresolved/);
    expect(await page.text('ts-heat-map .drawing')).toBe('? !');
    expect(
      await page.count('ts-heat-map .drawing path[stroke="var(--wrong)"], .drawing g[stroke="var(--wrong)"]'),
    ).toBe(2);
    expect(await page.text('ts-heat-map .states')).toMatch(/wrong 1.*unresolved 1.*failed 1/);
    await page.click('ts-heat-map [data-cell="32"]');
    await expect.poll(() => page.text('ts-cell')).toMatch(/Failed No room\. Open it in the Kernel view/);
  });

  test('is a link, and its axes are settings with a Back of their own', async () => {
    const page = await open(BASE);
    const before = await page.query();
    expect(before.get('x')).toBeNull();
    await page.click('ts-axis[data-axis="x"] .chips button:nth-child(1)');
    const query = await page.query();
    expect(query.get('x')).toBe('set.WORKGROUP');
    expect(query.get('x.values')?.split(',')).toContain('1');
    const cells = await page.count('ts-heat-map .cell');
    await page.page.reload();
    await page.settled();
    await page.find('ts-heat-map .cell');
    expect(await page.count('ts-heat-map .cell')).toBe(cells);
    expect(Object.fromEntries(await page.query())).toEqual(Object.fromEntries(query));
    await page.page.goBack();
    await expect.poll(() => page.count('ts-heat-map .cell')).toBeLessThan(cells);
  });

  test('takes sizes as a list, and says what does not work', async () => {
    const page = await open(`${BASE}&y=inputs`);
    const list = await page.find('ts-axis[data-axis="y"] input');
    const write = async (text: string): Promise<void> => {
      await list.evaluate((input) => (input as HTMLInputElement).select());
      await list.type(text);
      await list.press('Tab');
    };
    await write('64, 0');
    expect(await page.text('ts-axis[data-axis="y"] .fault')).toMatch(/0 does not work: Inputs must be a whole number/);
    await write('256 64');
    await expect.poll(async () => (await page.query()).get('y.values')).toBe('64,256');
    await write(Array.from({ length: 80 }, (_, i) => i + 1).join());
    await expect
      .poll(() => page.text('ts-sweep-view .rule'))
      .toMatch(/6 × 80 values are 480 cells, and a sweep has at most 400/);
    expect(await page.text('ts-batch-bar')).toMatch(/Too many cells/);
    await page.click('ts-axis[data-axis="y"] .values button');
    await expect.poll(async () => (await page.query()).get('y.values')).toBe('4,8,16,32,64,128,256');
  });

  test('of an axis that the other one has swaps the two', async () => {
    const page = await open(NINE);
    await (await page.find('ts-axis[data-axis="x"] select')).select('set.WORKGROUP');
    await expect.poll(async () => (await page.query()).get('x.values')).toBe('16,32,64');
    expect((await page.query()).get('y')).toBe('set.offset');
  });
});
