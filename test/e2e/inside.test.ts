/** The trace of a kernel on the page: counters beside the code, findings, pictures; for saved and edited code alike. */
import { describe, expect, test } from 'vitest';
import { looks, PATIENT, type Playground, playgrounds, SMALL } from './playground.ts';

const start = playgrounds();

/** The page, scrolled to where the panel is: its code comes when that is near. */
async function open(...[query, prepare]: Parameters<typeof start>): Promise<Playground> {
  const page = await start(query, prepare);
  await (await page.find('ts-kernel-view .inside')).evaluate((element) => element.scrollIntoView());
  await page.find('ts-inside ts-trace-bar', PATIENT.timeout);
  await page.page.evaluate(() => window.scrollTo(0, 0));
  return page;
}

const TILES = '?op=matmul&kernel=3_tiles&m=32&n=32&k=32&dtype=f32';
/** Some seconds of a trace on a software adapter. */
const LARGE = '?op=matmul&kernel=2_coalesced&m=256&n=256&k=256&dtype=f32';

/** Presses Trace and waits for its result. */
async function trace(page: Playground): Promise<string> {
  await page.click('ts-trace-bar button.primary');
  await expect.poll(() => page.has('ts-trace-bar button:not(.primary)[aria-disabled="true"]'), PATIENT).toBe(true);
  return page.text('ts-trace-bar .status');
}

/** Scrolls to the panel once its code is loaded. */
async function see(page: Playground): Promise<void> {
  await expect.poll(() => page.has('ts-inside ts-trace-bar'), PATIENT).toBe(true);
  await (await page.find('ts-inside ts-trace-bar')).evaluate((element) => element.scrollIntoView());
}

/** The counters in the gutter, from the top of the code as far as it is drawn. */
function counts(page: Playground): Promise<string[]> {
  return page.page.$$eval('>>> .count', (marks) => marks.map((mark) => mark.textContent ?? ''));
}

/** Chooses the first option that has this text. */
async function choose(page: Playground, selector: string, text: string): Promise<void> {
  await (await page.find(selector)).evaluate((element, text) => {
    const select = element as HTMLSelectElement;
    select.value = [...select.options].find((option) => option.text.includes(text))?.value ?? '';
    select.dispatchEvent(new Event('change'));
  }, text);
}

/** Writes numbers of workgroups. */
async function write(page: Playground, numbers: string): Promise<void> {
  await (await page.find('ts-trace-bar input')).evaluate((element, numbers) => {
    (element as HTMLInputElement).value = numbers;
    element.dispatchEvent(new Event('change'));
  }, numbers);
}

describe('a trace', () => {
  test('fills the panel and the gutter, and moves nothing', async () => {
    const page = await open(TILES);
    expect(await page.text('ts-trace-bar .status')).toContain('4 workgroups of 256 lanes');
    // It changes with every knob, and nobody has asked for it.
    expect(await page.text('ts-trace-bar .status [role=status]')).toBe('');
    await see(page);
    await expect.poll(() => page.text('ts-inside .origin')).toContain('Recorded on');
    await page.click('ts-trace-bar button.primary');
    await page.watchShifts();
    await expect
      .poll(() => page.text('ts-trace-bar .status [role=status]'), PATIENT)
      .toMatch(/^4 of 4 workgroups, [\d,]+ events, traced in /);
    expect(await page.shifted()).toBeLessThan(0.0005);
    expect(await page.text('ts-findings')).toContain('Nothing found');
    // Hand-counted: 32 lanes read two rows of 16 elements, 64 bytes each.
    await page.click('ts-sites button');
    const sites = await page.text('ts-sites');
    expect(sites).toMatch(
      /Line 49 4 .*Reads a 2,048 times in 64 requests of 32 lanes: 4 sectors each, the fewest possible/,
    );
    await expect.poll(() => counts(page)).toContain('4');
    // The line with the cursor is explained below the code.
    await expect.poll(() => page.text('ts-editor .said')).toMatch(/^Line 49 reads a 2,048 times/);
    expect(await page.text('ts-traffic')).toMatch(/compulsory 12\.0 KiB asked for 20\.0 KiB/);
    expect(await page.state()).toBe('Not run yet');
  });

  test('is drawn for each place, time and group of lanes, sectors and banks', async () => {
    const page = await open(TILES.replace('3_tiles', '1_uncoalesced'));
    await trace(page);
    // The place that is farthest from the best is the first one shown.
    expect(await page.text('ts-request figcaption')).toMatch(
      /32 lanes read 4 B each of a.*: 16 sectors in 16 lines, 2 would do/,
    );
    const slider = await page.find('ts-request input[type=range]');
    await slider.evaluate((element) => element.focus());
    await page.press('End');
    await expect.poll(() => page.text('ts-request .when')).toContain('Request 32 of 32');
    await page.click('ts-ladder input[value="4_padded"]');
    await trace(page);
    await choose(page, 'ts-request select', 'write tileA');
    await expect.poll(() => page.text('ts-request figcaption')).toMatch(/2 passes over 32 banks, 1 without conflicts/);
  });

  test('of an edit finds the race that the removed barrier prevented, and leads to its lines', async () => {
    const page = await open(TILES);
    await page.edit('workgroupBarrier();', '');
    await trace(page);
    expect(await page.text('ts-findings')).toMatch(/2 findings, whatever the output says race .* Line 59 Line 54/);
    await page.click('ts-findings button');
    await expect.poll(() => page.focused()).toBe('div');
    await expect.poll(() => page.text('ts-editor .said')).toMatch(/^Line 59 reads tileA/);
    expect(await page.state()).toBe('Not run yet');
  });

  test('can be cancelled and asked for again, for some workgroups and another machine', async () => {
    const page = await open(LARGE);
    await page.click('ts-trace-bar button.primary');
    await page.press('Escape');
    expect(await page.text('ts-trace-bar .status')).toBe('You cancelled the trace.');
    await choose(page, 'ts-trace-bar select', 'by number');
    await write(page, '7, seven');
    await expect.poll(() => page.text('ts-trace-bar .status')).toContain('numbers with commas');
    await write(page, '7, 0, 7');
    expect(await trace(page)).toMatch(/^2 of 256 workgroups/);
    expect(await page.text('ts-trace-bar .status')).toContain('All counts are of those alone');
    expect(await page.text('ts-findings')).toContain('Nothing found in what was traced');
    // A link brings along what is traced.
    const address = decodeURIComponent(page.page.url());
    expect(address).toMatch(/&workgroups=0,7$/);
    await page.page.goto(`${address}&machine=abacus`);
    await page.settled();
    await (await page.find('ts-kernel-view .inside')).evaluate((element) => element.scrollIntoView());
    await expect.poll(() => page.text('ts-trace-bar .status')).toMatch(/^machine=abacus is not a machine here/);
    // Nor does it travel on with the next copy of the address, or cost a step of Back.
    expect(decodeURIComponent(page.page.url())).toBe(address);
    const numbers = await page.find('ts-trace-bar input');
    expect(await numbers.evaluate((element) => (element as HTMLInputElement).value)).toBe('0, 7');
    // Of the next kernel it was not asked.
    await page.click('ts-ladder input[value="3_tiles"]');
    await expect.poll(() => page.text('ts-trace-bar .status')).not.toMatch(/abacus/);
  });

  test('stands beside another one: kernel 3 beside 4', async () => {
    const page = await open(TILES);
    await trace(page);
    await page.click('ts-ladder input[value="4_padded"]');
    await trace(page);
    await choose(page, 'ts-compare select', '3_tiles');
    const table = await page.text('ts-compare table');
    expect(table).toMatch(/Moved 20\.0 KiB 20\.0 KiB/);
    expect(table).toMatch(/Passes a request 1\.00 1\.06/);
    expect(table).toMatch(/write tileA 64 of 1\.00 passes 64 of 2\.00 passes/);
    await page.choose('PAD', 0);
    await trace(page);
    await choose(page, 'ts-compare select', 'PAD 1');
    // Without padding 16 lanes of a row store 16 words apart, so that 8 of them meet in a bank.
    expect(await page.text('ts-compare table')).toMatch(/write tileA 64 of 2\.00 passes 64 of 8\.00 passes/);
    expect(await page.violations()).toEqual([]);
  });

  test('is refused with the settings that are, and says why where it cannot be made', async () => {
    const page = await open('?op=neuron&kernel=4_vector_loads&set.offset=4');
    expect(await page.has('ts-trace-bar button.primary[aria-disabled="true"]')).toBe(true);
    await page.click('ts-knob[data-key="offset"] button');
    const fault = await open(TILES);
    await fault.edit('workgroupBarrier();', 'workgroupBarrier() +;');
    expect(await trace(fault)).toMatch(/does not compile/);
  });

  test('is free of what axe finds, cuts nothing off, and has targets of 32 px', async () => {
    const page = await open(TILES);
    await page.edit('workgroupBarrier();', '');
    await trace(page);
    await page.click('ts-findings button');
    for (const { theme, width } of looks) {
      await page.page.setViewport({ width, height: 844 });
      await page.theme(theme);
      expect(await page.violations(), `${theme} at ${width} px`).toEqual([]);
      await expect.poll(() => page.overhang(), { message: `at ${width} px` }).toBe(0);
    }
    expect(await page.smallTargets()).toEqual([]);
  });
});

describe('a recording', () => {
  const SOFTMAX = '?op=softmax&kernel=2_online';

  test('is what a kernel with its own knobs opens with, and says so', async () => {
    const page = await open();
    // It is loaded when the panel is near the visible part of the page.
    await see(page);
    await expect
      .poll(() => page.text('ts-inside .origin'))
      .toMatch(/^Recorded on .*, \d+ \w+ 20\d\d, with inputs 64, neurons 64/);
    expect(await page.text('ts-request figcaption')).toMatch(/32 lanes read 4 B each of w: 32 sectors in 32 lines/);
    await page.choose('WORKGROUP', 32);
    await expect.poll(() => page.text('ts-request')).toContain('press Trace');
    expect(await page.text('ts-inside .origin')).toBe('');
  });

  test('plays where there is no WebGPU, line by line and with values', async () => {
    const page = await open(SOFTMAX, (tab) =>
      tab.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'gpu', { value: undefined })),
    );
    await see(page);
    await expect.poll(() => page.has('ts-inside .stepping button')).toBe(true);
    await (await page.find('ts-inside .stepping button')).evaluate((element) => element.focus());
    await page.press('Enter');
    expect(await page.focused()).toBe('button');
    expect(await page.text('ts-replay .said')).toMatch(
      /^Step 1 of [\d,]+: line 33, lanes 0 to 31 set maximum; lane 0 sets it to −3\.403e38\..*var maximum = LOWEST;/,
    );
    const step = 'ts-replay .row button:nth-of-type(3)';
    for (let times = 0; times < 2; times++) await page.click(step);
    // Lane 0 reads the first score.
    await expect
      .poll(() => page.text('ts-replay .said'))
      .toMatch(/line 36, .* read x; lane 0 reads element 0: 0\.8939/);
    expect(await page.text('ts-editor .lit')).toContain('let score = ');
    await page.click(step);
    await page.click(step);
    await expect.poll(() => page.text('ts-watched')).toMatch(/maximum 0\.894 sum 1\.00/);
    await page.click('ts-replay .row button:nth-of-type(2)');
    await expect.poll(() => page.text('ts-watched')).toMatch(/sum 1\.00/);
    // The last step has written the whole output.
    await (await page.find('ts-replay input')).evaluate((element) => element.focus());
    await page.press('End');
    await expect
      .poll(() => page.text('ts-replay .said'))
      .toMatch(/line 42, .* write y; lane 0 writes element 31: 3\.70/);
    await page.watchShifts();
    await page.click('ts-replay .row button');
    await expect.poll(() => page.text('ts-replay .said')).toMatch(/^Step \d of/);
    await page.click('ts-replay .row button');
    expect(await page.shifted()).toBeLessThan(0.0005);
    expect(await page.violations()).toEqual([]);
    expect(await page.smallTargets()).toEqual([]);
  });

  test('gives way to a trace with values of the settings and the code shown', async () => {
    const page = await open(TILES);
    await page.edit('workgroupBarrier();', 'workgroupBarrier(); ');
    await page.click('ts-inside .stepping button');
    await expect.poll(() => page.has('ts-replay'), PATIENT).toBe(true);
    expect(await page.text('ts-replay')).toContain('tileA');
    await page.page.setViewport({ width: 390, height: 844 });
    await expect.poll(() => page.overhang()).toBe(0);
  });

  test('has nothing to step through where a kernel accesses nothing, and says so', async () => {
    const page = await open(SMALL);
    await page.edit('if (neuron >=', 'if (neuron + 1u > 0u || neuron >=');
    await page.click('ts-inside .stepping button');
    await expect.poll(() => page.text('ts-inside'), PATIENT).toContain('This workgroup accesses no memory.');
  });
});
