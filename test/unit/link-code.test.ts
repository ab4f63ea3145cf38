/** Code that travels in a link's fragment, and what mailers and chats do to it. */
import { describe, expect, test } from 'vitest';
import { shader } from '../../src/kernels/index.ts';
import { apart } from '../../src/ui/state/arrival.ts';
import { fromFragment, toFragment } from '../../src/ui/state/link-code.ts';

import { fromSearch } from '../setup/settings.ts';

const CODE = `${shader('matmul/5_register_tile.wgsl')}\n// naïve – “edited”`;

describe('the fragment', () => {
  test('brings back what was put in, and is short enough for a link', async () => {
    const fragment = await toFragment(CODE);
    expect(fragment).toMatch(/^#code=[\w-]+$/);
    expect(fragment.length).toBeLessThan(CODE.length / 2);
    expect(await fromFragment(fragment)).toEqual({ code: CODE, notices: [] });
  });

  test.each([
    ['a trailing bracket and full stop', (text: string) => `${text}).`],
    ['marks around it', (text: string) => `${text}_`],
    ['percent-encoded separators', (text: string) => text.replace('=', '%3D')],
    ['separators encoded twice', (text: string) => text.replace('=', '%253D')],
    ['a parameter of a mailer', (text: string) => `${text}&amp;utm_source=mail`],
    ['plain base64', (text: string) => text.replaceAll('-', '+').replaceAll('_', '/')],
  ])('survives %s', async (_, change) => {
    expect(await fromFragment(change(await toFragment(CODE)))).toEqual({ code: CODE, notices: [] });
  });

  test.each([
    ['cut short', (text: string) => text.slice(0, -9), /damaged/],
    ['in other case', (text: string) => `#code=${text.slice(6).toLowerCase()}`, /damaged/],
    [
      'with one letter changed',
      (text: string) => text.replace(/.(?=.{20}$)/, (digit) => (digit === 'A' ? 'B' : 'A')),
      /damaged/,
    ],
    ['empty', () => '#code=', /damaged/],
  ])('that was %s is reported and brings nothing', async (_, change, says) => {
    const { code, notices } = await fromFragment(change(await toFragment(CODE)));
    expect(code).toBeUndefined();
    expect(notices).toEqual([expect.stringMatching(says)]);
  });

  test('that would unpack to more than a kernel may have is not unpacked', async () => {
    const bomb = await toFragment('x'.repeat(2 ** 18 + 1));
    expect(bomb.length).toBeLessThan(2000);
    const { code, notices } = await fromFragment(bomb);
    expect([code, notices.length]).toEqual([undefined, 1]);
    expect(notices[0]).toMatch(/longer than any kernel/);
  });

  test('that is long and full of marks is refused at once', async () => {
    const started = performance.now();
    expect((await fromFragment(`#code=${'_'.repeat(300_000)}x`)).notices).toEqual([expect.stringMatching(/damaged/)]);
    expect(performance.now() - started).toBeLessThan(5000);
  });

  test('with something else says so, and places within a page are nothing to it', async () => {
    expect((await fromFragment('#codes=abc')).notices).toEqual([
      'codes=abc is not part of a link to this page and was left out.',
    ]);
    expect(await fromFragment('#run')).toEqual({ notices: [] });
    expect(await fromFragment('')).toEqual({ notices: [] });
  });

  test('is found where its mark was percent-encoded', () => {
    expect(apart('?op=matmul%23code=abc', '')).toEqual({ search: '?op=matmul', hash: '#code=abc' });
    expect(apart('?op=matmul%2523code%3Dabc', '')).toEqual({ search: '?op=matmul', hash: '#code%3Dabc' });
    expect(apart('?op=matmul', '#code=abc')).toEqual({ search: '?op=matmul', hash: '#code=abc' });
  });
});

test('separators of the query that were percent-encoded are read', () => {
  const { settings, notices } = fromSearch('?op%3Dmatmul%26kernel=3_tiles%26amp;m%3D64%2526set.TILE%253D8).');
  expect(notices).toEqual([]);
  expect(settings).toMatchObject({ op: 'matmul', kernel: '3_tiles', shape: { m: 64 }, knobs: { TILE: 8 } });
});
