/** Where links lead: files of the build, and what mailers and chats make of their names. */
import { expect, it } from 'vitest';
import { arrival } from '../../src/ui/state/arrival.ts';

const at = (pathname: string, search = '', hash = '') => ({ pathname, search, hash });

it('is the page itself under whatever name a host sends index.html', () => {
  for (const pathname of ['/x/', '/x/index.html', '/tilescope'])
    expect(arrival(at(pathname, '?op=neuron'), undefined, false)).toBeNull();
  expect(arrival(at('/x/', '?op=neuron'), undefined, true)).toBeNull();
});

it('is the view of a built file, with what the link says', () => {
  expect(arrival(at('/x/ladder.html', '?op=matmul', '#code=abc'), 'ladder', false)).toBe(
    '?view=ladder&op=matmul#code=abc',
  );
  expect(arrival(at('/x/ladder.html'), 'ladder', false)).toBe('?view=ladder');
  expect(arrival(at('/x/ladder.html', '?View=sweep&op=matmul'), 'ladder', false)).toBe('?View=sweep&op=matmul');
});

it.each([
  ['/x/ladder.html).', '', '?view=ladder'],
  ['/x/Kernel.HTML', '?op=matmul', '?view=kernel&op=matmul'],
  ['/x/kernel.html%3Fop%3Dmatmul%26m%3D64', '', '?view=kernel&op=matmul&m=64'],
  ['/x/kernel.html%253Fop%253Dmatmul', '', '?view=kernel&op=matmul'],
  ['/x/kernel.html%3Fop=matmul%23code=abc', '', '?view=kernel&op=matmul#code=abc'],
  ['/x/learn.html%3E', '?lesson=banks', '?view=learn&lesson=banks'],
  ['/x/index.html).', '?op=neuron', '?op=neuron'],
  ['/x/index.html%3Fview=memory', '', '?view=memory'],
  ['/x/ladder.html/', '?op=matmul', '?view=ladder&op=matmul'],
  ['/x/pictures', '', '?view=pictures'],
  ['/x/%3Cb%3E', '', '?view=%3Cb%3E'],
])('of %s with "%s" is what was meant: %s', (pathname, search, meant) => {
  expect(arrival(at(pathname, search), undefined, true)).toBe(meant);
});
