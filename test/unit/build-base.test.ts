import { expect, test } from 'vitest';
import { baseOf } from '../../src/cli/tasks/build.ts';

test.each([
  [[], null],
  [['--base', '/x/'], '/x/'],
  [['--base=/x'], '/x/'],
  [['--base', 'https://example.org/tilescope'], 'https://example.org/tilescope/'],
])('npm run build -- %s is for %s', (args, base) => {
  expect(baseOf(args)).toBe(base);
});

test.each([
  [['--base']],
  [['--base', 'x']],
  [['--base', '//x/']],
  [['--base', 'https://x/?a=b']],
  [['--bse', '/x/']],
  [['--base', '/x/', 'y']],
  [['--base', '/"x/']],
])('npm run build -- %s gets a sentence', (args) => {
  expect(() => baseOf(args)).toThrow(/--base/);
});
