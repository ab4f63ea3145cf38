/** The modelled machine against cases worked out by hand: what a group of 32 lanes asks for. */
import { describe, expect, test } from 'vitest';
import { footprint } from '../../src/model/access.ts';
import { bankPasses, bankWords } from '../../src/model/banks.ts';
import { Caches } from '../../src/model/caches.ts';
import { defaultMachine, findMachine, type Machine, machines, resident } from '../../src/model/machines.ts';

const LANES = Array.from({ length: 32 }, (_, lane) => lane);
const lanes = (address: (lane: number) => number, active = LANES): number[] => active.map(address);

describe('sectors of a request', () => {
  const half = LANES.slice(0, 16);
  test.each<[string, number[], number, { sectors: number; idealSectors: number }]>([
    ['side by side', lanes((i) => 4 * i), 4, { sectors: 4, idealSectors: 4 }],
    ['side by side, off by 4 bytes', lanes((i) => 4 * i + 4), 4, { sectors: 5, idealSectors: 4 }],
    ['every 2nd', lanes((i) => 8 * i), 4, { sectors: 8, idealSectors: 4 }],
    ['every 4th', lanes((i) => 16 * i), 4, { sectors: 16, idealSectors: 4 }],
    ['every 8th', lanes((i) => 32 * i), 4, { sectors: 32, idealSectors: 4 }],
    ['every 32nd', lanes((i) => 128 * i), 4, { sectors: 32, idealSectors: 4 }],
    ['all the same', lanes(() => 64), 4, { sectors: 1, idealSectors: 1 }],
    ['vec4', lanes((i) => 16 * i), 16, { sectors: 16, idealSectors: 16 }],
    ['f16', lanes((i) => 2 * i), 2, { sectors: 2, idealSectors: 2 }],
    ['a column of pitch 4,096', lanes((i) => 4096 * i), 4, { sectors: 32, idealSectors: 4 }],
    ['half of the lanes', lanes((i) => 4 * i, half), 4, { sectors: 2, idealSectors: 2 }],
    // matmul 2: a workgroup of 16 x 16, k = 32: two rows of 128 bytes, of which every lane of a row reads one element.
    ['A of matmul 2', lanes((i) => 128 * (i >> 4)).sort((a, b) => a - b), 4, { sectors: 2, idealSectors: 1 }],
    ['B of matmul 2', lanes((i) => 4 * (i % 16)).sort((a, b) => a - b), 4, { sectors: 2, idealSectors: 2 }],
    ['over the end of a sector', [28], 8, { sectors: 2, idealSectors: 1 }],
  ])('%s', (_, addresses, bytes, expected) => {
    expect(footprint(addresses, bytes, defaultMachine)).toMatchObject(expected);
  });

  test('are told in their order, and make lines', () => {
    const told: number[] = [];
    const { lines, elements } = footprint([0, 0, 4, 96, 256], 4, defaultMachine, (sector) => told.push(sector));
    expect(told).toEqual([0, 3, 8]);
    expect({ lines, elements }).toEqual({ lines: 2, elements: 4 });
  });
});

describe('passes over banks', () => {
  test.each<[string, (lane: number) => number, number, number, number]>([
    ...([1, 2, 3, 4, 8, 16, 32, 33] as const).map(
      (stride, at): [string, (lane: number) => number, number, number, number] => [
        `every ${stride} words`,
        (lane) => 4 * stride * lane,
        4,
        [1, 2, 1, 4, 8, 16, 32, 1][at],
        1,
      ],
    ),
    ['one word', () => 8, 4, 1, 1],
    ['a column of a tile of pitch 32', (lane) => 128 * lane, 4, 32, 1],
    ['a column of a tile of pitch 33', (lane) => 132 * lane, 4, 1, 1],
    ['vec4', (lane) => 16 * lane, 16, 4, 4],
    ['vec2', (lane) => 8 * lane, 8, 2, 2],
    ['one vec4', () => 16, 16, 4, 4],
    ['f16, two in a word', (lane) => 2 * lane, 2, 1, 1],
    ['a matrix of four vec4s', (lane) => 64 * lane, 64, 64, 16],
    // 8 bytes by halves: 16 lanes every 4 words, 2 of them in a bank; then 4 bytes: 32 lanes every 4 words.
    ['vec3, in places of 16 bytes', (lane) => 16 * lane, 12, 2 * 2 + 4, 2 + 1],
  ])('%s', (_, address, bytes, passes, ideal) => {
    expect(bankPasses(lanes(address), LANES, bytes, defaultMachine)).toEqual({ passes, ideal });
    // Word by word the same comes out.
    const words = bankWords(lanes(address), LANES, bytes, defaultMachine);
    expect(Math.max(...words.map(({ pass }) => pass)) + 1).toBe(passes);
    expect(new Set(words.map(({ bank, pass }) => `${bank} ${pass}`)).size).toBe(words.length);
  });

  test('count no lane that takes no part', () => {
    expect(bankPasses([0, 128], [0, 31], 16, defaultMachine)).toEqual({ passes: 2, ideal: 2 });
    expect(bankPasses([0, 128], [0, 1], 16, defaultMachine)).toEqual({ passes: 2, ideal: 1 });
  });
});

describe('caches', () => {
  const small: Machine = { ...defaultMachine, cores: 2, l1: { bytes: 256, ways: null }, l2: { bytes: 512, ways: 2 } };

  test('keep sectors of the two lines used last', () => {
    const caches = new Caches(small);
    expect([0, 0, 1, 4, 0, 8, 4, 0].map((sector) => caches.read(0, sector))).toEqual([
      'memory',
      'l1',
      'memory',
      'memory',
      'l1',
      'memory',
      // Line 1 made room for line 2 at the first level, and lies in the other set of the second.
      'l2',
      'l2',
    ]);
    expect(caches.fetched).toBe(4);
    expect(caches.read(1, 0)).toBe('l2');
  });

  test('write through the first level and back from the second', () => {
    const caches = new Caches(small);
    caches.write(0);
    expect(caches.read(0, 0)).toBe('l2');
    expect(caches.returned).toBe(0);
    // Lines 2 and 4 share a set with line 0.
    caches.read(0, 8);
    caches.read(0, 16);
    expect(caches.returned).toBe(1);
    caches.write(17);
    caches.flush();
    expect(caches.returned).toBe(2);
    expect(caches.fetched).toBe(2);
  });
});

describe('caches between passes and at atomics', () => {
  test('a pass begins with an empty first level', () => {
    const caches = new Caches(defaultMachine);
    caches.read(0, 0);
    expect(caches.read(0, 0)).toBe('l1');
    caches.startPass();
    expect(caches.read(0, 0)).toBe('l2');
    expect(caches.fetched).toBe(1);
  });

  test('an atomic fetches what it changes', () => {
    const caches = new Caches(defaultMachine);
    expect([caches.atomic(0, true), caches.atomic(0, true), caches.atomic(1, false)]).toEqual([
      'memory',
      'l2',
      'memory',
    ]);
    caches.flush();
    expect([caches.fetched, caches.returned]).toEqual([2, 1]);
  });
});

describe('machines', () => {
  test.each(machines)('$id says where its numbers come from', ({ sources, sectorBytes, lineBytes, group }) => {
    expect(sources.length).toBeGreaterThan(0);
    expect(lineBytes % sectorBytes).toBe(0);
    expect([8, 16, 32, 64]).toContain(group);
  });

  test('are found by name', () => {
    expect(findMachine('a100')?.cores).toBe(108);
    expect(findMachine('none')).toBeUndefined();
  });

  test('hold as many workgroups as lanes and workgroup memory allow', () => {
    expect(resident(defaultMachine, 64, 0)).toBe(16);
    expect(resident(defaultMachine, 256, 0)).toBe(6);
    expect(resident(defaultMachine, 64, 32 * 1024)).toBe(2);
    expect(resident(defaultMachine, 2048, 0)).toBe(1);
  });
});
