/** The fingerprint on the page: it is measured as a whole, cancelled, saved and opened, and stands beside a recorded one. */
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ElementHandle, Page } from 'puppeteer';
import { expect, test } from 'vitest';
import schema from '../../bench/memory.schema.json' with { type: 'json' };
import { inTurn } from '../../src/lab/deadline.ts';
import { fingerprintSuite } from '../../src/lab/fingerprint.ts';
import type { ProbeResult } from '../../src/lab/probe-result.ts';
import { isWhole } from '../setup/whole.ts';
import { type Playground, playgrounds, script } from './playground.ts';

const start = playgrounds();
const noGpu = (tab: Page) => tab.evaluateOnNewDocument(() => Reflect.deleteProperty(Navigator.prototype, 'gpu'));
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true, strictTypes: false }).compile(schema);
const { probes } = fingerprintSuite('quick');
const ids = probes.map(({ id }) => id);
const turns = inTurn(probes).map(({ id }) => id);

/** The probe that is really run; whole fingerprints take a minute. */
const REAL = turns[0];

const recorded = (name: string): { readonly results: readonly ProbeResult[] } =>
  JSON.parse(readFileSync(`bench/results/fingerprints/${name}.json`, 'utf8'));
const foundIn = (name: string) => recorded(name).results.flatMap(({ found }) => found);
const answers = Object.fromEntries(
  recorded('swiftshader').results.map((result) => [
    result.kernel,
    { result: { ...result, rows: result.rows.slice(0, 2) }, restart: false, liveBytes: 0 },
  ]),
);

/**
 * The page's own worker behind one that answers for all probes but one, with what was recorded; the second probe, when it
 * is asked for first, only once it is cancelled.
 */
const answering = `
const answers = ${JSON.stringify(answers)};
let held = null, wasHeld = false;
addEventListener("message", (event) => {
  const { id, method, params, cancel } = event.data;
  if (cancel && id === held) {
    held = null;
    postMessage({ id, error: { name: "Failure", code: "cancelled", message: "Cancelled" } });
  }
  if (method !== "probe" || params.probe === "${REAL}") return;
  event.stopImmediatePropagation();
  if (params.probe === "${turns[1]}" && !wasHeld) {
    held = id;
    wasHeld = true;
  } else postMessage({ id, reply: answers[params.probe] });
});`;
const behind = script(
  `import 'data:text/javascript,${encodeURIComponent(answering).replaceAll("'", '%27')}'; import WORKER_URL;`,
);

async function savedBy(page: Playground): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tilescope-'));
  const session = await page.page.createCDPSession();
  await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
  await page.click('ts-share .toggle');
  await page.click('ts-share [data-save="json"]');
  const files = (): string[] =>
    readdirSync(folder).filter((name) => !name.endsWith('.crdownload') && statSync(join(folder, name)).size > 0);
  await expect.poll(() => files().length).toBe(1);
  return join(folder, files()[0]);
}

async function open(page: Playground, path: string): Promise<void> {
  const picker = (await page.find('ts-sources input')) as unknown as ElementHandle<HTMLInputElement>;
  await picker.uploadFile(path);
}

test('is measured by one button, cancelled at once, resumed, saved, and found again in the charts', async () => {
  const page = await start('?view=device', behind);
  expect(await page.text('ts-batch-bar .primary')).toBe('Measure this GPU');
  // A recorded GPU stands beside what is still to be measured.
  await expect.poll(() => page.text('ts-fingerprint thead')).toMatch(/swiftshader .*nvidia-h200 .*recorded/);
  await page.click('ts-batch-bar .primary');
  await expect
    .poll(() => page.text('ts-batch-bar .status'))
    .toMatch(/\d+ of \d+ steps, [\w ]+ \(2 of 6\), .*, at most \d+ s left$/);
  await page.press('Escape');
  await expect.poll(() => page.text('ts-batch-bar .status')).toMatch(/^You cancelled/);
  expect(await page.text(`ts-fingerprint [data-probe="${REAL}"]>.section`)).toMatch(/Charts Correct/);
  expect(await page.text('ts-batch-bar .primary')).toMatch(/^Resume, \d left$/);

  expect(await page.measure()).toMatch(/^Measured in /);
  expect(await page.count('ts-fingerprint .section td:nth-child(2) b.correct')).toBe(ids.length);
  expect(await page.text('ts-fingerprint tbody')).toMatch(/Measured in [\d.]+ s [\d.]+ s$/);
  expect(await page.violations()).toEqual([]);
  expect(await page.smallTargets()).toEqual([]);

  const path = await savedBy(page);
  const document = JSON.parse(readFileSync(path, 'utf8'));
  validate(document);
  expect(validate.errors).toBeNull();
  expect(document).toMatchObject({ command: 'fingerprint', host: 'page', error: null });
  expect(document.results.map(({ kernel }: { kernel: string }) => kernel)).toEqual(ids);

  await page.click(`ts-fingerprint [data-probe="${REAL}"] a`);
  await expect.poll(() => page.text('ts-memory-view .pair .verdict')).toMatch(/^Correct/);
  expect((await page.query()).get('probe')).toBe(REAL);
  await page.back('ts-device-view');
  // A file stands beside what this device has measured.
  await open(page, path);
  await expect.poll(() => page.text('ts-fingerprint thead')).toMatch(/measured .*recorded .*, page/);
});

test('of two devices opens by its link without WebGPU, with ratios, and so does a file', async () => {
  const page = await start('device.html?from=nvidia-h200&beside=llvmpipe', noGpu);
  await expect.poll(() => page.text('ts-fingerprint thead')).toMatch(/nvidia-h200 .*dawn.*llvmpipe.*, dawn/);
  expect(await page.text('ts-fingerprint tr:has(th[scope=row])')).toMatch(/^Kind of adapter hardware software/);
  expect(await page.text('ts-fingerprint [data-probe="staircase"]')).toMatch(
    /Latency within pages 1 [\d.]+ ns [\d.]+ to [\d.]+ ns Flat from .* (1\/[\d.]+ 1\/[\d.]+ to 1\/[\d.]+|[\d.]+× )/,
  );
  const withheld = ['nvidia-h200', 'llvmpipe'].flatMap((name) => foundIn(name)).filter(({ value }) => value === null);
  expect(await page.count('ts-fingerprint .value-withheld')).toBe(withheld.length);
  for (const width of [360, 1280]) {
    await page.page.setViewport({ width, height: 900 });
    await expect.poll(() => page.overhang(), { message: `at ${width} px` }).toBe(0);
    expect(await page.violations()).toEqual([]);
  }
  const bad = join(mkdtempSync(join(tmpdir(), 'tilescope-')), 'bad.json');
  writeFileSync(bad, '{"tool":"tilescope","command":"fingerprint"}');
  await open(page, bad);
  await expect.poll(() => page.text('.fault li')).toMatch(/^bad\.json: This file cannot be read/);
  await open(page, 'bench/results/fingerprints/swiftshader.json');
  await expect.poll(() => page.text('ts-fingerprint thead')).toMatch(/swiftshader recorded .*, chrome/);
  // Its charts come along, though no address can bring a file.
  await page.click('ts-fingerprint [data-probe="launch"] a');
  await expect.poll(() => page.text('ts-memory-view .pair .who')).toMatch(/^swiftshader recorded/);
});

test.runIf(isWhole)(
  'of this device has all that the command line would measure',
  async () => {
    const page = await start('?view=device&beside=none');
    await page.click('ts-batch-bar .primary');
    await expect
      .poll(() => page.text('ts-batch-bar .status'), { timeout: 200_000, interval: 500 })
      .toMatch(/^Measured in /);
    // On a machine that is busy elsewhere the time may not suffice for all of them.
    const correct = await page.count('ts-fingerprint .section b.correct');
    const late = await page.count('ts-fingerprint .section b.withheld');
    expect(correct + late).toBe(ids.length);
    expect(correct).toBeGreaterThan(ids.length / 2);
  },
  240_000,
);
