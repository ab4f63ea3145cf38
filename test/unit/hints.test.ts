/** Hints of tasks: code stands between backticks, as the page sets it. */
import { expect, it } from 'vitest';
import { tasks } from '../../src/tasks/index.ts';

it.each(tasks.map(({ id, hints }) => [id, hints] as const))('the hints of %s close every backtick', (_, hints) => {
  expect(hints.length).toBeGreaterThan(0);
  for (const hint of hints) expect(hint.split('`').length % 2, hint).toBe(1);
});
