/** Quantities and their measures: what is derived from a list, and that no reader knows what is in it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { intensitiesOf, measuresOf, type Quantity, rated } from '../../src/core/quantity.ts';
import { operations } from '../../src/kernels/index.ts';

const pages: Quantity = { key: 'pages', title: 'Pages', unit: 'page', count: 600 };
const faults: Quantity = { key: 'faults', title: 'Faults', unit: 'fault', count: 3 };
const hot: Quantity = { key: 'hot', title: 'Hot pages', unit: '', count: 9, rated: false };

describe('a list of quantities', () => {
  test('is measured by time, in its own units, the headline first', () => {
    expect(measuresOf([pages, hot, faults], 200)).toEqual([
      { key: 'pages', title: 'Pages', unit: 'Gpage/s', value: 3 },
      { key: 'faults', title: 'Faults', unit: 'Gfault/s', value: 0.015 },
    ]);
    expect(measuresOf([], 200)).toEqual([]);
  });

  test('is set against its headline where there is something to set it against', () => {
    expect(intensitiesOf([pages, hot, faults])).toEqual([{ of: pages, per: faults, unit: 'page/fault', value: 200 }]);
    expect(intensitiesOf([pages, { ...faults, count: 0 }])).toEqual([]);
  });

  test.each(operations)('of $id has a headline, and no key twice', ({ quantities, quick, parameters }) => {
    const defaults = Object.fromEntries(parameters.map((parameter) => [parameter.key, parameter.default]));
    const list = quantities({ ...defaults, ...quick }, 'f32');
    expect(rated(list)[0]).toBe(list[0]);
    expect(new Set(list.map(({ key }) => key)).size).toBe(list.length);
    expect(list.every(({ count }) => count >= 0)).toBe(true);
  });
});

describe('no reader knows a quantity by name', () => {
  const files = ['core', 'gpu', 'wgsl', 'lab', 'ui', 'cli'].flatMap((floor) =>
    readdirSync(join('src', floor), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join('src', floor, file)),
  );

  test.each(files)('%s', (file) => {
    expect(readFileSync(file, 'utf8')).not.toMatch(/flops?\b|\bg?flop|\bgbps\b|\bGB\/s|bytes-?(read|written)/i);
  });
});
