/** What the page asks a device before it measures: which kernel is the fastest there, and whether a long dispatch may run. */
import { expect, test } from 'vitest';
import { DEVICE, PATIENT, type Playground, playgrounds, worker } from './playground.ts';

const start = playgrounds();

const CHOOSING = '?op=matmul&kernel=0_auto&m=1&n=600&k=64&dtype=f32';

async function switchRacing(page: Playground): Promise<void> {
  await page.click('ts-device .chip');
  await page.click('ts-device-panel .racing input');
  await page.click('ts-device-panel .bar button');
}

test('candidates race once, where they are allowed to, and the page says so', async () => {
  const page = await start(CHOOSING);
  expect((await page.run()).state).toBe('Correct');
  expect(await page.text('ts-facts .taken')).toMatch(/, by a rule\.$/);
  await switchRacing(page);
  await page.click('ts-run-bar button.primary');
  await expect
    .poll(() => page.text('ts-run-bar .status'), { ...PATIENT, interval: 20 })
    .toMatch(/^choosing: \d of \d kernels, /);
  await page.idle();
  expect(await page.state()).toBe('Correct');
  expect(await page.text('ts-facts .taken')).toMatch(/, the fastest of a race on this device\.$/);
  const kept = await page.page.evaluate(() => JSON.parse(localStorage.getItem('tilescope.races') ?? '[]').length);
  expect(kept).toBe(1);
  await page.click('ts-device .chip');
  expect(await page.text('ts-device-panel #racing-doc')).toContain('keeps 1 outcome.');
  expect(await page.violations()).toEqual([]);
  await page.click('ts-device-panel button.forget');
  expect(await page.text('ts-device-panel #racing-doc')).toContain('keeps no outcomes yet.');
});

/** A device on which every dispatch would last for 3 s, until the reader allows it. */
const slow = worker(`({ id, method, params }) => {
  if (method === 'device') return postMessage({ id, reply: ${JSON.stringify(DEVICE)} });
  const parameters = { seconds: 3, measuredMs: 50, from: 'm=64 n=64 k=64' };
  const refused = { status: 'refused', reason: 'One dispatch would keep the GPU busy for about 3 s', refusal: { rule: 'long-dispatch', parameters, works: [] } };
  const failed = { status: 'failed', reason: 'It was sent', failure: { code: 'validation', diagnostics: [] } };
  if (method === 'trace') {
    const { request: { op, kernel }, machine } = params;
    const nothing = { op, kernel, shape: {}, dtype: 'f32', knobs: {}, seed: 1, machine, traced: null, sameOutput: null, sites: [], totals: null, findings: [], notes: [] };
    return postMessage({ id, reply: { result: { ...nothing, ...(params.allowLong ? failed : refused) }, steps: [], restart: false, liveBytes: 0 } });
  }
  const results = params.requests.map((request) => ({ ...request, input: 'normal', verdict: null, work: null, measures: [], chosen: null, time: null,
    ...(params.allowLong ? failed : refused) }));
  results.forEach((result, index) => postMessage({ id, progress: { kind: 'result', index, result } }));
  postMessage({ id, reply: { results, restart: false, liveBytes: 0 } });
}`);

test('a long dispatch is sent only where the reader says so', async () => {
  const page = await start('?op=matmul&kernel=1_uncoalesced&m=4096&n=4096&k=4096&dtype=f32', slow);
  const asked = await page.run();
  expect(asked.state).toBe('Refused');
  expect(asked.verdict).toMatch(/busy for about 3 s\..* Run it anyway/);
  expect(await page.violations()).toEqual([]);
  // Run alone asks again.
  expect((await page.run()).state).toBe('Refused');
  await page.click('ts-verdict .works button');
  await expect.poll(() => page.text('ts-verdict')).toContain('It was sent');
});

test('a trace that would hold the GPU for long is made only where the reader says so', async () => {
  const page = await start('?op=matmul&kernel=1_uncoalesced&m=4096&n=4096&k=4096&dtype=f32', slow);
  await (await page.find('ts-kernel-view .inside')).evaluate((element) => element.scrollIntoView());
  await page.find('ts-inside ts-trace-bar', PATIENT.timeout);
  await page.click('ts-trace-bar button.primary');
  await expect.poll(() => page.text('ts-trace-bar .status')).toMatch(/busy for about 3 s\. Trace it anyway$/);
  expect(await page.violations()).toEqual([]);
  await page.click('ts-trace-bar .status button');
  await expect.poll(() => page.text('ts-trace-bar .status')).toBe('The trace failed: It was sent.');
  expect(await page.has('ts-trace-bar .status button')).toBe(false);
});

test('a batch leaves long dispatches out, and offers to run them all', async () => {
  const page = await start(
    '?view=sweep&op=matmul&kernel=1_uncoalesced&dtype=f32&x=set.WX&x.values=8,16&y=none&budget=quick',
    slow,
  );
  await page.measure();
  expect(await page.count('ts-heat-map .cell.refused')).toBe(2);
  expect(await page.text('.long')).toMatch(/^2 of the cells were left out: .* Run them anyway$/);
  await page.click('.long button');
  await expect.poll(() => page.has('.long')).toBe(false);
  await expect.poll(() => page.count('ts-heat-map .cell.failed')).toBe(2);
});
