/** The page as the tests see and use it. */
import type { ElementHandle, Page } from 'puppeteer';
import { expect } from 'vitest';
import { openPlayground } from '../setup/page.ts';

/** A run of a fraction of a second on a software adapter. */
export const SMALL = '?op=neuron&kernel=2_row_major&inputs=256&neurons=64&dtype=f32';

/** A selector whose spaces reach into shadow roots: "ts-run-bar button". */
const deep = (selector: string): string => `>>> ${selector.split(' ').join(' >>> ')}`;

/** How long a run on a software adapter may take. */
const RUN_MS = 40_000;

export interface Seen {
  readonly state: string;
  readonly verdict: string;
  readonly times: string;
  readonly runs: string;
}

export class Playground {
  private constructor(
    readonly page: Page,
    readonly problems: readonly string[],
  ) {}

  /**
   * Opens the page with this query ("?...") and waits until it knows its device, or why there is none. `prepare` changes
   * what the page will find.
   */
  static async open(query = '', prepare?: (page: Page) => Promise<unknown>): Promise<Playground> {
    const { page, problems } = await openPlayground(query);
    if (prepare) {
      await prepare(page);
      await page.reload();
      // What it said before it was changed is not its own fault.
      problems.length = 0;
    }
    const playground = new Playground(page, problems);
    await playground.settled();
    return playground;
  }

  async settled(): Promise<void> {
    await this.page.waitForSelector(deep('ts-device .chip:not(.opening)'), { timeout: 30_000 });
  }

  /** Closes the page; anything the page itself got wrong fails the test. */
  async close(): Promise<void> {
    await this.page.close();
    expect(this.problems).toEqual([]);
  }

  async find(selector: string): Promise<ElementHandle<HTMLElement>> {
    const handle = await this.page.waitForSelector(deep(selector), { timeout: 10_000 });
    return handle as ElementHandle<HTMLElement>;
  }

  async click(selector: string): Promise<void> {
    const handle = await this.find(selector);
    // Chips and rungs lie over one another's shadow roots: the click goes to the element itself.
    await handle.evaluate((element) => {
      element.scrollIntoView({ block: 'center' });
      element.click();
    });
  }

  async text(selector: string): Promise<string> {
    const handle = await this.find(selector);
    return handle.evaluate((element) => {
      const words = (node: Node): string => {
        if (node instanceof HTMLStyleElement) return '';
        const children = [...(node instanceof HTMLElement && node.shadowRoot ? node.shadowRoot : node).childNodes];
        return node.nodeType === Node.TEXT_NODE ? (node.textContent ?? '') : children.map(words).join(' ');
      };
      return words(element)
        .replace(/\s+/g, ' ')
        .replace(/ (?=[:,.;])/g, '')
        .trim();
    });
  }

  has(selector: string): Promise<boolean> {
    return this.page.$(deep(selector)).then((handle) => handle !== null);
  }

  state(): Promise<string> {
    return this.text('ts-verdict h2');
  }

  /** Presses Run and waits for what it brings. */
  async run(): Promise<Seen> {
    await this.click('ts-run-bar button.primary');
    await this.idle();
    return this.seen();
  }

  async idle(): Promise<void> {
    await expect.poll(() => this.state(), { timeout: RUN_MS, interval: 50 }).not.toBe('Running');
  }

  async seen(): Promise<Seen> {
    return {
      state: await this.state(),
      verdict: await this.text('ts-verdict'),
      times: await this.text('ts-times'),
      runs: await this.text('ts-runs'),
    };
  }

  async query(): Promise<URLSearchParams> {
    return new URLSearchParams(await this.page.evaluate(() => location.search));
  }

  /** Chooses a value of a knob with few values, as a reader with a pointer does. */
  async choose(key: string, value: string | number): Promise<void> {
    await this.click(`ts-knob[data-key="${key}"] input[aria-label="${value}"]`);
  }

  /** Replaces a piece of the kernel's code: all of it is selected and the new text typed over it. */
  async edit(from: string, to: string): Promise<void> {
    const editor = await this.find('ts-editor');
    const source = await editor.evaluate((element) => (element as unknown as { source: string }).source);
    expect(source).toContain(from);
    await (await this.find('ts-editor .cm-content')).evaluate((element) => element.focus());
    await this.page.keyboard.down('Control');
    await this.page.keyboard.press('KeyA');
    await this.page.keyboard.up('Control');
    await this.page.keyboard.sendCharacter(source.replace(from, to));
    await this.find('ts-editor .edited');
  }
}
