/** What leaves the page and what comes back: files that the schemas take, pictures, links with code, and files opened again. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ElementHandle, Page } from 'puppeteer';
import { describe, expect, inject, test } from 'vitest';
import memorySchema from '../../bench/memory.schema.json' with { type: 'json' };
import recordingSchema from '../../bench/recording.schema.json' with { type: 'json' };
import resultSchema from '../../bench/result.schema.json' with { type: 'json' };
import traceSchema from '../../bench/trace.schema.json' with { type: 'json' };
import { isWhole } from '../setup/whole.ts';
import { LADDER, type Playground, playgrounds, SMALL } from './playground.ts';

const open = playgrounds();
const ajv = () => new Ajv2020({ allErrors: true, allowUnionTypes: true, strictTypes: false });
const schemas = {
  result: ajv().compile(resultSchema),
  memory: ajv().compile(memorySchema),
  recording: ajv().addSchema(traceSchema, 'trace.schema.json').compile(recordingSchema),
};
const noGpu = (tab: Page) => tab.evaluateOnNewDocument(() => Reflect.deleteProperty(Navigator.prototype, 'gpu'));

async function choose(page: Playground, path: string): Promise<void> {
  const picker = (await page.find('ts-share input')) as unknown as ElementHandle<HTMLInputElement>;
  await picker.uploadFile(path);
}

function expectValid(name: keyof typeof schemas, file: Buffer): { results: { status: string }[] } {
  const document = JSON.parse(file.toString());
  schemas[name](document);
  expect(schemas[name].errors).toBeNull();
  expect(document.host).toBe('page');
  return document;
}

function expectRecording(file: Buffer): void {
  const document = JSON.parse(file.toString());
  schemas.recording(document);
  expect(schemas.recording.errors).toBeNull();
  // It was recorded elsewhere, and the file says so.
  expect(document.host).toBe('dawn');
}

describe('what is saved', () => {
  test('is a result of edited code that the schema takes, and the page opens again without a GPU', async () => {
    const page = await open(SMALL);
    await page.edit('i < p.inputs', 'i < p.inputs + 0u');
    await page.run();
    const file = await page.saved('.result ts-share', 'json');
    expect(expectValid('result', file).results[0].status).toBe('correct');
    const csv = (await page.saved('.result ts-share', 'csv')).toString().split('\r\n');
    expect(csv[0]).toMatch(/^op,kernel,dtype,.*median_ns/);
    expect(csv[1]).toMatch(/^neuron,2_row_major,f32,256,64/);
    // The title is wider than the picture, and is broken; samples are dots with a rim.
    const svg = (await page.saved('.result ts-share', 'svg')).toString();
    const [first, second] = [...svg.matchAll(/<text [^>]*font-weight="600">([^<]*)</g)].map(([, line]) => line);
    expect(`${first} ${second}`).toMatch(/^Row-major, one invocation per neuron · Neuron, inputs 256, neurons 64, f32/);
    expect(svg).toMatch(/<rect [^>]*rx="[1-9][^>]*fill="none" stroke="/);

    const path = join(mkdtempSync(join(tmpdir(), 'tilescope-')), 'mine.json');
    writeFileSync(path, file);
    const other = await open('?view=kernel', noGpu);
    await choose(other, path);
    await expect.poll(() => other.has('ts-opened')).toBe(true);
    expect(await other.text('ts-opened')).toMatch(
      /recorded mine\.json: .*a software adapter \( page \), \d+ \w+ 20\d\d\./,
    );
    expect(await other.state()).toBe('Correct');
    // What its device could do, the file does not say.
    expect(await other.text('ts-facts')).not.toMatch(/TiB/);
    await expect.poll(() => other.text('ts-runs')).toMatch(/Runs in this file.*edited, line \d+: .*p\.inputs \+ 0u/);
    expect(await other.violations()).toEqual([]);
    await other.click('ts-opened button');
    await expect.poll(() => other.has('ts-missing')).toBe(true);
  });

  test('is a ladder, as JSON and as a picture in light colours', async () => {
    const page = await open(LADDER);
    await page.theme('dark');
    await page.measure();
    const { results } = expectValid('result', await page.saved('ts-share', 'json'));
    expect(results.length).toBeGreaterThan(2);
    const svg = (await page.saved('ts-share', 'svg')).toString();
    expect(svg).toMatch(/^<\?xml.*\n<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).not.toMatch(/var\(|class=|<style|currentColor/);
    expect(svg).toContain('fill="rgb(253, 253, 252)"');
    // Nothing can be pressed in a picture.
    expect(svg).not.toContain('by speed');
    const png = await page.saved('ts-share', 'png');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(await page.page.evaluate(() => document.documentElement.dataset.theme)).toBeUndefined();
  });

  test.runIf(isWhole)('is a probe', async () => {
    const page = await open('?view=memory&probe=grid');
    await page.measure();
    expectValid('memory', await page.saved('ts-share', 'json'));
    expect((await page.saved('ts-share', 'csv')).toString()).toMatch(/median_ns/);
  });

  test('is a recorded trace', async () => {
    const page = await open('?op=matmul&kernel=3_tiles');
    const inside = await page.find('ts-inside');
    await inside.evaluate((element) => element.scrollIntoView());
    await page.find('ts-request .drawn');
    expectRecording(await page.saved('ts-inside ts-share', 'json'));
    expect((await page.saved('ts-inside ts-share', 'svg')).toString()).toMatch(/<path /);
  });
});

describe('a figure of a lesson', () => {
  test('is saved as a recording, as a picture, and as two lines for another page', async () => {
    const page = await open('?view=learn&lesson=coalescing', noGpu);
    await page.allowClipboard();
    for (const label of ['Show me without a guess', 'Show the recording']) {
      await expect.poll(() => page.text('ts-predict')).toContain(label);
      await page.page.$$eval(
        '>>> ts-predict >>> button',
        (buttons, words) => buttons.find(({ textContent }) => textContent?.includes(words))?.click(),
        label,
      );
    }
    await page.find('ts-lesson-figure ts-request svg.drawn');
    const menu = 'ts-lesson-figure ts-share';
    expectRecording(await page.saved(menu, 'json'));
    expect((await page.saved(menu, 'svg')).toString()).toMatch(/<path /);
    await page.page.bringToFront();
    await page.click(`${menu} .toggle`);
    await page.click(`${menu} [data-save="figure"]`);
    await expect.poll(() => page.text(`${menu} [role=status]`)).toBe('HTML copied.');
    const html = await page.page.evaluate(() => navigator.clipboard.readText());
    expect(html.split('\n')).toEqual([
      `<script src="${new URL('figure.js', inject('pageUrl'))}" async></script>`,
      '<tilescope-figure src="lesson-coalescing-request-column.json" kind="trace"></tilescope-figure>',
      '',
    ]);
  });
});

describe('a file that is opened', () => {
  test('shows a stored ladder in its view, with whose it is; another one gets a sentence', async () => {
    const page = await open('?view=kernel', noGpu);
    await choose(page, 'bench/results/ladder-matmul-lavapipe.json');
    await page.find('ts-ladder-view');
    expect((await page.query()).get('view')).toBe('ladder');
    await expect.poll(() => page.count('ts-rungs tbody.correct')).toBeGreaterThan(9);
    expect(await page.text('ts-opened')).toMatch(/llvmpipe/);
    expect(await page.text('ts-batch-bar')).toMatch(/This is a recording/);
    expect(await page.violations()).toEqual([]);
    const bad = join(mkdtempSync(join(tmpdir(), 'tilescope-')), 'bad.json');
    writeFileSync(bad, '{"tool":"tilescope"}');
    // What is said of it is heard only in a region that was there before.
    const region = await page.find('ts-notices.fault [role=status]');
    await choose(page, bad);
    await expect.poll(() => page.has('.fault li')).toBe(true);
    expect(await page.text('.fault li')).toMatch(
      /^bad\.json: This file cannot be read: it names no version of Tilescope/,
    );
    expect(await region.evaluate(({ textContent }) => textContent)).toContain('bad.json');
    expect(await page.has('ts-opened')).toBe(true);
  });

  test('of results leaves the views of this device alone', async () => {
    const page = await open('?view=kernel', noGpu);
    await choose(page, 'bench/results/ladder-matmul-lavapipe.json');
    await page.find('ts-opened');
    await page.click('nav a[href*="view=device"]');
    await expect.poll(() => page.text('ts-batch-bar .status')).toBe('No GPU to run on');
    expect(await page.has('ts-opened')).toBe(false);
    await page.click('nav a[href*="view=ladder"]');
    await expect.poll(() => page.text('ts-batch-bar .status')).toBe('This is a recording');
    expect(await page.has('ts-opened')).toBe(true);
  });

  test('may be dropped on any view', async () => {
    const page = await open('?view=sweep', noGpu);
    const text = readFileSync('bench/results/fingerprints/llvmpipe.json', 'utf8');
    await page.page.evaluate((content) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content], 'mine.json'));
      window.dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
    }, text);
    await expect.poll(() => page.text('ts-fingerprint thead')).toMatch(/llvmpipe.* recorded/);
    expect((await page.query()).get('view')).toBe('device');
  });
});

describe('a result that is pinned', () => {
  test('stands beside the next one, with the ratio, what is concluded, and the difference of their code', async () => {
    const page = await open(SMALL);
    await page.run();
    await page.click('.result .pin');
    await expect.poll(() => page.text('ts-beside')).toMatch(/This is the baseline/);
    await page.edit('i < p.inputs', 'i < p.inputs + 0u');
    await page.run();
    expect(await page.text('ts-beside .ratio')).toMatch(
      /^(Faster|Slower|Inconclusive): [\d.]+ × the baseline’s time, .* to .* \(99%\)/,
    );
    expect(await page.text('ts-beside .removed')).toMatch(/i < p\.inputs;/);
    expect(await page.text('ts-beside .added')).toMatch(/i < p\.inputs \+ 0u;/);
    expect(await page.violations()).toEqual([]);
    await page.click('.result .pin');
    expect(await page.has('ts-beside section')).toBe(false);
  });
});

describe('a link with code', () => {
  test('is copied, brings the edit to another reader, and does not run it', async () => {
    const page = await open(SMALL);
    await page.allowClipboard();
    await page.edit('i < p.inputs', 'i < p.inputs + 0u');
    await page.page.bringToFront();
    // A second click while what it lists is on its way does not take the first one back.
    await (await page.find('.result ts-share .toggle')).evaluate((toggle) => {
      toggle.click();
      toggle.click();
    });
    await page.find('.result ts-share .menu');
    // Escape closes the menu, also where a click leaves the focus elsewhere.
    await page.press('Escape');
    await expect.poll(() => page.has('.result ts-share .menu')).toBe(false);
    // Before the click is over, or some browsers forbid it.
    await page.click('.result ts-share .toggle');
    const isAtOnce = await (await page.find('.result ts-share [data-save="link"]')).evaluate((button) => {
      const { write } = Clipboard.prototype;
      let isAsked = false;
      Clipboard.prototype.write = function (items) {
        isAsked = true;
        return write.call(this, items);
      };
      button.click();
      return isAsked;
    });
    expect(isAtOnce).toBe(true);
    await expect.poll(() => page.text('.result ts-share [role=status]')).toBe('Link copied.');
    const link = await page.page.evaluate(() => navigator.clipboard.readText());
    expect(link).toMatch(/#code=[\w-]+$/);
    // Not every browser takes words that are still to come.
    await page.page.evaluate(async () => {
      Reflect.deleteProperty(window, 'ClipboardItem');
      await navigator.clipboard.writeText('');
    });
    await page.click('.result ts-share .toggle');
    expect(await page.text('.result ts-share [role=status]')).toBe('');
    await page.click('.result ts-share [data-save="link"]');
    await expect.poll(() => page.text('.result ts-share [role=status]')).toBe('Link copied.');
    expect(await page.page.evaluate(() => navigator.clipboard.readText())).toBe(link);
    await page.close();
    const other = await open();
    // A menu that is awaited does not open behind whoever has left it.
    await other.page.bringToFront();
    const elsewhere = await other.find('ts-run-bar .primary');
    await (await other.find('.result ts-share .toggle')).evaluate((toggle, elsewhere) => {
      toggle.click();
      elsewhere.focus();
    }, elsewhere);
    const asked = () => performance.getEntriesByType('resource').some(({ name }) => name.includes('share-items'));
    await expect.poll(() => other.page.evaluate(asked)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await other.has('.result ts-share .menu')).toBe(false);
    await other.page.goto(`${link}).`);
    await other.settled();
    await expect
      .poll(() => other.text('ts-kernel-view ts-notices'))
      .toMatch(/brought edited code along.*has not been run/);
    const editor = await other.find('ts-editor');
    expect(await editor.evaluate((element) => (element as unknown as { source: string }).source)).toContain(
      'p.inputs + 0u',
    );
    expect(await other.state()).toBe('Not run yet');
    expect(await other.page.evaluate(() => location.hash)).toBe('');
  });

  test('that is damaged says so and shows the saved kernel, and one that is very long is not listed', async () => {
    const page = await open(`${SMALL}#code=eJzLSM3JyQcABiwCFx`);
    await expect.poll(() => page.text('ts-kernel-view ts-notices')).toMatch(/damaged on its way here/);
    expect(await page.has('ts-editor .edited')).toBe(false);
    const long = deflateSync('1\n'.repeat(2 ** 17)).toString('base64url');
    await page.page.goto(new URL(`?op=transpose#code=${long}`, page.page.url()).href);
    // Where the editor stands, whose lines are those in view.
    await expect.poll(() => page.text('ts-editor .cm-content')).toMatch(/^1 1 1/);
    expect(await page.count('ts-editor .line')).toBeLessThan(500);
  });
});
