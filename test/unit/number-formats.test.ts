/** Formats against the numbers of IEEE 754-2019 (table 3.5) and of the engine's own arithmetic. */
import { expect, test } from 'vitest';
import { storingError } from '../../src/core/bounds.ts';
import { BYTES, canStore, FORMATS } from '../../src/core/format.ts';
import { round } from '../../src/core/half.ts';

test('formats have the numbers of the standard', () => {
  expect(FORMATS.f32).toEqual({
    bits: 32,
    unit: 2 ** -24,
    largest: 3.4028234663852886e38,
    overflow: 2 ** 128 - 2 ** 103,
    smallestNormal: 2 ** -126,
    smallest: 2 ** -149,
  });
  expect(FORMATS.f16).toEqual({
    bits: 16,
    unit: 2 ** -11,
    largest: 65_504,
    overflow: 65_520,
    smallestNormal: 2 ** -14,
    smallest: 2 ** -24,
  });
  expect(FORMATS.bf16).toMatchObject({ bits: 16, unit: 2 ** -8, smallestNormal: 2 ** -126, smallest: 2 ** -133 });
});

test.each(['f32', 'f16'] as const)('%s rounds as its numbers say', (dtype) => {
  const { bits, unit, largest, overflow, smallest } = FORMATS[dtype];
  expect(8 * BYTES[dtype]).toBe(bits);
  expect(round(largest, dtype)).toBe(largest);
  expect(round(overflow, dtype)).toBe(Number.POSITIVE_INFINITY);
  expect(round(overflow * (1 - 2 ** -40), dtype)).toBe(largest);
  // Halfway between 1 and the next number is rounded to the even one.
  expect([round(1 + unit, dtype), round(1 + unit * (1 + 2 ** -20), dtype)]).toEqual([1, 1 + 2 * unit]);
  expect([round(smallest, dtype), round(smallest / 2, dtype)]).toEqual([smallest, 0]);
});

test('storing costs a unit in the last place of a shorter format, and needs the device to have it', () => {
  expect(storingError('f32')).toEqual({ relative: 0, absolute: 0 });
  expect(storingError('f16')).toEqual({ relative: 2 ** -10, absolute: 2 ** -24 });
  expect([canStore('f32', new Set()), canStore('f16', new Set()), canStore('f16', new Set(['shader-f16']))]).toEqual([
    true,
    false,
    true,
  ]);
});
