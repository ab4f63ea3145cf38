import type { Page } from 'puppeteer';
import { describe, expect, test } from 'vitest';
import type { Result } from '../../src/lab/result.ts';
import { DEVICE, PATIENT, type Playground, playgrounds, SMALL, script, without, worker } from './playground.ts';

const FAILED: Result = {
  op: 'neuron',
  kernel: '2_row_major',
  shape: {},
  dtype: 'f32',
  knobs: {},
  chosen: null,
  seed: 1,
  input: 'normal',
  status: 'failed',
  reason: null,
  verdict: null,
  time: null,
  work: null,
  measures: [],
};

const open = playgrounds();

describe('where the GPU is missing the page says which it is', () => {
  const title = (page: Playground): Promise<string> => page.text('ts-kernel-view ts-missing h2');

  test('an insecure page', async () => {
    const page = await open(undefined, (tab) =>
      tab.evaluateOnNewDocument(() => Object.defineProperty(window, 'isSecureContext', { get: () => false })),
    );
    expect(await title(page)).toMatch(/not secure/);
    expect(await page.text('ts-missing')).toMatch(/https/);
  });

  test('a browser without WebGPU; the modelled numbers stay', async () => {
    const page = await open(undefined, (tab) =>
      tab.evaluateOnNewDocument(() => Reflect.deleteProperty(Navigator.prototype, 'gpu')),
    );
    expect(await title(page)).toMatch(/has no WebGPU/);
    expect(await page.text('ts-missing')).toMatch(/Safari 26/);
    expect(await page.text('ts-facts')).toMatch(/Bytes read each input once 4\.01 MiB/);
    expect(await page.text('ts-run-bar')).toMatch(/No GPU to run on/);
    expect(await page.text('ts-device')).toMatch(/No GPU/);
  });

  test('and what to do about it could not be loaded: the page says so, with a way to reload', async () => {
    const page = await open(undefined, async (tab) => {
      await tab.evaluateOnNewDocument(() => Reflect.deleteProperty(Navigator.prototype, 'gpu'));
      await without(tab, '*ts-missing*');
    });
    await expect
      .poll(() => page.text('ts-unloaded'))
      .toMatch(/“This browser has no WebGPU”: what to do about it could not be loaded.*Reload the page/);
    expect(await page.text('ts-run-bar')).toMatch(/No GPU to run on/);
  });

  const error = (code: string, message: string): string =>
    `({ id }) => postMessage({ id, error: { name: 'Failure', code: '${code}', message: '${message}' } })`;
  const noAdapter = (tab: Page): Promise<unknown> =>
    tab.evaluateOnNewDocument(() => {
      GPU.prototype.requestAdapter = () => Promise.resolve(null);
    });

  test('no adapter', async () => {
    const page = await open(undefined, async (tab) => {
      await noAdapter(tab);
      await tab.evaluateOnNewDocument(() => {
        const writeText = async (copied: string): Promise<void> => void Object.assign(window, { copied });
        Object.defineProperty(navigator, 'clipboard', { value: { writeText } });
      });
      await worker(error('no-adapter', 'none'))(tab);
    });
    expect(await title(page)).toMatch(/offers no adapter/);
    expect(await page.text('ts-missing')).toMatch(/chrome:\/\/gpu/);
    // Flags break between words only, and are copied whole.
    await page.click('ts-kernel-view ts-missing ts-copy button');
    expect(await page.page.evaluate(() => (window as unknown as { copied: string }).copied)).toBe('chrome://gpu');
    // The button has a name and no text, which would read as part of the sentence.
    expect(await page.text('ts-kernel-view ts-missing ts-copy')).toBe('chrome://gpu:');
    await page.find('ts-kernel-view ts-missing ts-copy button[title="Copied"]');
  });

  test('WebGPU on pages, but not in workers', async () => {
    // Two modules in turn: a worker that awaits the second would miss the messages that come meanwhile.
    const without = 'data:text/javascript,delete WorkerNavigator.prototype.gpu';
    const page = await open(undefined, script(`import '${without}'; import WORKER_URL;`));
    expect(await title(page)).toMatch(/not in workers/);
  });

  test('a device that was lost, and that asking again brings back', async () => {
    const page = await open(undefined, worker(error('device-lost', 'The driver was reset')));
    expect(await title(page)).toMatch(/was lost/);
    expect(await page.text('ts-missing')).toMatch(/The driver was reset/);
    await page.page.evaluate(() => (window as unknown as { restoreWorker(): void }).restoreWorker());
    await page.click('ts-kernel-view ts-missing button');
    await page.settled();
    await expect.poll(() => page.has('ts-kernel-view ts-missing')).toBe(false);
  });

  /** Knows its device, and answers a run like this. */
  const running = (reply: string): string =>
    `({ id, method }) => postMessage(method === 'device' ? { id, reply: ${JSON.stringify(DEVICE)} } : { id, ${reply} })`;

  test('a kernel that never returned: the browser must be closed', async () => {
    const result = { ...FAILED, reason: 'The GPU did not answer within 60 s' };
    const reply = { results: [result], restart: true, liveBytes: 0 };
    const page = await open(SMALL, worker(running(`reply: ${JSON.stringify(reply)}`)));
    expect((await page.run()).verdict).toMatch(/did not answer within 60 s/);
    expect(await title(page)).toMatch(/stuck/);
    expect(await page.text('ts-missing')).toMatch(/close every window of the browser/i);
  });

  test('a device lost in a run: one sentence, and Run can be pressed again', async () => {
    const page = await open(
      SMALL,
      worker(running("error: { name: 'Failure', code: 'device-lost', message: 'The device was lost' }")),
    );
    const { state, verdict } = await page.run();
    expect(state).toBe('Failed');
    expect(verdict).toMatch(/The device was lost\. .*Choose a smaller shape/);
    expect((await page.run()).state).toBe('Failed');
  });

  test('a cancelled kernel that never ends: the next run says how long it waits, then what to do', async () => {
    const silent = `({ id, method }) => method === 'device' && postMessage({ id, reply: ${JSON.stringify(DEVICE)} })`;
    const page = await open(SMALL, async (tab) => {
      await worker(silent)(tab);
      // Its 20 s pass in five.
      await tab.evaluateOnNewDocument(() => {
        const real = window.setTimeout;
        const faster = (run: () => void, ms = 0) => real(run, ms >= 20_000 ? ms / 4 : ms);
        Object.assign(window, { setTimeout: faster });
      });
    });
    await page.click('ts-run-bar button.primary');
    await expect.poll(() => page.state()).toBe('Running');
    await page.click('ts-run-bar button:not(.primary)');
    await page.click('ts-run-bar button.primary');
    await expect
      .poll(() => page.text('ts-run-bar .status'))
      .toMatch(/waiting for the cancelled kernel to leave the GPU, 20 s at most/);
    await expect.poll(() => page.has('ts-kernel-view ts-missing'), PATIENT).toBe(true);
    expect(await page.text('ts-verdict')).toMatch(/A cancelled kernel still runs: the GPU has not answered for 20 s/);
    expect(await page.text('ts-kernel-view ts-missing')).toMatch(/is stuck.*ask for the GPU again/);
    await page.click('ts-kernel-view ts-missing button');
    await expect.poll(() => page.has('ts-kernel-view ts-missing')).toBe(false);
  });
});
