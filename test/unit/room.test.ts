import { expect, it } from 'vitest';
import { bufferBytes, groupBytes, isHandheld } from '../../src/lab/room.ts';

it.each([
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 Version/26.0 Mobile/15E148', true],
  ['Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 Chrome/148.0.0.0 Mobile Safari/537.36', true],
  ['Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 Chrome/148.0.0.0 Safari/537.36', true],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15', false],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/148.0.0.0 Safari/537.36', false],
  ['Node.js/22', false],
  ['', false],
])('%s', (userAgent, expected) => {
  expect(isHandheld({ userAgent, maxTouchPoints: 0 })).toBe(expected);
});

it('an iPad, which says that it is a Mac', () => {
  const userAgent = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15';
  expect(isHandheld({ userAgent, maxTouchPoints: 5 })).toBe(true);
});

it('less is taken there', () => {
  expect([groupBytes({}), groupBytes({ handheld: true })]).toEqual([2 ** 30, 2 ** 28]);
  expect([2 ** 32, 2 ** 20].map((largest) => bufferBytes({ handheld: true }, largest))).toEqual([2 ** 27, 2 ** 20]);
  expect(bufferBytes({}, 2 ** 32)).toBe(2 ** 32);
});
