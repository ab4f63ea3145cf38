import { describe, expect, test } from 'vitest';
import { kernelsOf } from '../../src/kernels/index.ts';
import { LADDER, type Playground, playgrounds, SMALL } from './playground.ts';

const KERNELS = kernelsOf('row-sum').length;
const IN_ORDER = kernelsOf('row-sum').map(({ id }) => Number.parseInt(id, 10));

const start = playgrounds();
async function open(query: string): Promise<Playground> {
  const page = await start(query);
  await page.find('ts-rungs tbody');
  return page;
}

describe('the ladder', () => {
  test('shows what is known before a run, and fills in while it runs', async () => {
    const page = await open(LADDER);
    expect(await page.count('ts-rungs tbody.idle')).toBe(KERNELS);
    const tree = 'ts-rungs tbody[data-kernel="2_workgroup_tree"]';
    expect(await page.text(tree)).toMatch(/not run yet.*kernel 1$/);
    await page.click(`${tree}>tr>.more>button`);
    expect(await page.text(tree)).toMatch(/modelled workgroups \d+ of \d+ invocations workgroup memory \d+ B/);
    // Each number of finished rows that is ever shown.
    await (await page.find('ts-rungs')).evaluate((table) => {
      const seen = new Set<number>();
      Object.assign(window, { seen });
      const look = (): void => {
        seen.add(table.shadowRoot?.querySelectorAll('tbody.correct').length ?? 0);
        requestAnimationFrame(look);
      };
      look();
    });
    expect(await page.measure()).toMatch(new RegExp(`^${KERNELS} measured in `));
    const seen = await page.page.evaluate(() => [...(window as unknown as { seen: Set<number> }).seen]);
    expect(seen.some((count) => count > 0 && count < KERNELS)).toBe(true);
    expect(await page.count('ts-rungs tbody.correct')).toBe(KERNELS);
    expect(await page.text(tree)).toMatch(/correct.* [µm]s.*FLOP\/s.*kernel 1/);
    expect(await page.text(`${tree}>.details`)).toMatch(/checked all 64.* to .*over kernel 1/);
    expect(await page.count('ts-speed [role="img"]')).toBe(KERNELS);
    // One, or several that their samples cannot tell apart.
    expect(await page.count('ts-speed[lead]')).toBeGreaterThan(0);
    expect(await page.text('ts-ladder-view .note')).toMatch(/times say nothing about GPUs/);
    expect(await page.text('ts-ladder-view [role="status"].visually-hidden')).toMatch(
      `${KERNELS} of ${KERNELS} kernels correct`,
    );
  });

  test('shows all rungs on one screen', async () => {
    const page = await open('?view=ladder&op=matmul&m=16&n=16&k=16&dtype=f32');
    const rungs = await page.count('ts-rungs tbody');
    const [top, bottom] = await (await page.find('ts-rungs')).evaluate(({ shadowRoot }) => {
      const rows = [...(shadowRoot?.querySelectorAll('tbody') ?? [])].map((row) => row.getBoundingClientRect());
      return [rows[0].top, rows[rows.length - 1].bottom];
    });
    expect(rungs).toBeGreaterThan(10);
    expect(bottom - top).toBeLessThan(rungs * 44);
    expect(bottom).toBeLessThan(900);
  });

  test('is in the order of its kernels, or has the fastest first once it has run', async () => {
    const page = await open(`${LADDER}&sort=speed`);
    const order = async (): Promise<readonly { number: number; ns: number }[]> =>
      (await page.find('ts-rungs')).evaluate((element) =>
        (element as HTMLElementTagNameMap['ts-rungs']).rows.length === 0
          ? []
          : [...(element.shadowRoot?.querySelectorAll('tbody') ?? [])].map((row) => ({
              number: Number(row.querySelector('.number')?.textContent),
              ns: row.querySelector('ts-speed')?.time?.medianNs ?? Number.NaN,
            })),
      );
    const numbers = async (): Promise<readonly number[]> => (await order()).map(({ number }) => number);
    expect(await numbers()).toEqual(IN_ORDER);
    await page.measure();
    const times = (await order()).map(({ ns }) => ns);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    await page.click('ts-rungs .sort>span>button');
    await expect.poll(numbers).toEqual(IN_ORDER);
    expect((await page.query()).get('sort')).toBeNull();
  });

  test('that is cancelled keeps what it has, and goes on from there', async () => {
    const page = await open(LADDER);
    expect(await page.measureUntil('ts-rungs', 'tbody.correct', 1)).toMatch(
      /You cancelled the run; what was measured stays/,
    );
    expect(await page.count('ts-rungs tbody.correct')).toBe(1);
    expect(await page.text('ts-batch-bar button.primary')).toBe(`Resume, ${KERNELS - 1} left`);
    expect(await page.measure()).toMatch(new RegExp(`^${KERNELS - 1} measured in `));
    expect(await page.count('ts-rungs tbody.correct')).toBe(KERNELS);
    expect(await page.text('ts-batch-bar button.primary')).toBe('Run again');
  });

  test('opens a kernel with its settings, and Back brings the ladder as it was', async () => {
    const page = await open(`${LADDER}&seed=5`);
    await page.measure();
    await page.click('ts-rungs tbody[data-kernel="2_workgroup_tree"] a');
    await page.find('ts-kernel-view');
    const query = await page.query();
    expect(query.get('view')).toBeNull();
    expect(Object.fromEntries(query)).toMatchObject({
      op: 'row-sum',
      kernel: '2_workgroup_tree',
      rows: '64',
      seed: '5',
    });
    expect(await page.state()).toBe('Correct');
    expect(await page.text('ts-times')).toMatch(/median.*15 samples/);
    expect((await page.run()).times).toMatch(/median.*15 samples/);
    await page.back('ts-ladder-view');
    // The ladder is at quick effort, and so are its figures.
    expect(await page.text('ts-batch-bar button.primary')).toBe('Run again');
    expect(await page.count('ts-rungs tbody.correct')).toBe(KERNELS);
  });

  test('measures what Kernel then knows, whichever way its knobs come back to it', async () => {
    const page = await open(LADDER);
    await page.measure();
    await page.click('ts-rungs tbody[data-kernel="2_workgroup_tree"] a');
    await page.find('ts-kernel-view');
    expect(await page.state()).toBe('Correct');
    await page.choose('WORKGROUP', 32);
    expect(await page.state()).toBe('Not run yet');
    await page.choose('WORKGROUP', 64);
    expect(await page.state()).toBe('Correct');
    // Another kernel of the ladder, chosen here: its result is there too, and so are all their standings.
    await page.click('ts-ladder input[value="1_lane_a_row"]');
    await expect.poll(() => page.state()).toBe('Correct');
    expect(await page.count('ts-ladder .standing.right')).toBe(KERNELS);
    // Another seed is another problem.
    await page.click('ts-problem .seed button');
    await expect.poll(() => page.state()).toBe('Not run yet');
    expect(await page.count('ts-ladder .standing.right')).toBe(0);
  });

  test('is a link: shape, type, seed, input and effort', async () => {
    const page = await open(`${LADDER}&input=cancelling`);
    await page.choose('budget', 'full');
    const query = await page.query();
    expect(Object.fromEntries(query)).toEqual({
      view: 'ladder',
      op: 'row-sum',
      rows: '64',
      columns: '64',
      input: 'cancelling',
      budget: 'full',
    });
    await page.page.reload();
    await page.settled();
    await page.find('ts-knob[data-key="budget"][changed]');
    expect(Object.fromEntries(await page.query())).toEqual(Object.fromEntries(query));
    await page.page.goBack();
    await expect.poll(() => page.has('ts-knob[data-key="budget"][changed]')).toBe(false);
  });

  test('is one click away, and brings the problem along', async () => {
    const page = await start(`${SMALL}&seed=3`);
    await page.click('nav a[href*="view=ladder"]');
    await page.find('ts-rungs tbody');
    expect(Object.fromEntries(await page.query())).toMatchObject({ inputs: '256', neurons: '64', seed: '3' });
    await page.click('nav a:nth-child(2)');
    await page.find('ts-kernel-view');
    expect((await page.query()).get('kernel')).toBe('2_row_major');
  });

  test('says once what every kernel is refused for', async () => {
    const page = await open('?view=ladder&op=row-sum&rows=64&columns=64&dtype=f16');
    expect(await page.text('ts-ladder-view .result .rule')).toMatch(/Every kernel is refused.*shader-f16/);
    expect(await page.count('ts-rungs tbody.refused')).toBe(KERNELS);
    expect(await page.text('ts-batch-bar')).toMatch(/Nothing to run/);
    await page.click('ts-batch-bar button.primary');
    expect(await page.count('ts-rungs tbody.refused')).toBe(KERNELS);
  });

  test('names the rule that refuses one kernel', async () => {
    const page = await open('?view=ladder&op=matmul&m=16&n=16&k=16&dtype=f32');
    expect(await page.text('ts-rungs tbody.refused')).toMatch(/refused.*works on f16, not on f32/);
    expect(await page.text('ts-batch-bar button.primary')).toMatch(/^Run \d+ kernels$/);
  });
});
