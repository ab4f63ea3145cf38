/** The page as the tests see and use it. */
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type { ElementHandle, Frame, KeyInput, Page } from 'puppeteer';
import { afterEach, expect } from 'vitest';
import { defaultCapabilities } from '../../src/lab/plan.ts';
import type { DeviceReport } from '../../src/lab/result.ts';
import { closeTabs, openPlayground } from '../setup/page.ts';
import { isWhole } from '../setup/whole.ts';

/** A run of a fraction of a second on a software adapter. */
export const SMALL = '?op=neuron&kernel=2_row_major&inputs=256&neurons=64&dtype=f32';

/** Some seconds of a run on a software adapter: time to do something meanwhile. */
export const LONG = '?op=neuron&kernel=1_one_invocation&inputs=4096&neurons=1024&dtype=f32';

/** All kernels of a short ladder, each in a fraction of a second. */
export const LADDER = '?view=ladder&op=row-sum&rows=64&columns=64&dtype=f32';

/** Every theme at every width at which axe looks, or each theme and each width once. */
export const looks = (['light', 'dark'] as const)
  .flatMap((theme, row) => [1280, 390].map((width, column) => ({ theme, width, isFirst: row === column })))
  .filter(({ isFirst }) => isWhole || isFirst);

/** A selector whose spaces reach into shadow roots: "ts-run-bar button". */
const deep = (selector: string): string => `>>> ${selector.split(' ').join(' >>> ')}`;

/** The device of a worker that only pretends. */
export const DEVICE: DeviceReport = {
  adapter: {
    description: 'a test',
    vendor: '',
    architecture: '',
    device: '',
    software: false,
    subgroupMinSize: 0,
    subgroupMaxSize: 0,
  },
  timer: { source: 'gpu', quantumNs: 65_536, floorNs: null },
  subgroupSizes: [],
  features: [],
  limits: defaultCapabilities.limits,
  userAgent: '',
};

/**
 * Puts this in the place of the page's worker. In `text`, WORKER_URL is the address of the real one. The page's own policy
 * allows no such worker, and is set aside. Requests are not intercepted for it: once in some hundred runs the script of a
 * worker that is intercepted never comes.
 */
export const script = (text: string) => async (tab: Page) => {
  await tab.setBypassCSP(true);
  await tab.evaluateOnNewDocument((text) => {
    const Real = Worker;
    const Replaced = class extends Real {
      constructor(address: string | URL, options?: WorkerOptions) {
        const url = JSON.stringify(new URL(address, location.href).href);
        super(URL.createObjectURL(new Blob([text.replace('WORKER_URL', url)], { type: 'text/javascript' })), options);
      }
    };
    Object.assign(window, { Worker: Replaced, restoreWorker: () => Object.assign(window, { Worker: Real }) });
  }, text);
};

/** A worker of which this gets each message. */
export const worker = (answer: string) => script(`onmessage = ({ data }) => { (${answer})(data) };`);

/** From now on files whose address fits do not come. */
export async function without(tab: Page, pattern: string): Promise<void> {
  const session = await tab.createCDPSession();
  await session.send('Network.enable');
  await session.send('Network.setBlockedURLs', { urls: [pattern] });
}

/** How long a test looks for something before it scrolls. */
const SCROLL_MS = 1_000;

/** For what waits for a run on a software adapter, which takes some seconds, and ten times that on a machine that is busy. */
export const PATIENT = { timeout: 100_000 } as const;

/** How long anything else may take to come. */
const COMES_MS = 30_000;

export interface Seen {
  readonly state: string;
  readonly verdict: string;
  readonly times: string;
}

/** What axe finds in a page, or in a frame of one, whose page has the heading. */
export async function violationsIn(target: Page | Frame): Promise<string[]> {
  const isFrame = 'parentFrame' in target && target.parentFrame() !== null;
  const options = isFrame ? { rules: { 'page-has-heading-one': { enabled: false } } } : {};
  if (!(await target.evaluate(() => 'axe' in window))) await target.evaluate(axe.source);
  return target.evaluate(async (options) => {
    const { axe } = window as unknown as { axe: { run(...of: unknown[]): Promise<{ violations: Violation[] }> } };
    type Violation = { id: string; nodes: { target: unknown; failureSummary?: string }[] };
    const found = await axe.run(document, options);
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${JSON.stringify(target)} ${failureSummary ?? ''}`),
    );
  }, options);
}

/**
 * Opens the pages of a file's tests, and closes after each test what it has opened. `prepare` is for what the page will
 * find.
 */
export function playgrounds(): (query?: string, prepare?: (page: Page) => Promise<unknown>) => Promise<Playground> {
  let opened: Playground[] = [];
  afterEach(async () => {
    const closing = opened;
    opened = [];
    try {
      for (const page of closing) await page.close();
    } finally {
      // Siblings, and what failed before it was handed out.
      await closeTabs();
    }
  });
  return async (query, prepare) => {
    const page = await Playground.open(query, prepare);
    opened.push(page);
    return page;
  };
}

const STILL = [{ name: 'prefers-reduced-motion', value: 'reduce' }];

export class Playground {
  private constructor(
    readonly page: Page,
    readonly problems: string[],
  ) {}

  /**
   * Opens the page with this query ("?...") and waits until it knows its device, or why there is none. `prepare` changes
   * what the page will find.
   */
  static async open(query = '?view=kernel', prepare?: (page: Page) => Promise<unknown>): Promise<Playground> {
    const { page, problems } = await openPlayground(query, async (tab) => {
      // A colour halfway through its transition would be taken for the one that is meant.
      await tab.emulateMediaFeatures(STILL);
      await prepare?.(tab);
    });
    const playground = new Playground(page, problems);
    await playground.settled();
    return playground;
  }

  /** Another tab of the same browser. */
  async sibling(query: string): Promise<Playground> {
    const page = await this.page.browserContext().newPage();
    await page.goto(new URL(query, this.page.url()).href, { waitUntil: 'load' });
    const playground = new Playground(page, []);
    await playground.settled();
    return playground;
  }

  async settled(): Promise<void> {
    // It is at the top; what scrolling brings would count as fetched before the first action.
    await this.find('ts-device .chip:not(.opening)', PATIENT.timeout, Number.POSITIVE_INFINITY);
  }

  /** Closes the page; anything the page itself got wrong fails the test. */
  async close(): Promise<void> {
    if (!this.page.isClosed()) await this.page.close();
    expect(this.problems).toEqual([]);
  }

  /**
   * Asks again and again: Puppeteer waits for a frame of the page or for a change of its document, and a tab in the
   * background draws none, and what changes in a shadow root changes no document.
   */
  async find(selector: string, limitMs = COMES_MS, scrollMs = SCROLL_MS): Promise<ElementHandle<HTMLElement>> {
    const last = performance.now() + limitMs;
    let scrollAt = performance.now() + scrollMs;
    for (;;) {
      // A page that is just reloading has no document to look in.
      const handle = await this.page.$(deep(selector)).catch(() => null);
      if (handle) return handle as ElementHandle<HTMLElement>;
      if (performance.now() > last) throw new Error(`The page has no ${selector} within ${limitMs / 1000} s.`);
      if (performance.now() > scrollAt) {
        await this.scroll();
        scrollAt = Number.POSITIVE_INFINITY;
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  /** Down to the end of the page and back, as a reader does who looks for something: parts far down come with it. */
  async scroll(): Promise<void> {
    await this.page
      .evaluate(async () => {
        const from = window.scrollY;
        window.scrollTo(0, document.body.scrollHeight);
        await new Promise((done) => setTimeout(done, 100));
        window.scrollTo(0, from);
      })
      // A page that is just reloading.
      .catch(() => undefined);
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
        if (node instanceof HTMLStyleElement || node instanceof SVGStyleElement) return '';
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

  /** Presses Run and waits for its result. */
  async run(): Promise<Seen> {
    await this.click('ts-run-bar button.primary');
    await this.idle();
    return this.seen();
  }

  async idle(): Promise<void> {
    await expect.poll(() => this.state(), { ...PATIENT, interval: 50 }).not.toBe('Running');
  }

  async seen(): Promise<Seen> {
    return {
      state: await this.state(),
      verdict: await this.text('ts-verdict'),
      times: await this.text('ts-times'),
    };
  }

  /** Presses Run in a view of many measurements and waits until all of them are there. */
  async measure(): Promise<string> {
    await this.click('ts-batch-bar button.primary');
    return this.measured();
  }

  /** Waits until nothing is measured any more; the sentence that is then said of it. */
  async measured(): Promise<string> {
    await expect
      .poll(() => this.has('ts-batch-bar button:not(.primary)[aria-disabled="true"]'), { ...PATIENT, interval: 50 })
      .toBe(true);
    return this.text('ts-batch-bar .status');
  }

  /** Presses Run, and Cancel at the very moment when an element shows so many of something. */
  async measureUntil(element: string, sign: string, count: number): Promise<string> {
    const shown = await this.find(element);
    const cancel = await this.find('ts-batch-bar button:not(.primary)');
    await shown.evaluate(
      ({ shadowRoot }, button, sign, count) => {
        if (!shadowRoot) return;
        const observer = new MutationObserver(() => {
          if (shadowRoot.querySelectorAll(sign).length < count) return;
          observer.disconnect();
          button.click();
        });
        observer.observe(shadowRoot, { subtree: true, childList: true, attributeFilter: ['class'] });
      },
      cancel,
      sign,
      count,
    );
    return this.measure();
  }

  /** How many elements there are. */
  count(selector: string): Promise<number> {
    return this.page.$$(deep(selector)).then((handles) => handles.length);
  }

  /** Follows Back, and waits for the view that it leads to. */
  async back(view: string): Promise<void> {
    await this.page.goBack();
    await this.find(view);
  }

  /** Watches for what moves by itself from now on; `shifted` tells how much, as the browser scores it. */
  async watchShifts(): Promise<void> {
    await this.page.evaluate(() => new Promise((done) => setTimeout(() => requestAnimationFrame(done), 100)));
    // The shift that a click causes counts here too: the reader has not asked for one.
    await this.page.evaluate(() => {
      const shifts: number[] = [];
      Object.assign(window, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.push((entry as PerformanceEntry & { value: number }).value);
      }).observe({ type: 'layout-shift' });
    });
  }

  async shifted(): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const shifts = await this.page.evaluate(() => (window as unknown as { shifts: number[] }).shifts);
    return shifts.reduce((sum, shift) => sum + shift, 0);
  }

  /** Pixels by which the page can be scrolled sideways. */
  overhang(): Promise<number> {
    return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }

  /** What of a list is beyond its edge, lies over the one before it, or has no room for its own words. */
  async crowded(list: string): Promise<string[]> {
    return (await this.find(list)).evaluate((list) => {
      const own = list.getBoundingClientRect();
      const targets = [...list.querySelectorAll<HTMLElement>('a, button')];
      const boxes = targets.map((target) => target.getBoundingClientRect());
      return targets.flatMap(({ textContent, scrollWidth, clientWidth }, at) => {
        const [box, before] = [boxes[at], boxes[at - 1]];
        const isOver = before !== undefined && before.bottom > box.top && before.right > box.left + 1;
        const isBeyond = box.right > own.right + 1 || box.bottom > own.bottom + 1;
        return isOver || isBeyond || scrollWidth > clientWidth + 1 ? [textContent.trim()] : [];
      });
    });
  }

  async theme(name: 'light' | 'dark'): Promise<void> {
    await this.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: name }, ...STILL]);
  }

  /** Looks at the page while the reader's own colours stand in the place of its own. */
  async inForcedColors(look: () => Promise<void>): Promise<void> {
    const session = await this.page.createCDPSession();
    await session.send('Emulation.setEmulatedMedia', { features: [{ name: 'forced-colors', value: 'active' }] });
    await look();
    await session.detach();
  }

  /** What axe finds against the page as it stands. */
  violations(): Promise<string[]> {
    return violationsIn(this.page);
  }

  /** Targets of the pointer that are less than 32 px high or wide. */
  smallTargets(): Promise<string[]> {
    return this.page.evaluate(() => {
      const found: string[] = [];
      const visit = (root: ParentNode): void => {
        for (const element of root.querySelectorAll<HTMLElement>('*')) {
          if (element.shadowRoot) visit(element.shadowRoot);
          if (!element.matches('button, select, input, summary, nav a')) continue;
          // A checkbox is pressed by its label, and so is a radio button.
          const target = element.matches('[type=checkbox], [type=radio]')
            ? (element.closest('label') ?? element)
            : element;
          const { width, height } = target.getBoundingClientRect();
          if (width > 0 && (width < 32 || height < 32))
            found.push(`${target.outerHTML.slice(0, 80)} ${width} x ${height}`);
        }
      };
      visit(document);
      return found;
    });
  }

  async query(): Promise<URLSearchParams> {
    return new URLSearchParams(await this.page.evaluate(() => location.search));
  }

  /** Chooses a value of a knob with few values, as a reader with a pointer does. */
  async choose(key: string, value: string | number): Promise<void> {
    await this.click(`ts-knob[data-key="${key}"] input[aria-label="${value}"]`);
  }

  /** Presses the last of these keys while the others are held. */
  async press(...keys: readonly KeyInput[]): Promise<void> {
    const { keyboard } = this.page;
    const held = keys.slice(0, -1);
    for (const key of held) await keyboard.down(key);
    await keyboard.press(keys[keys.length - 1]);
    for (const key of held.toReversed()) await keyboard.up(key);
  }

  /** Holds a key down until it has repeated some times. */
  async hold(key: KeyInput): Promise<void> {
    const { keyboard } = this.page;
    for (let times = 0; times < 8; times++) await keyboard.down(key);
    await keyboard.up(key);
  }

  /** The element that has the focus, as its name and its first class: "button.primary". */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      let active = document.activeElement;
      while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
      if (!active) return '';
      const name = active.localName;
      return active instanceof HTMLButtonElement && active.classList.length > 0
        ? `${name}.${active.classList[0]}`
        : name;
    });
  }

  /** Puts the cursor into the code: the editor comes when the listing gets the focus. */
  async intoCode(): Promise<void> {
    const listing = await this.page.$(deep('ts-editor .listing'));
    await listing?.evaluate((element) => (element as HTMLElement).focus());
    await (await this.find('ts-editor .cm-content')).evaluate((element) => element.focus());
  }

  /** Presses an item of a menu and returns the file that the browser has saved. */
  saved(menu: string, item: string): Promise<Buffer> {
    return this.downloaded(async () => {
      await this.click(`${menu} .toggle`);
      await this.click(`${menu} [data-save="${item}"]`);
    });
  }

  /** The file that the browser saves when this is done. */
  async downloaded(press: () => Promise<void>): Promise<Buffer> {
    const folder = mkdtempSync(join(tmpdir(), 'tilescope-'));
    const session = await this.page.createCDPSession();
    await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: folder });
    await press();
    // It has its name before all of it has been written.
    const files = (): string[] =>
      readdirSync(folder).filter((name) => !name.endsWith('.crdownload') && statSync(join(folder, name)).size > 0);
    await expect.poll(() => files().length).toBe(1);
    return readFileSync(join(folder, files()[0]));
  }

  /** Lets the page read and write what is copied. */
  async allowClipboard(): Promise<void> {
    const names = ['clipboard-read', 'clipboard-write', 'clipboard-sanitized-write'] as const;
    await this.page.browserContext().overridePermissions(new URL(this.page.url()).origin, [...names]);
  }

  /** Replaces a piece of the kernel's code: all of it is selected and the new text typed over it. */
  async edit(from: string, to: string): Promise<void> {
    const editor = await this.find('ts-editor');
    const source = await editor.evaluate((element) => (element as unknown as { source: string }).source);
    expect(source).toContain(from);
    await this.intoCode();
    await this.press('Control', 'KeyA');
    await this.page.keyboard.sendCharacter(source.replace(from, to));
    await this.find('ts-editor .edited');
  }
}
