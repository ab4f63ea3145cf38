/** The front door and the lessons, as a reader goes through them: by keyboard, without a GPU, and on one. */
import { describe, expect, test } from 'vitest';
import { lessons } from '../../src/ui/views/lessons.ts';
import { isWhole } from '../setup/whole.ts';
import { PATIENT, type Playground, playgrounds } from './playground.ts';

const open = playgrounds();

const withoutGpu = (tab: Playground['page']): Promise<unknown> =>
  tab.evaluateOnNewDocument(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));

/** A software adapter on a busy machine takes its time. */
const eventually = <T>(read: () => Promise<T>) => expect.poll(read, { ...PATIENT, interval: 50 });

const lesson = (id: string): string => `?view=learn&lesson=${id}`;

/** Text of the button that has the focus, or the role of what else has. */
function focused({ page }: Playground): Promise<string> {
  return page.evaluate(() => {
    let active = document.activeElement;
    while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
    return active?.textContent?.trim().replace(/\s+/g, ' ') ?? '';
  });
}

/** Presses Tab until something that fits has the focus. */
async function tabTo(page: Playground, what: RegExp, most = 80): Promise<void> {
  for (let presses = 0; presses < most; presses++) {
    if (what.test(await focused(page))) return;
    await page.press('Tab');
  }
  throw new Error(`Tab does not reach ${what}; it is at "${await focused(page)}"`);
}

describe('the front door', () => {
  test('is what the bare address opens: what the page is for, and three ways in', async () => {
    const page = await open('');
    expect(await page.text('ts-front-door h2')).toMatch(/Why is one GPU kernel .* as fast/);
    const doors = await page.page.$$eval('>>> ts-front-door >>> .doors a', (links) =>
      links.map((link) => [link.querySelector('b')?.textContent, link.getAttribute('href')]),
    );
    expect(doors).toEqual([
      ['Start the first lesson', `?view=learn&lesson=${lessons[0].id}`],
      ['Run a kernel', '?view=kernel'],
      ['Measure this GPU', '?view=device'],
    ]);
    expect(await page.count('ts-front-door .lessons li')).toBe(lessons.length);
    expect(await page.violations()).toEqual([]);
    await page.click('ts-front-door .doors a:nth-child(2)');
    await page.find('ts-kernel-view ts-run-bar');
    await page.back('ts-front-door');
    // It asks for a guess, and whoever makes one sees what comes of it.
    await page.click('ts-front-door .guesses a:first-child');
    await eventually(() => page.text('ts-predict')).toMatch(/You said “As many as it reads”\. The outcome: “16 times/);
    await page.back('ts-front-door');
    expect(await page.has('ts-front-door .guesses')).toBe(false);
  });

  test('names a lesson that is not here', async () => {
    const page = await open(lesson('coalescin'));
    expect(await page.text('ts-learn-view ts-notices')).toMatch(
      /lesson=coalescin is not a lesson here; did you mean coalescing\?/,
    );
    await page.find('ts-front-door .lessons');
  });
});

describe('a lesson', () => {
  test('is gone through by keyboard alone, from its recordings', async () => {
    const page = await open(lesson('line'), withoutGpu);
    await page.find('ts-lesson h2');
    expect(await page.count('ts-predict')).toBe(1);
    expect(await page.has('ts-lesson-figure')).toBe(false);
    await page.page.focus('>>> ts-lesson >>> h2');
    const outcomes = (): Promise<string> =>
      page.page.$$eval('>>> ts-predict', (all) =>
        all.map((one) => one.shadowRoot?.querySelector('.outcome')?.textContent ?? '').join(' '),
      );

    // A choice by the arrow keys, then the button, then the recording.
    await page.press('Tab');
    await page.press('Space');
    await page.press('ArrowDown');
    await tabTo(page, /^Lock in my guess$/);
    await page.press('Enter');
    // Not at the button that can do nothing here.
    await eventually(() => focused(page)).toBe('Show the recording');
    expect(await outcomes()).toBe('');
    await page.press('Enter');
    await eventually(outcomes).toMatch(/You have it: “5”/);
    await eventually(() => focused(page)).toMatch(/^You have it/);

    // Its evidence is there already: the outcome follows at once.
    await page.press('Tab');
    await page.press('Space');
    await tabTo(page, /^Lock in my guess$/);
    await page.press('Enter');
    await eventually(outcomes).toMatch(/You said “1”\. The outcome: “2”/);
    await eventually(() => focused(page)).toMatch(/^You said “1”/);

    await tabTo(page, /^Show me without a guess$/);
    await page.press('Enter');
    await tabTo(page, /^Show the recording$/);
    await page.press('Enter');
    await eventually(outcomes).toMatch(/The outcome: “Less than 5% longer”/);
    await tabTo(page, /^Open the task$/, 200);
    expect(await page.text('ts-lesson .end')).toMatch(/Your task/);
    await tabTo(page, /^Start this lesson over$/);
    await page.press('Enter');
    await eventually(() => page.count('ts-predict')).toBe(1);
  });

  test('runs on the GPU, and says so', async () => {
    const page = await open(lesson('coalescing'));
    await page.click('ts-predict .choice:nth-child(3) input');
    await page.click('ts-predict button.primary');
    await page.click('ts-predict .row button:first-child');
    await eventually(() => page.text('ts-predict')).toMatch(/You have it: “16: one for each row”/);
    expect(await page.text('ts-predict .status')).toBe('Made on this device.');
    await page.find('ts-lesson-figure ts-request svg.drawn');
    // What was decided is here after a reload; what it was about is shown again, from the recording.
    await page.page.reload();
    await page.settled();
    await eventually(() => page.text('ts-predict')).toMatch(/You have it: “16: one for each row”/);
  });

  test('says before the run what the device lacks, and goes on from the recording', async () => {
    const page = await open(lesson('neuron'));
    await page.click('ts-predict .choice:nth-child(3) input');
    await page.click('ts-predict button.primary');
    await eventually(() => page.text('ts-predict .status')).toMatch(/^It cannot run here: it needs .*"shader-f16"/);
    expect(await page.text('ts-predict button.primary')).toBe('Show the recording');
    await page.click('ts-predict button.primary');
    await eventually(() => page.text('ts-predict')).toMatch(/You have it: “16 times as many”/);
    expect(await page.text('ts-lesson-figure .from')).toMatch(/Recorded on .* Not run here: it needs .*"shader-f16"/);
    expect(await page.text('ts-lesson-figure .from')).not.toMatch(/Run on this GPU/);
  });

  test('sets guess and outcome on one axis so that neither crosses the other’s name', async () => {
    const page = await open(lesson('decode'), withoutGpu);
    await page.page.setViewport({ width: 390, height: 800 });
    await page.find('ts-predict input[type=range]');
    await page.page.$eval('>>> ts-predict >>> input[type=range]', (input) => {
      // Just beyond the outcome, where both names are written leftwards.
      (input as HTMLInputElement).value = '100';
      input.dispatchEvent(new Event('input'));
    });
    await page.click('ts-predict button.primary');
    await page.click('ts-predict button.primary');
    await page.find('ts-predict .pin.real');
    const crossed = await page.page.$$eval('>>> ts-predict >>> .pin', (pins) =>
      pins.map((pin, at) => {
        const [line, name] = [pin.getBoundingClientRect(), pins[1 - at].querySelector('span')?.getBoundingClientRect()];
        if (!name) return true;
        const isAcross = line.left < name.right && name.left < line.left + 2;
        return isAcross && line.top < name.bottom && name.top < line.bottom;
      }),
    );
    expect(crossed).toEqual([false, false]);
  });

  // Between them they have every kind of figure.
  const tried = isWhole ? lessons.map(({ id }) => id) : ['tiles', 'launch', 'trust'];

  test.each(tried)('%s ends without a GPU, and axe finds nothing against it', async (id) => {
    const page = await open(lesson(id), withoutGpu);
    await page.find('ts-lesson h2');
    for (let guesses = 0; guesses < 12 && !(await page.has('ts-lesson .end')); guesses++) {
      await page.page.$$eval('>>> ts-predict', async (all) => {
        const buttons = [...(all.at(-1)?.shadowRoot?.querySelectorAll('button') ?? [])];
        buttons.find(({ textContent }) => textContent?.includes('without a guess'))?.click();
        await new Promise(requestAnimationFrame);
        const shown = [...(all.at(-1)?.shadowRoot?.querySelectorAll('button') ?? [])];
        shown.find(({ textContent }) => textContent?.includes('Show the recording'))?.click();
      });
      await eventually(() =>
        page.page.$$eval('>>> ts-predict', (all) =>
          all.every(
            (one, at) =>
              at < all.length - 1 ||
              one.shadowRoot?.querySelector('.outcome, input[type=radio]:not(:disabled), input[type=range]'),
          ),
        ),
      ).toBe(true);
    }
    await page.find('ts-lesson .end');
    // Figures draw what they are about when it has come.
    await eventually(async () => {
      const [shares, figures] = [await page.count('ts-lesson-figure ts-share'), await page.count('ts-lesson-figure')];
      return figures > 0 && shares === figures;
    }).toBe(true);
    await page.page.setViewport({ width: 360, height: 800 });
    expect(await page.overhang()).toBe(0);
    await page.theme('dark');
    expect(await page.violations()).toEqual([]);
    expect(await page.smallTargets()).toEqual([]);
  });
});
