/** The page says what is going on, also where something has gone wrong. */
import { describe, expect, test } from 'vitest';
import { LONG, playgrounds, SMALL, without } from './playground.ts';

const open = playgrounds();

describe('code that does not come', () => {
  test('of a view is reported, with a way to reload', async () => {
    const page = await open(SMALL);
    await without(page.page, '*ts-ladder-view*');
    await page.click('nav a[href*="view=ladder"]');
    expect(await page.text('ts-unloaded')).toMatch(/The Ladder view could not be loaded.*Reload the page/);
    // The other views work.
    await page.click('nav a:nth-child(2)');
    await page.find('ts-kernel-view ts-run-bar');
    expect(await page.has('ts-unloaded')).toBe(false);
  });

  test('of the editor is reported above the code, which stays', async () => {
    const page = await open(SMALL);
    await without(page.page, '*editing-*');
    await (await page.find('ts-editor .listing')).evaluate((element) => element.focus());
    expect(await page.text('ts-editor ts-unloaded')).toMatch(/The editor could not be loaded/);
    expect(await page.text('ts-editor .frame')).toMatch(/@compute/);
    expect((await page.run()).state).toBe('Correct');
  });
});

describe('the run bar', () => {
  test('carries the verdict and leads to it', async () => {
    const page = await open(SMALL);
    await page.page.setViewport({ width: 390, height: 700 });
    await page.run();
    expect(await page.text('ts-run-bar .verdict')).toMatch(/^Correct /);
    await page.page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await page.click('ts-run-bar .verdict');
    const top = async (): Promise<number> =>
      (await page.find('ts-verdict')).evaluate((element) => element.getBoundingClientRect().top);
    await expect.poll(async () => Math.abs(await top())).toBeLessThan(200);
    expect(await page.focused()).toBe('h2');
    await page.edit('i < p.inputs', 'i + 1u < p.inputs');
    await page.run();
    expect(await page.text('ts-run-bar .verdict')).toBe('Wrong');
  });

  test('does not take a cancelled run of its own for another tab', async () => {
    const page = await open(LONG);
    await page.click('ts-run-bar button.primary');
    await expect.poll(() => page.text('ts-run-bar .status')).toMatch(/^(?!waiting)\w+,/);
    const bar = await page.find('ts-run-bar');
    await bar.evaluate(({ shadowRoot }) => {
      const seen: string[] = [];
      Object.assign(window, { seen });
      const status = shadowRoot?.querySelector('.status') as Node;
      const options = { characterData: true, childList: true, subtree: true };
      new MutationObserver(() => seen.push(status.textContent ?? '')).observe(status, options);
    });
    await page.click('ts-run-bar button:not(.primary)');
    await page.click('ts-ladder input[value="2_row_major"]');
    expect((await page.run()).state).toBe('Correct');
    const seen = await page.page.evaluate(() => (window as unknown as { seen: string[] }).seen);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.join()).not.toMatch(/another tab/);
  });

  test('says that another tab measures, and goes on when that has finished', async () => {
    const page = await open(LONG);
    await page.click('ts-run-bar button.primary');
    await expect.poll(() => page.state()).toBe('Running');
    const other = await page.sibling(SMALL);
    await (await other.find('ts-kernel-view p.visually-hidden[role=status]')).evaluate((status) => {
      const heard: string[] = [];
      Object.assign(window, { heard });
      const options = { characterData: true, childList: true, subtree: true };
      new MutationObserver(() => heard.push(status.textContent ?? '')).observe(status, options);
    });
    await other.click('ts-run-bar button.primary');
    await expect.poll(() => other.text('ts-run-bar .status')).toMatch(/another tab of this page is measuring/);
    await page.page.bringToFront();
    await page.click('ts-run-bar button:nth-of-type(2)');
    await other.page.bringToFront();
    await other.idle();
    expect(await other.state()).toBe('Correct');
    const heard = await other.page.evaluate(() => (window as unknown as { heard: string[] }).heard);
    expect(heard).toEqual(['Waiting for another tab.', 'The run has started.', expect.stringMatching(/^Correct/)]);
  });
});

describe('a reader with a keyboard', () => {
  test('cancels with Escape and skips to Run', async () => {
    const page = await open(LONG);
    await page.page.keyboard.press('Tab');
    await page.page.keyboard.press('Enter');
    await page.page.keyboard.press('Enter');
    await expect.poll(() => page.state()).toBe('Running');
    await page.page.keyboard.press('Escape');
    await expect.poll(() => page.state()).toBe('Not run yet');
    expect(await page.text('ts-run-bar')).toMatch(/You cancelled the run/);
  });

  test('closes the device panel with Escape, also after a click on its text, and the run goes on', async () => {
    const page = await open(LONG);
    await page.click('ts-run-bar button.primary');
    await page.click('ts-device .chip');
    const text = await page.find('ts-device-panel .unknown li');
    await text.click();
    await page.press('Escape');
    expect(await page.has('ts-device-panel dialog[open]')).toBe(false);
    expect(await page.state()).toBe('Running');
    await page.press('Escape');
    await expect.poll(() => page.state()).toBe('Not run yet');
  });
});

describe('a refusal', () => {
  test('names the control, and a button sets what works', async () => {
    const page = await open('?op=neuron&kernel=4_vector_loads&set.offset=4');
    expect(await page.text('ts-verdict .works')).toMatch(/Set base offset to 0 Set base offset to 16/);
    await page.click('ts-verdict .works button:nth-child(2)');
    await expect.poll(() => page.state()).toBe('Not run yet');
    expect((await page.query()).get('set.offset')).toBe('16');
    expect(await page.focused()).toBe('button.primary');
  });
});

describe('a message', () => {
  test('on code that was edited down to nothing says what is missing', async () => {
    const page = await open(SMALL);
    await page.intoCode();
    await page.press('Control', 'KeyA');
    await page.page.keyboard.press('Delete');
    await expect.poll(() => page.text('ts-verdict')).toMatch(/Failed There is no code to run\. Reset the code/);
    expect(await page.text('ts-verdict')).not.toMatch(/fault of the page/);
  });

  test.each(['?op=neuron&kernel=4_vector_loads&set.offset=4', '?op=neuron&kernel=2_row_major&dtype=f16'])(
    'ends in one full stop: %s',
    async (query) => {
      const page = await open(query);
      const said = await page.page.evaluate(() => {
        const words = (node: Node): string =>
          node instanceof HTMLStyleElement
            ? ''
            : node.nodeType === Node.TEXT_NODE
              ? (node.textContent ?? '')
              : [...((node as HTMLElement).shadowRoot ?? node).childNodes].map(words).join('');
        return words(document.body);
      });
      expect(said).not.toMatch(/\.\.(?!\.)/);
    },
  );
});
