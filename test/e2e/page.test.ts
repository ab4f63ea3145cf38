import type { ElementHandle } from 'puppeteer';
import { describe, expect, test } from 'vitest';
import { isWhole } from '../setup/whole.ts';
import { LONG, PATIENT, type Playground, playgrounds, SMALL } from './playground.ts';

const open = playgrounds();

describe('a run', () => {
  test('of the page as it opens ends correct, with its times under the verdict', async () => {
    const page = await open();
    expect(await page.state()).toBe('Not run yet');
    expect(await page.text('ts-facts')).toMatch(/Fused multiply-adds 1,048,576/);
    const seen = await page.run();
    expect(seen.state).toBe('Correct');
    expect(seen.verdict).toMatch(/compared one by one with a float64 reference: all 1,024\b/);
    expect(seen.verdict).toMatch(/exact integers: passed, exact/);
    expect(seen.times).toMatch(/median/);
    expect(seen.times).toMatch(/minimum to p90 of \d+ samples/);
    expect(seen.times).toMatch(/times say nothing about GPUs/);
    await expect.poll(() => page.text('ts-runs')).toMatch(/correct/);
  });

  test('of a link is the same run again', async () => {
    const query =
      '?op=neuron&kernel=6_workgroup_tree&inputs=1021&neurons=61&relu=1&dtype=f32&seed=42&input=cancelling&set.WORKGROUP=32&set.offset=8&set.pitch=64';
    const worst = async (page: Playground): Promise<string> => page.text('ts-verdict .worst');
    const first = await open(query);
    expect((await first.run()).state).toBe('Correct');
    const figures = await worst(first);
    // What is at its default is left out.
    const { relu, dtype, ...rest } = Object.fromEntries(new URLSearchParams(query));
    expect(Object.fromEntries(await first.query())).toEqual(rest);
    await first.close();
    const second = await open(query);
    await second.run();
    expect(await worst(second)).toBe(figures);
  });

  test('of an exact operation has all four numbers of its worst element on the verdict, however long', async () => {
    const page = await open('kernel.html?op=transpose');
    expect((await page.run()).state).toBe('Correct');
    const verdict = await page.find('ts-verdict');
    await verdict.evaluate((element) => {
      const view = element as HTMLElement & { outcome: { result: { verdict: { worst: object } } } };
      const { result } = view.outcome;
      const [actual, expected, error] = [-0.12345678955316544, -1.1754943508222875e-38, 0.12345678955316544];
      const worst = { ...result.verdict.worst, actual, expected, error, bound: 0 };
      view.outcome = { ...view.outcome, result: { ...result, verdict: { ...result.verdict, worst } } };
    });
    for (const width of [1280, 390, 320]) {
      await page.page.setViewport({ width, height: 900 });
      const cut = await page.page.$eval('>>> ts-verdict >>> .worst', (list) => {
        const figures = [...list.querySelectorAll('div')];
        return { number: figures.length, over: figures.map((one) => Math.max(0, one.scrollWidth - one.clientWidth)) };
      });
      expect(cut, `${width} px`).toEqual({ number: 4, over: [0, 0, 0, 0] });
      const right = await page.page.$eval('>>> ts-verdict >>> .worst', (list) =>
        Math.max(...[...list.children].map((one) => one.getBoundingClientRect().right)),
      );
      const edge = await verdict.evaluate((element) => element.getBoundingClientRect().right);
      expect(right, `${width} px`).toBeLessThanOrEqual(edge);
    }
  });

  test('starts with Ctrl+Enter', async () => {
    const page = await open(SMALL);
    await page.press('Control', 'Enter');
    await expect.poll(() => page.state(), PATIENT).toBe('Correct');
  });

  test('is cancelled at once, and the next one works', async () => {
    const page = await open(LONG);
    const press = async (button: string): Promise<void> => {
      await (await page.find(`ts-run-bar ${button}`)).focus();
      await page.press('Enter');
    };
    await press('.primary');
    await expect.poll(() => page.state()).toBe('Running');
    await expect.poll(() => page.text('ts-kernel-view p.visually-hidden[role=status]')).toBe('The run has started.');
    // Neither button lets go of the focus when there is nothing left for it to do.
    expect(await page.has('ts-run-bar .primary[aria-disabled=true]:focus')).toBe(true);
    await press('button:not(.primary)');
    await expect.poll(() => page.state(), { timeout: 2000 }).toBe('Not run yet');
    expect(await page.has('ts-run-bar button:not(.primary)[aria-disabled=true]:focus')).toBe(true);
    await page.press('Enter');
    expect(await page.text('ts-run-bar')).toMatch(/You cancelled the run/);
    await page.click('ts-ladder input[value="2_row_major"]');
    await page.choose('WORKGROUP', 32);
    expect((await page.run()).state).toBe('Correct');
  });

  test('of settings that are no longer shown is dropped', async () => {
    const page = await open(LONG);
    await page.click('ts-run-bar button.primary');
    await expect.poll(() => page.state()).toBe('Running');
    await page.click('ts-parameter[data-key="neurons"] button[aria-label^="÷2"]');
    expect(await page.state()).toBe('Not run yet');
    expect(await page.text('ts-run-bar')).toMatch(/You changed a setting, so the run was cancelled/);
  });

  test('moves nothing on the page when its result arrives', async () => {
    for (const width of isWhole ? [1280, 900, 390] : [1280, 390]) {
      const page = await open(SMALL);
      await page.page.setViewport({ width, height: 844 });
      await page.find('ts-editor .line');
      await page.watchShifts();
      expect((await page.run()).state).toBe('Correct');
      expect(await page.shifted()).toBeLessThan(0.0005);
      await page.close();
    }
  });
});

describe('knobs', () => {
  test('are marked when changed, kept in the address, and brought back by Back', async () => {
    const page = await open(SMALL);
    await page.choose('WORKGROUP', 128);
    expect((await page.query()).get('set.WORKGROUP')).toBe('128');
    expect(await page.has('ts-knob[data-key="WORKGROUP"][changed]')).toBe(true);
    expect(await page.text('ts-editor')).toMatch(/128 in this run/);
    await page.page.goBack();
    await expect.poll(() => page.has('ts-knob[data-key="WORKGROUP"][changed]')).toBe(false);
    await page.page.goForward();
    await expect.poll(() => page.has('ts-knob[data-key="WORKGROUP"][changed]')).toBe(true);
    await page.click('ts-knob[data-key="WORKGROUP"] .reset');
    expect((await page.query()).get('set.WORKGROUP')).toBeNull();
    // The list of shapes says which one it is, and goes on to do so once the reader has used it.
    const presets = (await page.find('ts-problem .presets')) as unknown as ElementHandle<HTMLSelectElement>;
    const chosen = (): Promise<string> => presets.evaluate(({ selectedOptions }) => selectedOptions[0]?.text ?? '');
    expect(await chosen()).toBe('Your own shape');
    await presets.select('1');
    const shape = await chosen();
    await page.click('ts-parameter[data-key="neurons"] button[aria-label^="÷2"]');
    await expect.poll(chosen).toBe('Your own shape');
    await page.page.goBack();
    await expect.poll(chosen).toBe(shape);
  });

  test('a result stays with the settings that it was made with', async () => {
    const page = await open(SMALL);
    expect((await page.run()).state).toBe('Correct');
    await page.choose('WORKGROUP', 32);
    expect(await page.state()).toBe('Not run yet');
    expect(await page.text('ts-times .lead')).not.toMatch(/median/);
    await page.choose('WORKGROUP', 64);
    expect(await page.state()).toBe('Correct');
  });

  test('a refused value shows its rule and what works, and nothing runs', async () => {
    const page = await open('?op=neuron&kernel=4_vector_loads&dtype=f32&set.offset=4');
    const rule = /offset of 4 bytes splits a vec4 of f32.*use 0 or 16/;
    expect(await page.state()).toBe('Refused');
    expect(await page.text('ts-verdict')).toMatch(rule);
    expect(await page.text('ts-knob[data-key="offset"] .rule')).toMatch(rule);
    await page.click('ts-run-bar button.primary');
    expect(await page.state()).toBe('Refused');
  });

  test('arrow keys step through the values that work', async () => {
    const page = await open('?op=neuron&kernel=4_vector_loads&dtype=f32');
    const slider = await page.find('ts-knob[data-key="offset"] input[type="range"]');
    await slider.focus();
    await page.page.keyboard.press('ArrowRight');
    await page.page.keyboard.press('ArrowRight');
    await expect.poll(async () => (await page.query()).get('set.offset')).toBe('32');
    expect(await page.state()).toBe('Not run yet');
  });

  test('what this device cannot do is refused with the reason', async () => {
    const page = await open('?op=neuron&kernel=2_row_major&dtype=f16');
    expect(await page.state()).toBe('Refused');
    expect(await page.text('ts-verdict')).toMatch(/shader-f16/);
  });

  test('that a learner seldom needs wait under "More options", unless they are changed', async () => {
    const page = await open('?op=attention&dtype=f32&window=64');
    expect(await page.has('ts-problem details:not([open]) ts-parameter[data-key="softcap"]')).toBe(true);
    expect(await page.has('ts-problem details ts-parameter[data-key="window"]')).toBe(false);
    expect(await page.has('ts-parameter[data-key="window"]')).toBe(true);
    await page.click('ts-problem summary');
    await page.click('ts-parameter[data-key="ragged"] input');
    // It stays where the reader has just pressed it.
    expect(await page.has('ts-problem details[open] ts-parameter[data-key="ragged"][changed]')).toBe(true);
    await page.click('ts-problem summary');
    await expect.poll(() => page.has('ts-problem details ts-parameter[data-key="ragged"]')).toBe(false);
    expect((await page.query()).get('ragged')).toBe('1');
  });

  test('values in the address that mean nothing are named', async () => {
    const page = await open('?op=neuron&kernel=9_gone&inputs=0');
    const notice = await page.text('ts-kernel-view .notice');
    expect(notice).toMatch(/kernel=9_gone is not a kernel/);
    expect(notice).toMatch(/inputs=0 was not used/);
    expect((await page.run()).state).toBe('Correct');
  });
});

describe('an edited kernel', () => {
  test('keeps what the knobs set beside their lines; the parser comes with the first edit', async () => {
    const page = await open(`${SMALL}&set.WORKGROUP=128`);
    const parsers = (): Promise<number> =>
      page.page.evaluate(
        () => performance.getEntriesByType('resource').filter(({ name }) => /parse-/.test(name)).length,
      );
    const line = (): Promise<string> => page.text('ts-editor .line:has(.line-value)');
    expect(await line()).toBe('override WORKGROUP: u32 = 64u; 128 in this run');
    expect(await parsers()).toBe(0);
    await page.edit(
      'override WORKGROUP: u32 = 64u;',
      '// override WORKGROUP: u32 = 1u;\noverride WORKGROUP: u32 = 32;',
    );
    await expect.poll(line).toBe('override WORKGROUP: u32 = 32; 128 in this run');
    expect(await parsers()).toBeGreaterThan(0);
  });

  test('with a planted fault comes out wrong, with the element named and no time', async () => {
    const page = await open(SMALL);
    await page.edit('i < p.inputs', 'i + 1u < p.inputs');
    const seen = await page.run();
    expect(seen.state).toBe('Wrong');
    await expect.poll(() => page.text('ts-wrong-map')).toMatch(/Where y \(64 elements\) is wrong: \d+ of 32 parts/);
    expect(seen.verdict).toMatch(/Worst element: y\[\d+\]/);
    expect(seen.verdict).toMatch(/got .* expected/);
    expect(seen.times).toMatch(/wrong, so nothing was timed/);
    await page.click('ts-editor .head button');
    expect(await page.has('ts-editor .edited')).toBe(false);
    expect((await page.run()).state).toBe('Correct');
  });

  test('that does not compile is marked at its line', async () => {
    const page = await open(SMALL);
    await page.edit('var sum = 0.0;', 'var total = 0.0;');
    const { state, verdict } = await page.run();
    expect(state).toBe('Failed');
    const [, line] = /line (\d+) /.exec(verdict) ?? [];
    expect(Number(line)).toBeGreaterThan(1);
    expect(await page.text('ts-editor .fault')).toBe('sum');
    await page.click('ts-verdict .errors button');
    const editor = await page.find('ts-editor');
    expect(await editor.evaluate((element) => element.shadowRoot?.activeElement?.className)).toMatch(/cm-content/);
  });

  test('survives a reload', async () => {
    const page = await open(SMALL);
    await page.edit('i < p.inputs', 'i + 1u < p.inputs');
    await page.page.reload();
    await page.settled();
    expect(await page.text('ts-editor .edited')).toBe('edited');
    await page.click('ts-editor .head button');
  });
});

describe('the device', () => {
  test('is named, with what it offers and what WebGPU does not report', async () => {
    const page = await open();
    await page.click('ts-device .chip');
    const panel = await page.text('ts-device-panel dialog');
    expect(panel).toMatch(/Step \(quantum\)/);
    expect(panel).toMatch(/Workgroup memory/);
    expect(panel).toMatch(/What WebGPU does not report/);
    await page.page.keyboard.press('Escape');
    await page.click('ts-device .badge');
    expect(await page.text('ts-device [popover]')).toMatch(/times say nothing about GPUs/);
  });

  test('another power preference reopens it and is part of the address', async () => {
    const page = await open(SMALL);
    await page.click('ts-device .chip');
    const select = await page.find('ts-device-panel select');
    await select.select('low-power');
    await page.settled();
    expect((await page.query()).get('power')).toBe('low-power');
    await page.page.keyboard.press('Escape');
    expect((await page.run()).state).toBe('Correct');
  });
});
