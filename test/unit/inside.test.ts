/** What the page makes of a trace: counters by line, requests as they are chosen, memory at any step. */
import { describe, expect, test } from 'vitest';
import { defaultMachine } from '../../src/model/machines.ts';
import type { SiteCounts } from '../../src/trace/report.ts';
import type { Steps } from '../../src/trace/steps.ts';
import { counters, lineCountsOf, sentenceOf } from '../../src/ui/parts/inside/counters.ts';
import { Replay } from '../../src/ui/parts/inside/replay.ts';
import {
  accessSites,
  groupsAt,
  requestAt,
  requestSentence,
  visits,
  worstSite,
} from '../../src/ui/parts/inside/requests.ts';

const SITE: SiteCounts = {
  pass: 0,
  entry: 'main',
  line: 7,
  column: 3,
  buffer: 'w',
  space: 'storage',
  access: 'read',
  executions: 640,
  requests: 20,
  activeLanes: 640,
  bytesAsked: 2560,
  sectors: 640,
  idealSectors: 80,
  lines: 640,
  bankPasses: 0,
  idealBankPasses: 0,
  hits: { l1: 320, l2: 64 },
  atomics: 0,
  broadcasts: 0,
};
const TILE: SiteCounts = {
  ...SITE,
  line: 9,
  buffer: 'tile',
  space: 'workgroup',
  sectors: 0,
  idealSectors: 0,
  hits: null,
};

describe('counters by line', () => {
  const sites = [
    SITE,
    { ...SITE, buffer: 'x', sectors: 20, idealSectors: 20 },
    { ...TILE, bankPasses: 40, idealBankPasses: 20 },
  ];
  const texts = (id: string): unknown => {
    const counter = counters.find((one) => one.id === id) as (typeof counters)[number];
    return [...lineCountsOf(sites, counter).lines].map(([line, { text, weight }]) => [line, text, weight]);
  };
  test.each([
    // Of several sites of a line the worst one counts, and its distance from the best is what is coloured.
    [
      'sectors',
      [
        [7, '32', 1],
        [9, '', 0],
      ],
    ],
    [
      'moved',
      [
        [7, '660', 1],
        [9, '', 0],
      ],
    ],
    [
      'asked',
      [
        [7, '5.12K', 1],
        [9, '', 0],
      ],
    ],
    [
      'passes',
      [
        [7, '', 0],
        [9, '2', 1],
      ],
    ],
    [
      'requests',
      [
        [7, '40', 1],
        [9, '20', 0.5],
      ],
    ],
    [
      'atomics',
      [
        [7, '0', 0],
        [9, '0', 0],
      ],
    ],
  ])('%s', (id, expected) => {
    expect(texts(id)).toEqual(expected);
  });

  test('in words', () => {
    expect(sentenceOf([SITE])).toBe(
      'reads w 640 times in 20 requests of 32 lanes: 32 sectors each, 4 would do; 50% of them from the first-level cache, 10% from the second.',
    );
    expect(sentenceOf([{ ...TILE, bankPasses: 40, idealBankPasses: 20, broadcasts: 5 }])).toBe(
      'reads tile 640 times in 20 requests of 32 lanes: 2 passes over the banks each, 1 without conflicts; in 5 of them lanes share an element.',
    );
    expect(sentenceOf([{ ...SITE, executions: 1, requests: 0 }])).toBe('reads w 1 time, always out of bounds.');
  });
});

const list = (...values: number[]): Uint32Array => Uint32Array.from(values);
/** Two lanes: each reads x, stores twice that into tile, waits, and reads its neighbour's. */
const STEPS: Steps = {
  pass: 0,
  entry: 'main',
  workgroup: 3,
  lanes: 2,
  group: 32,
  isWhole: true,
  sites: [
    { line: 5, column: 9, access: 'read', memory: 0, bytes: 4 },
    { line: 5, column: 1, access: 'write', memory: 1, bytes: 4 },
    { line: 6, column: 1, access: 'barrier', memory: null, bytes: 0 },
    { line: 7, column: 9, access: 'read', memory: 1, bytes: 4 },
    { line: 7, column: 1, access: 'assign', memory: 2, bytes: 1 },
  ],
  memories: [
    {
      name: 'x',
      space: 'storage',
      bytes: 512,
      scalar: 4,
      pitch: 64,
      contents: Float32Array.from({ length: 128 }, (_, at) => at),
    },
    { name: 'tile', space: 'workgroup', bytes: 8, scalar: 4, pitch: null, contents: null },
    { name: 'sum', space: 'function', bytes: 0, scalar: 1, pitch: null, contents: null },
  ],
  site: list(0, 1, 2, 3, 4),
  groups: list(0, 0, 0, 0, 0),
  ends: list(2, 4, 4, 6, 8),
  lane: list(0, 1, 0, 1, 0, 1, 0, 1),
  address: list(0, 256, 0, 4, 4, 0, 0, 0),
  valueEnds: list(0, 0, 1, 2, 2, 2, 3, 4),
  values: Float32Array.of(0, 128, 128, 0),
};

describe('requests', () => {
  test('are found by place, group and time, and said in words', () => {
    expect(accessSites(STEPS)).toEqual([1, 0, 3]);
    expect(worstSite(STEPS, defaultMachine)).toBe(0);
    expect(groupsAt(STEPS, 3)).toEqual([0]);
    expect(visits(STEPS, 3, 0)).toEqual([3]);
    expect(requestAt(STEPS, 2)).toBeNull();
    const request = requestAt(STEPS, 0);
    expect(request).toMatchObject({ lanes: [0, 1], addresses: [0, 256], memory: { name: 'x' } });
    expect(request && requestSentence(request, defaultMachine)).toBe(
      '2 lanes read 4 B each of x: 2 sectors in 2 lines, 1 would do. They hold 64 B, of which 12.5% is asked for.',
    );
    const tile = requestAt(STEPS, 3);
    expect(tile && requestSentence(tile, defaultMachine)).toBe(
      '2 lanes read 4 B each of tile: 1 pass over 32 banks, no conflicts.',
    );
  });
});

describe('a replay', () => {
  const replay = new Replay(STEPS);
  test('knows memory at any step, also backwards', () => {
    expect([...replay.at(1, 0)]).toEqual([0, 0]);
    expect([...replay.at(1, 4)]).toEqual([0, 128]);
    expect([...replay.at(1, 0)]).toEqual([0, 0]);
    expect(replay.at(0, 0)[64]).toBe(64);
    expect(replay.at(2, 4)).toHaveLength(0);
  });

  test('tells what a step touches and what a lane has done', () => {
    expect(replay.marks(0)).toEqual({ memory: 0, kind: 'read', cells: [0, 64] });
    expect(replay.marks(1)).toEqual({ memory: 1, kind: 'write', cells: [0, 1] });
    expect(replay.marks(2)).toBeNull();
    expect(replay.marks(4)).toBeNull();
    expect(replay.accessOf(3, 1)).toBe(5);
    expect(replay.accessOf(3, 2)).toBeNull();
    expect(replay.history(2, 0)).toEqual([{ step: 4, element: 0, value: 128 }]);
    expect(replay.history(2, 1)).toEqual([{ step: 4, element: 0, value: 0 }]);
  });
});
