import { describe, expect, test } from 'vitest';
import {
  choose,
  didYouMean,
  fileOf,
  nearest,
  parseAssignment,
  parseFlags,
  parseNumber,
  parsePairs,
  wholeNumber,
} from '../../src/cli/args.ts';

const SPECS = { kernel: { multiple: true }, json: {}, quick: { boolean: true }, offset: {} } as const;

describe('flags', () => {
  test('words, flags with their values, repeated flags', () => {
    const args = parseFlags(['matmul', '--kernel', '3', '--quick', '--kernel=4', '--json', '-'], SPECS);
    expect(args.positionals).toEqual(['matmul']);
    expect(args.values('kernel')).toEqual(['3', '4']);
    expect(args.has('quick')).toBe(true);
    expect(args.value('json')).toBe('-');
    expect(args.value('offset')).toBeUndefined();
  });

  test('a negative number is a value, not a flag', () => {
    expect(parseFlags(['--offset', '-3'], SPECS).value('offset')).toBe('-3');
    expect(parseFlags(['--offset=-3'], SPECS).value('offset')).toBe('-3');
  });

  test.each([
    [['--kernal', '3'], /no flag --kernal: did you mean --kernel/],
    [['-k', '3'], /no flag -k: use --kernel, --json, --quick or --offset/],
    [['--json'], /--json needs a value/],
    [['--json', '--quick'], /--json needs a value, and "--quick" is the next flag/],
    [['--json='], /--json needs a value/],
    [['--json', 'a', '--json', 'b'], /--json can be given once; here it is given as "a" and as "b"/],
    [['--quick=yes'], /--quick takes no value; omit "=yes"/],
    [['--constructor', '1'], /no flag --constructor/],
  ])('%j is refused', (argv, message) => {
    expect(() => parseFlags(argv, SPECS)).toThrow(message);
  });

  test('the JSON target is found in a command line that does not parse', () => {
    expect(fileOf(['--nonsense', '--json', 'out.json'], '--json')).toBe('out.json');
    expect(fileOf(['--json=out.json'], '--json')).toBe('out.json');
    expect(fileOf(['--json', '--quick'], '--json')).toBeUndefined();
    expect(fileOf(['--json'], '--json')).toBeUndefined();
  });
});

describe('values', () => {
  test.each([
    ['512', 512],
    ['-3', -3],
    ['0.5', 0.5],
    ['.5', 0.5],
    ['1e-3', 1e-3],
    ['', undefined],
    ['0x10', undefined],
    ['12px', undefined],
    ['1e400', undefined],
    ['Infinity', undefined],
    [' 4', undefined],
  ])('the number %j', (text, number) => {
    expect(parseNumber(text)).toBe(number);
  });

  test('whole numbers name the flag and the range', () => {
    expect(wholeNumber('8', '--samples', 0, 1000)).toBe(8);
    expect(() => wholeNumber('8.5', '--samples', 0, 1000)).toThrow(
      '--samples takes a whole number from 0 to 1,000, not "8.5"',
    );
    expect(() => wholeNumber('-1', '--seed', 0, Number.MAX_SAFE_INTEGER)).toThrow(
      '--seed takes a whole number of 0 or more',
    );
    expect(() => wholeNumber('9007199254740993', '--seed', 0, Number.MAX_SAFE_INTEGER)).toThrow('--seed');
  });

  test('assignments and pairs', () => {
    expect(parseAssignment('TILE=8, 16', '--set')).toEqual({ key: 'TILE', values: ['8', '16'] });
    expect(parsePairs('m=1,n=2', '--shape')).toEqual([
      ['m', '1'],
      ['n', '2'],
    ]);
    for (const text of ['TILE', 'TILE=', '=8', 'TILE=8,,16', '']) {
      expect(() => parseAssignment(text, '--set')).toThrow('--set takes KEY=VALUE or KEY=v1,v2,...');
    }
    expect(() => parsePairs('m=1,', '--shape')).toThrow('--shape takes KEY=VALUE, not ""');
  });
});

describe('the nearest alternative', () => {
  test.each([
    ['nuron', 'neuron'],
    ['atention', 'attention'],
    ['mamtul', 'matmul'],
    ['row_majer', '2_row_major'],
    ['MATMUL', 'matmul'],
    ['zzz', undefined],
    ['9', undefined],
  ])('%s -> %s', (word, expected) => {
    expect(nearest(word, ['neuron', 'matmul', 'attention', '2_row_major'])).toBe(expected);
  });

  test('says what there is', () => {
    expect(didYouMean('f64', ['f32', 'f16'])).toBe(': did you mean f32 (there is f32 or f16)?');
    expect(didYouMean('firefox', ['chrome', 'dawn', 'deno'])).toBe(': use chrome, dawn or deno');
    expect(didYouMean('jsn', ['json'], '--')).toBe(': did you mean --json?');
    expect(() => choose('chrom', ['chrome', 'dawn'], 'host')).toThrow('There is no host "chrom": did you mean chrome');
  });
});
