/** The memory laboratory on the page: a probe runs, is cancelled, and recordings and files are opened without a GPU. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElementHandle, Page } from 'puppeteer';
import { expect, test } from 'vitest';
import { isWhole } from '../setup/whole.ts';
import { PATIENT, playgrounds } from './playground.ts';

const RECORDED = 'bench/results/fingerprints/llvmpipe.json';
const start = playgrounds();
const noGpu = (tab: Page) => tab.evaluateOnNewDocument(() => Reflect.deleteProperty(Navigator.prototype, 'gpu'));

/** Whose measurements are chosen. */
const selected = async (page: Awaited<ReturnType<typeof start>>): Promise<string> =>
  (await page.find('ts-sources select')).evaluate((select) => (select as HTMLSelectElement).value);

test('a probe streams its rows into a place that is there, and says what was checked', async () => {
  const page = await start('?view=memory&probe=grid');
  await page.find('ts-panel svg');
  expect(await page.text('ts-probe')).toMatch(/processor’s own caches.*Not run yet\. 20 steps/);
  await page.watchShifts();
  expect(await page.measure()).toMatch(/^Measured in /);
  expect(await page.shifted()).toBeLessThan(0.0005);
  expect(await page.text('ts-probe .verdict')).toMatch(
    /^Correct\. Checked before and after each step was timed: [\d,]+ of [\d,]+ values, exactly\./,
  );
  expect(await page.count('ts-panel [aria-label="dot"] path')).toBe(20);
  await page.click('ts-probe summary');
  expect(await page.count('ts-probe-table tbody tr')).toBe(20);
  expect(await page.text('ts-probe .found')).toMatch(/Workgroups in the first wave.*The tail/);
  expect(await page.violations()).toEqual([]);
  expect(await page.smallTargets()).toEqual([]);
  // Once the device is lost, what it has measured still has its name.
  const who = await page.text('ts-probe .who');
  expect(who).not.toMatch(/No device/);
  const view = await page.find('ts-memory-view');
  await view.evaluate((element) => {
    const missing = { lack: 'stuck', title: 'Stuck', what: 'A kernel has not ended.' };
    element.dispatchEvent(new CustomEvent('device-missing', { detail: { missing }, bubbles: true, composed: true }));
  });
  await page.find('ts-missing');
  expect(await page.text('ts-probe .who')).toBe(who);
});

test('a probe that is cancelled keeps what was finished, and says of the rest that it was cancelled', async () => {
  const page = await start('?view=memory&probe=alignment');
  await page.click('ts-batch-bar .primary');
  await expect
    .poll(() => page.text('ts-probe .verdict'), PATIENT)
    .toMatch(/^Running\. [1-9]\d* of \d+ rows are measured/);
  expect(await page.text('ts-batch-bar [role=status]')).toBe('The run has started.');
  await page.click('ts-batch-bar button:not(.primary)');
  await expect.poll(() => page.text('ts-batch-bar .status')).toMatch(/^You cancelled the run/);
  expect(await page.text('ts-probe .verdict')).toMatch(
    /^Correct\. .* [1-9]\d* of \d+ rows are withheld: the run was cancelled\.$/,
  );
  expect(await page.text('ts-probe .found')).toMatch(/withheld The run was cancelled/);
  expect(await page.text('ts-batch-bar .primary')).toMatch(/^Run \d+ steps$/);
  expect(await page.violations()).toEqual([]);
});

test('a probe that is cancelled before any row concludes nothing, and another one runs after it', async () => {
  const page = await start('?view=memory&op=matmul&kernel=1_naive');
  await page.click('ts-probes [data-run="sustained"]');
  expect((await page.query()).get('probe')).toBe('sustained');
  await expect.poll(() => page.text('ts-probe .verdict')).toMatch(/^Running/);
  await page.click('ts-batch-bar button:not(.primary)');
  await expect.poll(() => page.text('ts-batch-bar .status')).toMatch(/^You cancelled the run/);
  expect(await page.text('ts-probe .found')).toMatch(/Nothing is concluded/);
  await page.click('ts-probes [data-run="grid"]');
  expect(await page.measured()).toMatch(/^Measured in /);
  // The kernel that the reader came from is not forgotten.
  expect((await page.query()).get('kernel')).toBe('1_naive');
});

test('recordings and files open without WebGPU, with device and date, side by side', async () => {
  const page = await start('?view=memory&probe=roofs&from=llvmpipe&beside=swiftshader', noGpu);
  await expect.poll(() => page.count('ts-probe')).toBe(2);
  expect(await page.text('ts-probe .who')).toMatch(/^llvmpipe.* recorded \d+ \w+ \d{4}, dawn$/);
  expect(await page.text('ts-memory-view')).toMatch(/swiftshader recorded .*, chrome/);
  expect(await page.violations()).toEqual([]);
  expect(await page.overhang()).toBe(0);

  const bad = join(mkdtempSync(join(tmpdir(), 'tilescope-')), 'bad.json');
  writeFileSync(bad, '{"tool":"tilescope","command":"bench"}');
  const picker = (await page.find('ts-sources input')) as unknown as ElementHandle<HTMLInputElement>;
  await picker.uploadFile(bad);
  await expect.poll(() => page.has('.fault li')).toBe(true);
  expect(await page.text('.fault li')).toMatch(/^bad\.json: This file cannot be read: it names no version/);
  await picker.uploadFile(RECORDED);
  await expect.poll(() => page.text('ts-probe .who')).toMatch(/^llvmpipe/);
  await expect.poll(() => page.has('.fault li')).toBe(false);
  // A link cannot bring a file along.
  expect((await page.query()).get('from')).toBeNull();
  // Within the page the file stays open: at a probe that it lacks, it is one click back to one that it has.
  await page.page.$eval('>>> ts-probes >>> [data-probe=stride]', (button) => (button as HTMLElement).click());
  await page.click('ts-memory-view .pair a');
  await expect.poll(() => page.text('ts-probe .who')).toMatch(/^llvmpipe/);
});

test('without WebGPU a recording stands in, the others are one click away, and a roofline stands under its own device', async () => {
  const page = await start('?view=memory&probe=run', noGpu);
  // The first recording has not run this probe, and another has.
  await expect.poll(() => page.text('ts-probe .who')).toMatch(/^llvmpipe.* recorded \d+ \w+ \d{4}, dawn$/);
  expect(await page.text('ts-sources select')).toMatch(/this device/);
  expect(await selected(page)).toBe('llvmpipe');
  expect(await page.text('ts-probes [data-probe=run]>.head')).toBe('Run correct');
  const offer = await page.text('ts-memory-view .offer');
  expect(offer).toMatch(/ Shown: a recording of llvmpipe, since nvidia-h200 has no recording of this probe\.$/);
  await page.click('ts-memory-view .offer a[href*="nvidia-h200"]');
  await expect.poll(() => page.text('ts-memory-view .pair')).toMatch(/^nvidia-h200 .*This probe was not run there/);
  // The list is that of the device shown.
  expect(await page.text('ts-probes [data-probe=run]>.head')).toBe('Run not run there');
  expect(await page.text('ts-probes [data-probe=grid]>.head')).toBe('Grid correct');
  await page.click('ts-memory-view .pair a[href*="probe=roofs"]');
  await (await page.find('ts-sources select[data-which="beside"]')).evaluate((element) => {
    (element as HTMLSelectElement).value = 'llvmpipe';
    element.dispatchEvent(new Event('change'));
  });
  await expect.poll(() => page.count('ts-roofline')).toBe(2);
  const left = async (selector: string): Promise<number> =>
    (await page.find(selector)).evaluate((element) => element.getBoundingClientRect().left);
  for (const side of [1, 2]) {
    const column = `.pair div:nth-child(${side})`;
    expect(await left(`${column} ts-roofline`)).toBe(await left(`${column} ts-probe`));
  }
  expect(await left('.pair div:nth-child(2) ts-roofline')).toBeGreaterThan(await left('ts-probe'));
});

test('without WebGPU no link sets a recording beside itself', async () => {
  const page = await start('?view=memory&probe=roofs&beside=nvidia-h200', noGpu);
  await expect.poll(() => page.text('ts-probe .who')).toMatch(/^nvidia-h200/);
  const sides = await page.page.$$eval('>>> ts-memory-view >>> .offer a', (links) =>
    links.map((link) => {
      const { searchParams } = new URL((link as HTMLAnchorElement).href);
      return [searchParams.get('from'), searchParams.get('beside')];
    }),
  );
  expect(sides.length).toBeGreaterThan(1);
  for (const [from, beside] of sides) expect([from, beside]).toEqual([expect.any(String), null]);
});

test('what kernels store stays chosen while they are measured, and the control says so', async () => {
  const page = await start('?view=memory&probe=roofs');
  const chosen = (): Promise<string[]> =>
    page.page.$$eval('>>> ts-roofline >>> ts-knob >>> input:checked', (inputs) =>
      inputs.map(({ ariaLabel }) => ariaLabel ?? ''),
    );
  await page.find('ts-roofline .head button:enabled');
  expect(await chosen()).toEqual(['f32']);
  await page.click('ts-roofline .head button');
  const other = await page.find('ts-roofline ts-knob input[aria-label*="during"]');
  await other.evaluate((input) => input.click());
  await expect.poll(chosen).toEqual(['f32']);
  await page.click('ts-roofline .head button');
  await other.evaluate((input) => input.click());
  await expect.poll(async () => (await chosen())[0]).toMatch(/^f16/);
});

test('the list of probes is that of the recording shown, and not of this device', async () => {
  const page = await start('?view=memory&probe=accuracy&from=nvidia-h200');
  await expect.poll(() => page.text('ts-probes [data-probe=grid]>.head')).toBe('Grid correct');
  await (await page.find('ts-sources select')).select('');
  await expect.poll(() => page.text('ts-probes [data-probe=grid]>.head')).toBe('Grid not run yet');
});

test('errors stand beside what WGSL allows, under names that are whole on a phone too', async () => {
  const page = await start('?view=memory&probe=accuracy&from=nvidia-h200', (tab) =>
    tab.setViewport({ width: 360, height: 780 }),
  );
  await expect
    .poll(() => page.text('ts-probe .verdict'))
    .toMatch(/^Measured\. Checked before .* timed: all 1,310,720 values, only that each is a finite number\./);
  expect(await page.text('ts-panel .key')).toMatch(/^model: exact result, rounded to nearest\s*all that WGSL allows$/);
  const chart = await page.find('ts-panel .drawing svg');
  const cut = await chart.evaluate((svg) => {
    const { left, right } = svg.getBoundingClientRect();
    const outside = (text: Element): boolean => {
      const own = text.getBoundingClientRect();
      return own.left < left || own.right > right;
    };
    return [...svg.querySelectorAll('text')].filter(outside).map((text) => text.textContent);
  });
  expect(cut).toEqual([]);
  // The line is at the tick of 100%.
  const places = await chart.evaluate((svg) => {
    const middle = (element: Element | undefined): number => {
      const { left, right } = element?.getBoundingClientRect() ?? { left: 0, right: 0 };
      return (left + right) / 2;
    };
    const tick = [...svg.querySelectorAll('text')].find(({ textContent }) => textContent === '100');
    return [middle(svg.querySelector('[aria-label="rule"][stroke="var(--ink)"] line') ?? undefined), middle(tick)];
  });
  expect(places[0]).toBeGreaterThan(0);
  expect(Math.abs(places[0] - places[1])).toBeLessThan(1);
});

test('a point of a recorded roofline opens its kernel, on the same shape', async () => {
  const page = await start('?view=memory&probe=roofs&from=llvmpipe', noGpu);
  await expect.poll(() => page.has('ts-roofline svg')).toBe(true);
  expect(await page.text('ts-roofline')).toMatch(/Every kernel under these roofs recorded .*Memory.*f32 arithmetic/);
  await page.click('ts-roofline summary');
  expect(await page.violations()).toEqual([]);
  expect(await page.smallTargets()).toEqual([]);
  const origin = new URL(page.page.url()).origin;
  await page.page
    .browserContext()
    .overridePermissions(origin, ['clipboard-read', 'clipboard-write', 'clipboard-sanitized-write']);
  await page.page.bringToFront();
  await page.click('ts-roofline .toggle');
  await page.click('ts-roofline [data-save="figure"]');
  await expect.poll(() => page.text('ts-roofline ts-share [role=status]')).toBe('HTML copied.');
  expect(await page.page.evaluate(() => navigator.clipboard.readText())).toMatch(
    /^<script src=".*\/figure\.js" async><\/script>\n<tilescope-figure src="roofline\.json" kind="roofline">/,
  );
  await page.click('ts-roofline tbody tr:nth-child(2) a');
  await expect.poll(async () => (await page.query()).get('kernel')).toBe('2_row_major');
  expect((await page.query()).get('op')).toBe('neuron');
});

test.runIf(isWhole)('every kernel is measured on this device, until that is cancelled', async () => {
  const page = await start('?view=memory&probe=roofs');
  await page.click('ts-roofline .head button');
  await expect.poll(() => page.text('ts-roofline .head'), PATIENT).toMatch(/ [1-9]\d* of \d+ kernels/);
  await page.click('ts-roofline .head button');
  await expect.poll(() => page.text('ts-roofline')).toMatch(/You cancelled the run; points that were measured stay/);
  expect(await page.count('ts-roofline tbody tr')).toBeGreaterThan(0);
});
