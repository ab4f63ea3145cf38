/** Tasks and kernels of one's own on the page. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElementHandle, Page } from 'puppeteer';
import { expect, test } from 'vitest';
import { headerOf } from '../../src/kernels/own/index.ts';
import { findTask, type Task } from '../../src/tasks/index.ts';
import { PATIENT, playgrounds } from './playground.ts';

const start = playgrounds();
const CHECK = 'ts-task .check button';
const noGpu = (tab: Page) => tab.evaluateOnNewDocument(() => Reflect.deleteProperty(Navigator.prototype, 'gpu'));

test('a task is graded, its line pointed out, solved after its hints, and remembered', async () => {
  const page = await start('?view=tasks&task=coalesce');
  await page.click(CHECK);
  await expect.poll(() => page.text('ts-task .said'), PATIENT).toBe('2 of 8 goals to go.');
  expect(await page.text('ts-goals .missed')).toMatch(/^At most 4 sectors a request where a is accessed: not met/);
  await page.click('ts-goals .missed button');
  await expect.poll(() => page.focused()).toBe('div');
  for (let hint = 1; hint <= 3; hint++) await page.click('ts-task .hints button');
  expect(await page.count('ts-task .hints li')).toBe(3);
  expect(await page.violations()).toEqual([]);
  expect(await page.overhang()).toBe(0);
  // The last one shows the solution, as text to be checked like any other.
  await page.click('ts-task .hints button');
  await (await page.find(CHECK)).focus();
  await page.hold('Enter');
  await expect.poll(() => page.text('ts-task .said'), PATIENT).toMatch(/^Solved: all goals are met\./);
  expect(await page.has(`${CHECK}:focus`)).toBe(true);
  expect(await page.text('ts-tasks-view nav h2')).toMatch(/1 of \d+ solved/);
  expect(await page.text('ts-tasks-view .next')).toBe(
    'Next lesson: The 128-byte line Next task: One lane for each neuron',
  );
  // The lesson that sent the reader here is one link away.
  await page.click('ts-tasks-view .lesson a');
  await expect.poll(() => page.text('ts-lesson h2')).toBe('Which lanes read what');
  expect(await page.page.title()).toBe('Which lanes read what · Learn · Tilescope');
});

test('without WebGPU a task can be read and edited, and says why it is not checked', async () => {
  // The line to write is what is seen of the code, although others stand above it.
  const page = await start('?view=tasks&task=multiply_add', noGpu);
  const isSeen = () =>
    page.page.$eval('>>> ts-task >>> ts-editor >>> .listing', (listing) => {
      const row = [...listing.querySelectorAll('.line')].find((line) => line.textContent?.includes('is missing here'));
      const [own, all] = [row, listing].map((one) => one?.getBoundingClientRect());
      return own !== undefined && all !== undefined && own.top >= all.top && own.bottom <= all.bottom;
    });
  await expect.poll(isSeen).toBe(true);
  await expect.poll(() => page.text('ts-task .check')).toMatch(/No GPU to run on/);
  expect(await page.count('ts-task .line')).toBeGreaterThan(10);
  expect(await page.violations()).toEqual([]);
  // In an answer that is kept the line is another one.
  const { start: code, hints } = findTask('multiply_add') as Task;
  const answer = `${'// mine\n'.repeat(60)}${code}`;
  await page.page.evaluate((answer) => localStorage.setItem('tilescope answer multiply_add', answer), answer);
  await page.page.reload();
  await expect.poll(() => page.text('ts-task .line')).toBe('// mine');
  await expect.poll(isSeen).toBe(true);
  // The solution does not cost the reader that answer.
  for (let press = 0; press < hints.length + 2; press++) await page.click('ts-task .hints button');
  await expect.poll(() => page.text('ts-task .line')).not.toBe('// mine');
  expect(await page.text('ts-task .said')).toBe(
    'Your own text was kept: “Restore edit” above the code brings it back.',
  );
  // Nor does the start, which takes the place of the solution.
  await page.click('ts-task ts-editor .head button:first-of-type');
  await expect.poll(() => page.text('ts-task ts-editor .head')).not.toMatch(/Reset code/);
  await page.click('ts-task ts-editor .head button:last-of-type');
  await expect.poll(() => page.text('ts-task .line')).toBe('// mine');
  // Nor does a storage that is full, but for a reload.
  await page.page.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await page.click('ts-task .hints button');
  expect(await page.text('ts-task .said')).toBe(
    'This browser keeps no storage for this page: “Restore edit” above the code brings your own text back until you reload.',
  );
  await page.click('ts-tasks-view .next a:last-child');
  await page.find('ts-tasks-view ts-task[task-id="edge"]');
  await page.back('ts-tasks-view ts-task[task-id="multiply_add"]');
  await expect.poll(() => page.text('ts-task .line')).not.toBe('// mine');
  expect(await page.text('ts-task ts-editor .head')).toMatch(/edited/);
  await page.click('ts-task ts-editor .head button:last-of-type');
  await expect.poll(() => page.text('ts-task .line')).toBe('// mine');
});

test('a copy of a rung runs as a kernel of one’s own, is traced, timed beside the ladder, and kept', async () => {
  const page = await start('?view=own&op=transpose&rows=40&columns=33');
  const select = (await page.find('ts-shelf select')) as unknown as ElementHandle<HTMLSelectElement>;
  await select.select('3_padded');
  await page.click('ts-shelf section .row button');
  expect((await page.query()).get('name')).toBe('transpose from 3');
  // The knobs of the kernel that it is a copy of are its own.
  await page.choose('TILE', 16);
  expect((await page.query()).get('set.TILE')).toBe('16');
  expect(await page.text('ts-editor .line:has(.line-value)')).toMatch(/^override TILE: .* 16 in this run$/);
  // What the device cannot store is hatched before anything is run, with the reason.
  expect(await page.count('ts-problem [data-key="dtype"] .chip.refused')).toBe(1);
  expect(await page.page.$eval('>>> ts-problem >>> .chip.refused', (chip) => (chip as HTMLElement).title)).toMatch(
    /needs the WebGPU feature "shader-f16"/,
  );
  await (await page.find('ts-own-view [data-what="run"]')).focus();
  // Held down, the key presses Run once, and not Cancel, which takes its place.
  await page.hold('Enter');
  await expect.poll(() => page.text('ts-verdict .state'), PATIENT).toBe('Correct');
  // The button that a run has taken away has its focus again.
  await expect.poll(() => page.has('ts-own-bar [data-what="run"]:focus')).toBe(true);
  await page.click('ts-own-view [data-what="trace"]');
  await expect.poll(() => page.has('ts-own-trace .clean'), PATIENT).toBe(true);
  await page.find('ts-own-trace ts-request svg.drawn');
  await expect.poll(() => page.count('ts-editor .count')).toBeGreaterThan(1);
  await page.click('ts-own-trace .stepping button');
  await page.find('ts-own-trace ts-replay');
  await page.click('ts-own-view [data-what="beside"]');
  await expect.poll(() => page.count('ts-own-beside tbody tr'), PATIENT).toBe(4);
  expect(await page.violations()).toEqual([]);
  // The file that it is exported as is one that the command line takes.
  const exported = await page.downloaded(() => page.click('ts-own-bar .bar button:last-child'));
  expect(headerOf(exported.toString())).toMatchObject({ op: 'transpose', as: '3_padded' });
  // What it gave leaves the page, and is opened again without a GPU.
  const path = join(mkdtempSync(join(tmpdir(), 'tilescope-')), 'own.json');
  writeFileSync(path, await page.saved('ts-own-found ts-share', 'json'));
  const other = await start('?view=ladder&op=neuron', noGpu);
  const picker = (await other.find('ts-share input')) as unknown as ElementHandle<HTMLInputElement>;
  await picker.uploadFile(path);
  await expect.poll(() => other.text('ts-own-view ts-verdict .state')).toBe('Correct');
  expect(await other.count('ts-own-beside tbody tr')).toBe(4);
  expect(await other.text('ts-editor .frame')).toMatch(/^\/\/ tilescope kernel/);
  expect(await other.text('ts-own-view .said')).toMatch(/This is a recording/);
  expect(await other.text('ts-editor .hint')).toBe('as in the file');
  expect(await other.violations()).toEqual([]);
  await other.click('ts-opened button');
  await expect.poll(() => other.has('ts-own-beside tbody')).toBe(false);
  // The kernel stays with the reader, with the knobs that it was measured with.
  expect(await other.text('ts-editor .frame')).toMatch(/^\/\/ tilescope kernel/);
  expect(await other.text('ts-shelf .open')).toBe('transpose');
  expect(Object.fromEntries(await other.query())).toMatchObject({ name: 'transpose', 'set.TILE': '16' });
  expect(await other.text('ts-own-view .said')).toMatch(/^What you write is kept/);
  await other.close();
  await page.page.bringToFront();
  await page.page.reload();
  await expect.poll(() => page.text('ts-editor .frame'), PATIENT).toMatch(/^\/\/ tilescope kernel/);
  expect(await page.text('ts-shelf .open[aria-current="true"]')).toBe('transpose from 3');
});

test('what does not compile says so in words that fit a kernel of one’s own, to a trace as to a run', async () => {
  const page = await start('?view=own&op=transpose&rows=40&columns=33');
  const select = (await page.find('ts-shelf select')) as unknown as ElementHandle<HTMLSelectElement>;
  await select.select('3_padded');
  await page.click('ts-shelf section .row button');
  await page.intoCode();
  await page.press('Control', 'End');
  await page.page.keyboard.sendCharacter('fn more() { y[0] = none; }\n');
  await page.click('ts-own-view [data-what="run"]');
  // There is no saved kernel to go back to.
  await expect.poll(() => page.text('ts-verdict'), PATIENT).toMatch(/Fix them, then run again\.$/);
  await page.click('ts-own-view [data-what="trace"]');
  await expect.poll(() => page.text('ts-own-bar .said'), PATIENT).toMatch(/does not compile: line \d+: /);
});

test('a kernel that was deleted can be had back', async () => {
  const page = await start('?view=own&op=transpose', noGpu);
  expect(await page.text('ts-editor .hint')).toBe('kept once you edit it');
  await page.click('ts-shelf section .row button');
  await page.intoCode();
  await page.page.keyboard.sendCharacter('// mine\n');
  await expect.poll(() => page.text('ts-editor .frame')).toMatch(/mine/);
  await page.click('ts-shelf [aria-label^="Delete"]');
  await expect.poll(() => page.text('ts-own-bar .said')).toBe('transpose is deleted. Bring it back');
  expect(await page.has('ts-shelf .open')).toBe(false);
  expect(await page.text('ts-editor .frame')).not.toMatch(/mine/);
  await (await page.find('ts-own-bar .said button')).focus();
  await page.press('Enter');
  await expect.poll(() => page.text('ts-editor .frame')).toMatch(/mine/);
  expect((await page.query()).get('name')).toBe('transpose');
  expect(await page.text('ts-own-bar .said')).toMatch(/^What you write is kept/);
  expect(await page.text('ts-editor .hint')).toBe('kept in this browser');
  // The focus of the button that is gone stays in the bar.
  expect(await page.has('ts-own-bar [data-what="run"]:focus')).toBe(true);
  // What is wrong meanwhile is said beside the offer.
  await page.click('ts-shelf [aria-label^="Delete"]');
  const picker = (await page.find('ts-shelf input[type=file]')) as unknown as ElementHandle<HTMLInputElement>;
  const path = join(mkdtempSync(join(tmpdir(), 'tilescope-')), 'bare.wgsl');
  writeFileSync(path, '@compute @workgroup_size(1) fn main() {}');
  await picker.uploadFile(path);
  await expect
    .poll(() => page.text('ts-own-bar .said'))
    .toMatch(/^bare\.wgsl was not imported\. .*\. transpose is deleted\. Bring it back$/);
});

test('a link brings a kernel along, under a name of its own, and does not run it', async () => {
  const page = await start('?view=own&op=transpose');
  await page.allowClipboard();
  await page.page.bringToFront();
  await page.click('ts-shelf section .row button');
  await page.intoCode();
  await page.page.keyboard.sendCharacter('// of another reader\n');
  await page.click('ts-own-found ts-share .toggle');
  await page.click('ts-own-found [data-save="link"]');
  await expect.poll(() => page.text('ts-own-found ts-share [role=status]')).toBe('Link copied.');
  const link = await page.page.evaluate(() => navigator.clipboard.readText());
  const other = await start();
  // The reader's own kernel of that name stays as it is.
  await other.page.evaluate(() => localStorage.setItem('tilescope own transpose', '// another'));
  // The tab that has that kernel open goes on from there.
  await expect.poll(() => page.text('ts-editor .frame')).toMatch(/\/\/ another$/);
  await other.page.goto(`${link}>`);
  await expect.poll(() => other.text('ts-own-view ts-notices')).toMatch(/brought a kernel along.*not been run/);
  await expect.poll(() => other.text('ts-editor .frame')).toMatch(/^\/\/ of another reader/);
  expect((await other.query()).get('name')).toBe('transpose 2');
  expect(await other.page.evaluate(() => localStorage.getItem('tilescope own transpose'))).toBe('// another');
  expect(await other.text('ts-own-view ts-verdict .state')).toBe('Not run yet');
  // The same link again finds what it brought before; where nothing has the name, nobody is told that it is missing.
  await other.page.goto(link);
  await expect.poll(async () => (await other.query()).get('name')).toBe('transpose 2');
  expect(await other.page.evaluate(() => localStorage.getItem('tilescope own transpose 3'))).toBeNull();
  await other.page.evaluate(() => localStorage.clear());
  await other.page.goto(link);
  await expect.poll(() => other.text('ts-shelf .open')).toBe('transpose');
  expect(await other.text('ts-own-view .said')).toMatch(/^What you write is kept/);
});

test('a file is imported with its operation, and one without a header is named and left', async () => {
  const page = await start('?view=own&op=neuron', noGpu);
  const picker = (await page.find('ts-shelf input[type=file]')) as unknown as ElementHandle<HTMLInputElement>;
  const folder = mkdtempSync(join(tmpdir(), 'tilescope-'));
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  await picker.uploadFile(write('bare.wgsl', '@compute @workgroup_size(1) fn main() {}'));
  await expect
    .poll(() => page.text('ts-own-view .said'))
    .toMatch(/^bare\.wgsl was not imported\. The text has no header/);
  const { solution } = findTask('coalesce') as Task;
  await picker.uploadFile(write('mine.wgsl', solution));
  await expect.poll(async () => (await page.query()).get('name')).toBe('mine');
  expect((await page.query()).get('op')).toBe('matmul');
  await expect.poll(() => page.text('ts-editor .frame')).toMatch(/fn product/);
  expect(await page.violations()).toEqual([]);
});

test('a kernel that is dropped where results are shown is imported all the same', async () => {
  const page = await start('?view=ladder&op=neuron', noGpu);
  const { solution } = findTask('transpose_tile') as Task;
  await page.page.evaluate((content) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([content], 'Mine.WGSL'));
    window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
  }, solution);
  await expect.poll(async () => (await page.query()).get('name')).toBe('Mine');
  expect((await page.query()).get('view')).toBe('own');
  expect((await page.query()).get('op')).toBe('transpose');
  await expect.poll(() => page.text('ts-editor .frame')).toMatch(/fn turn/);
});
