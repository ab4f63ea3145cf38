import { describe, expect, it } from 'vitest';
import * as format from '../../src/ui/look/format.ts';

describe('three significant digits', () => {
  it.each([
    [0, '0'],
    [1, '1.00'],
    [1.2345, '1.23'],
    [12.345, '12.3'],
    [123.45, '123'],
    [999.7, '1,000'],
    [1234.5, '1,230'],
    [0.012345, '0.0123'],
    [0.00012345, '1.23e−4'],
    [-0.00012345, '−1.23e−4'],
    [-0.5, '−0.500'],
    [1.5e9, '1.50e9'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '∞'],
    [Number.NEGATIVE_INFINITY, '−∞'],
  ])('%d is %s', (value, text) => expect(format.significant(value)).toBe(text));
});

describe('times', () => {
  it.each([
    [0, '0 ns'],
    [0.25, '0.250 ns'],
    [65_536, '65.5 µs'],
    [999_400, '999 µs'],
    [999_600, '1.00 ms'],
    [1_234_567, '1.23 ms'],
    [2.5e9, '2.50 s'],
  ])('%d ns is %s', (ns, text) => expect(format.figureText(format.duration(ns))).toBe(text));

  it('keeps the raw value', () => expect(format.duration(1_234_567.5).raw).toBe('1,234,567.5 ns'));

  it('gives both ends of an interval in one unit', () => {
    expect(format.figureText(format.timeInterval(980_000, 1_310_000))).toBe('0.980 to 1.31 ms');
    // Beside a median of 980 µs.
    expect(format.figureText(format.timeInterval(970_000, 1_020_000, 980_000))).toBe('970 to 1,020 µs');
  });
});

describe('sizes are binary, rates decimal', () => {
  it.each([
    [1, '1 B'],
    [4_098, '4,098 B'],
    [65_536, '64.0 KiB'],
    [1_048_064, '1.00 MiB'],
    [67_117_056, '64.0 MiB'],
    [512 * 2 ** 20, '512 MiB'],
    [79.15 * 2 ** 30, '79.2 GiB'],
  ])('%d bytes are %s', (size, text) => expect(format.figureText(format.bytes(size))).toBe(text));

  it('says "1 byte"', () => expect(format.bytes(1).raw).toBe('1 byte'));

  it.each([
    [412.3, '412 GFLOP/s'],
    [0.000_213, '213 kFLOP/s'],
    [1_234, '1.23 TFLOP/s'],
    [0, '0 FLOP/s'],
  ])('%d GFLOP/s is %s', (rate, text) =>
    expect(format.figureText(format.measure({ value: rate, unit: 'GFLOP/s' }))).toBe(text),
  );

  it('12.34 GB/s', () => expect(format.figureText(format.measure({ value: 12.34, unit: 'GB/s' }))).toBe('12.3 GB/s'));
  it('what is no rate keeps its unit', () =>
    expect(format.figureText(format.measure({ value: 12.34, unit: 'ns' }))).toBe('12.3 ns'));
  it('several rates share the unit of the middle one', () => {
    expect(format.commonMeasure([0.001, 0.5, 2000], 'GFLOP/s')).toEqual([1e-3, 'MFLOP/s']);
    expect(format.commonMeasure([1, 2], 'ns')).toEqual([1, 'ns']);
  });
});

describe('counts and shares', () => {
  it('counts are exact', () => expect(format.count(16_777_216)).toBe('16,777,216'));
  it('operations are exact while they are few', () => {
    expect(format.figureText(format.amount({ count: 2_050, unit: 'FLOP' }))).toBe('2,050 FLOP');
    expect(format.figureText(format.amount({ count: 33_562_624, unit: 'FLOP' }))).toBe('33.6 MFLOP');
  });
  it('a size is a size whatever it counts for, and what has no unit is exact', () => {
    expect(format.figureText(format.amount({ count: 65_536, unit: 'B' }))).toBe('64.0 KiB');
    expect(format.figureText(format.amount({ count: 33_562_624, unit: '' }))).toBe('33,562,624');
  });
  it('percent', () => expect(format.figureText(format.percent(0.03125))).toBe('3.13%'));
  it('what JSON has no number for', () => {
    expect(format.element('NaN')).toMatchObject({ value: 'NaN', raw: 'NaN' });
    expect(format.element('-Infinity').value).toBe('−∞');
    expect(format.element(0.25134).value).toBe('0.2513');
    expect(format.element(-213_354, true).value).toBe('−213,354');
    expect(format.element('NaN', true).value).toBe('NaN');
    // In full, but without counting zeros.
    expect(format.element(-0.12345678955316544, true).value).toBe('−0.12345678955316544');
    expect(format.element(-1.1754943508222875e-38, true)).toMatchObject({
      value: '−1.1754943508222875e−38',
      raw: '-1.1754943508222875e-38',
    });
    expect(format.element(2 ** 60, true).value).toBe('1.152921504606847e18');
    expect(format.element(0, true).value).toBe('0');
  });
});

describe('what was written for a terminal', () => {
  it.each([
    ['-903 beside 15920', '−903 beside 15,920'],
    ['sin of -pi to pi, of 2^-40 to 2^40', 'sin of −pi to pi, of 2^−40 to 2^40'],
    ['a tile of TM x TN, 4 x 4, 2 * TILE', 'a tile of TM × TN, 4 × 4, 2 × TILE'],
    ['y = max(0, W x + b)', 'y = max(0, W x + b)'],
    ['1.91 (1.89..1.93) times, a..b', '1.91 (1.89 to 1.93) times, a..b'],
    ["the host's wait, 3 us, of 'f16'", "the host’s wait, 3 µs, of 'f16'"],
  ])('%s', (written, shown) => expect(format.typeset(written)).toBe(shown));
});
