/** Links as they arrive: through mailers, chats and hands. */
import { describe, expect, inject, test } from 'vitest';
import { playgrounds } from './playground.ts';

const open = playgrounds();

describe('a link', () => {
  test('that a mailer has been at opens what was meant, and the address is put right', async () => {
    const page = await open('?utm_source=mail&op=Matmul&amp;kernel=3_tiles&m=64&n=512&set.TILE=8).');
    expect(await page.has('ts-kernel-view .notice')).toBe(false);
    expect(await page.has('ts-ladder input[value="3_tiles"]:checked')).toBe(true);
    expect(Object.fromEntries(await page.query())).toEqual({
      op: 'matmul',
      kernel: '3_tiles',
      m: '64',
      'set.TILE': '8',
    });
  });

  test('to a built file whose name was damaged opens its view all the same', async () => {
    const page = await open('KERNEL.html%3Fop%3Dmatmul%26kernel%3D3_tiles).');
    // The host answers that it has no such file, which the browser's console repeats.
    page.problems.length = 0;
    expect(await page.has('ts-ladder input[value="3_tiles"]:checked')).toBe(true);
    expect(await page.has('.notice')).toBe(false);
    expect(new URL(page.page.url()).pathname).toBe(new URL(inject('pageUrl')).pathname);
  });

  test.each(['no/such/kernel.html?op=matmul&kernel=3_tiles', 'kernel.html/?op=matmul&kernel=3_tiles'])(
    'to what is below a folder that does not exist is opened in the folder of the page: %s',
    async (written) => {
      const page = await open('?view=learn');
      await page.page.goto(new URL(written, inject('pageUrl')).href);
      // Here the script of the page cannot be loaded, and the address changes once its folder has been found.
      await expect.poll(() => page.page.url()).not.toMatch(/no\/such|html/);
      await page.find('ts-ladder input[value="3_tiles"]:checked');
      expect(await page.has('.notice')).toBe(false);
      expect(new URL(page.page.url()).pathname).toBe(new URL(inject('pageUrl')).pathname);
      page.problems.length = 0;
    },
  );

  test('that somebody has put into one case is read all the same', async () => {
    const page = await open('?OP=MATMUL&KERNEL=3_TILES&M=64&set.tile=8');
    expect(await page.has('ts-kernel-view .notice')).toBe(false);
    expect(Object.fromEntries(await page.query())).toEqual({
      op: 'matmul',
      kernel: '3_tiles',
      m: '64',
      'set.TILE': '8',
    });
  });

  test('to a sweep is read the same way, and Back leads out of it at once', async () => {
    const page = await open('?op=neuron&kernel=2_row_major');
    const address = await page.page.evaluate(() => location.pathname);
    await page.page.goto(
      new URL(`${address}?view=Sweep&op=matmul&kernel=5&x=WX&x.values=4%252C8&y=none`, page.page.url()).href,
    );
    await page.settled();
    await page.find('ts-heat-map .cell');
    expect(await page.count('ts-heat-map .cell')).toBe(2);
    expect(await page.has('ts-sweep-view .notice')).toBe(false);
    expect((await page.query()).get('x')).toBe('set.WX');
    await page.back('ts-kernel-view');
    expect((await page.query()).get('kernel')).toBe('2_row_major');
  });

  test.each([
    ['?view=tasks&amp;task=Coalesce).', '?view=tasks&task=coalesce', 'ts-tasks-view'],
    ['?view=memory&probe=Banks.&utm_source=mail', '?view=memory&probe=banks', 'ts-memory-view'],
    [
      '?view=device&from=LLVMPIPE).&beside=None&utm_source=mail',
      '?view=device&from=llvmpipe&beside=none',
      'ts-device-view',
    ],
    ['?VIEW=LEARN&LESSON=BANKS%29.', '?view=learn&lesson=banks', 'ts-learn-view'],
  ])('to what only a later module knows is read the same way: %s', async (written, meant, view) => {
    const page = await open(written);
    await page.find(`${view} h2`);
    expect(await page.page.evaluate(() => location.search)).toBe(meant);
    expect(await page.has(`${view} .notice`)).toBe(false);
  });

  test('has its adapter read like the rest', async () => {
    const page = await open('?op=neuron&amp;power=Low-Power).');
    const query = await page.query();
    expect(query.get('power')).toBe('low-power');
    expect([...query.keys()].some((key) => key.includes('amp'))).toBe(false);
  });

  test('of which nothing fits gets one notice', async () => {
    const page = await open(
      '?op=matmulll&kernel=3_tiles&m=512&n=512&k=x&dtype=f99&seed=-1&set.TILE=8&set.WX=1&a=b&c=d',
    );
    expect(await page.count('ts-kernel-view .notice li')).toBe(1);
    expect(await page.text('ts-notices li')).toMatch(/did you mean matmul\? You see neuron instead/);
    expect(Object.fromEntries(await page.query())).toEqual({ op: 'neuron', kernel: '2_row_major' });
  });
});
