/** docs/INSIDE.md and docs/CHECKER.md name every planted fault that removes a barrier. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { barrierFaults } from '../broken/barriers.ts';

test('the table of barriers taken away has a row for each fault, and no other', () => {
  const rows = [...readFileSync('docs/INSIDE.md', 'utf8').matchAll(/^\| (\S+\/\S+) \| (\S+) \| .*\d+ (?:and|with) /gm)];
  const named = rows.map(([, kernel, id]) => `${kernel} ${id}`);
  expect(named.sort()).toEqual(barrierFaults.map(({ op, kernel, id }) => `${op}/${kernel} ${id}`).sort());
  expect(readFileSync('docs/CHECKER.md', 'utf8')).toContain(`all of the ${named.length} planted faults`);
});
