/** What logs written by hand come to: findings, notes and counters. */
import { describe, expect, test } from 'vitest';
import type { Analysis } from '../../src/trace/analyse.ts';
import { analysed, four, kinds, type Logged, passes, type Words } from './written-logs.ts';

describe('races', () => {
  const body = 'tile[i] = 1.0; workgroupBarrier(); y[i] = tile[i + 1u];';
  const run = (barrier: boolean): Promise<Analysis> =>
    analysed(body, [
      four((lane) => [
        ['index', 0, lane],
        ...(barrier ? ([['barrier', 0]] as const) : []),
        ['index', 1, lane + 1],
        ['index', 2, lane],
      ]),
    ]);

  test('are none behind a barrier', async () => {
    expect((await run(true)).findings).toEqual([]);
  });

  test('are found without it, with lines, lanes and the element', async () => {
    const { findings } = await run(false);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      kind: 'race',
      buffer: 'tile',
      element: 1,
      first: { line: 5, lane: 0, access: 'read' },
      second: { line: 5, lane: 1, access: 'write' },
      times: 3,
    });
    expect(findings[0].message).toContain('no workgroupBarrier between them');
  });

  test('a storageBarrier orders no workgroup memory, and a workgroupBarrier no storage', async () => {
    const words = (space: 'tile' | 's') =>
      analysed(`${space}[i] = 1.0; ${space === 'tile' ? 'storage' : 'workgroup'}Barrier(); y[i] = ${space}[i + 1u];`, [
        four((lane) => [
          ['index', 0, lane],
          ['barrier', 0],
          ['index', 1, (lane + 1) % 4],
          ['index', 2, lane],
        ]),
      ]);
    expect(kinds(await words('tile'))).toContain('race');
    expect(kinds(await words('s'))).toContain('race');
  });

  test('between workgroups nothing orders', async () => {
    const body = 's[i] = 1.0;';
    const same = await analysed(body, [four((lane) => [['index', 0, lane]]), four((lane) => [['index', 0, lane]])]);
    expect(kinds(same)).toEqual(['race']);
    expect(same.findings[0].message).toContain('nothing orders workgroups');
    const apart = await analysed(body, [
      four((lane) => [['index', 0, lane]]),
      four((lane) => [['index', 0, lane + 4]]),
    ]);
    expect(apart.findings).toEqual([]);
  });

  test('are found between two traced workgroups where others were left out', async () => {
    const some = await analysed(
      's[i] = 1.0;',
      [four((lane) => [['index', 0, lane]]), four((lane) => [['index', 0, lane]])],
      3,
    );
    expect(kinds(some)).toEqual(['race']);
    expect(some.isComplete).toBe(false);
    expect(some.notes[0]).toContain('may be missed');
  });

  test('of two workgroups that add into one element', async () => {
    const add = four((lane) =>
      lane > 0
        ? []
        : [
            ['index', 0, 0],
            ['index', 1, 0],
          ],
    );
    const found = await analysed('if (i == 0u) { s[0] += 1.0; }', [add, add]);
    expect(kinds(found)).toContain('race');
  });

  test('of components of one vector', async () => {
    const found = await analysed('wide[0][i] = 1.0;', [
      four((lane) => [
        ['index', 0, 0],
        ['index', 1, lane],
      ]),
    ]);
    expect(found.findings).toMatchObject([{ kind: 'race', buffer: 'wide', element: 0, times: 3 }]);
  });

  test('a workgroupUniformLoad is a barrier, before and after it reads', async () => {
    const found = await analysed('tile[i] = 1.0; let t = workgroupUniformLoad(&total); y[i] = tile[i + 1u] + t;', [
      four((lane) => [
        ['index', 0, lane],
        ['touch', 0],
        ['index', 1, lane + 1],
        ['index', 2, lane],
      ]),
    ]);
    expect(found.findings).toEqual([]);
    expect(found.totals.barriers).toBe(2);
  });

  test('between workgroups are found where lanes of one have diverged', async () => {
    const found = await analysed('if (i < 2u) { workgroupBarrier(); } s[i] = 1.0;', [
      four((lane) => [...(lane < 2 ? ([['barrier', 0]] as const) : []), ['index', 0, lane]]),
      four((lane) => [...(lane < 2 ? ([['barrier', 0]] as const) : []), ['index', 0, lane]]),
    ]);
    expect(kinds(found)).toEqual(['barrier-divergence', 'race']);
  });

  test('are none: a lane that reads what it wrote, a broadcast, atomics', async () => {
    const own = await analysed('tile[i] = 1.0; y[i] = tile[i];', [
      four((lane) => [
        ['index', 0, lane],
        ['index', 1, lane],
        ['index', 2, lane],
      ]),
    ]);
    expect(own.findings).toEqual([]);
    const shared = await analysed('if (i == 0u) { tile[0] = 1.0; } workgroupBarrier(); y[i] = tile[0];', [
      four((lane) => [
        ...(lane === 0 ? ([['index', 0, 0]] as const) : []),
        ['barrier', 0],
        ['index', 1, 0],
        ['index', 2, lane],
      ]),
    ]);
    expect(shared.findings).toEqual([]);
    const add = four(() => [['touch', 0]]);
    expect((await analysed('atomicAdd(&flag, 1u);', [add, add])).findings).toEqual([]);
  });
});

describe('atomics', () => {
  const each = four((lane) => [
    ['index', 0, lane],
    ['index', 1, lane],
  ]);
  test('that store first are read afterwards', async () => {
    expect((await analysed('atomicStore(&c[i], 1u); let n = atomicLoad(&c[i]);', [each])).findings).toEqual([]);
    expect((await analysed('atomicStore(&c[i], 1u); atomicAdd(&c[i], 1u);', [each])).findings).toEqual([]);
  });

  test('that load or add first are not, and a load writes nothing', async () => {
    const loaded = await analysed('let n = atomicLoad(&c[i]); let m = atomicLoad(&c[i]);', [each]);
    expect(loaded.findings).toMatchObject([{ kind: 'uninitialized', buffer: 'c', times: 8 }]);
    const added = await analysed('atomicAdd(&c[i], 1u); atomicAdd(&c[i], 1u);', [each]);
    expect(added.findings).toMatchObject([{ kind: 'uninitialized', buffer: 'c', times: 4 }]);
  });

  test('in workgroup memory likewise', async () => {
    const one = four((lane) =>
      lane > 0
        ? []
        : [
            ['touch', 0],
            ['touch', 1],
          ],
    );
    expect((await analysed('atomicStore(&flag, 1u); let n = atomicLoad(&flag);', [one])).notes).toEqual([]);
    const { notes } = await analysed('let n = atomicLoad(&flag); let m = atomicAdd(&flag, 1u);', [one]);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain('(2 times)');
  });

  test('move sectors back only where they change them', async () => {
    const { totals } = await analysed('let n = atomicLoad(&c[i]); let m = atomicLoad(&c[i]);', [each]);
    expect([totals.bytesFromMemory, totals.bytesToMemory]).toEqual([32, 0]);
    const added = await analysed('atomicAdd(&c[i], 1u); atomicAdd(&c[i], 1u);', [each]);
    expect([added.totals.bytesFromMemory, added.totals.bytesToMemory]).toEqual([32, 32]);
    const stored = await analysed('atomicStore(&c[i], 1u); atomicStore(&c[i], 2u);', [each]);
    expect([stored.totals.bytesFromMemory, stored.totals.bytesToMemory]).toEqual([0, 32]);
  });
});

test('an index past its row says so, also where the array goes on', async () => {
  const found = await analysed('rows[0][i + 3u] = 1.0;', [
    four((lane) => [
      ['index', 0, 0],
      ['index', 1, lane + 3],
    ]),
  ]);
  expect(found.findings).toMatchObject([{ kind: 'out-of-bounds', buffer: 'rows', element: 4, times: 3 }]);
  expect(found.findings[0].message).toContain('element 4 of rows by an index past the end of its row');
});

test('an output written again behind a barrier is a note', async () => {
  const found = await analysed('y[i] = 0.0; storageBarrier(); y[i + 1u] = 1.0;', [
    four((lane) => [
      ['index', 0, lane],
      ['barrier', 0],
      ['index', 1, lane + 1],
    ]),
  ]);
  expect(found.findings).toEqual([]);
  expect(found.notes).toEqual([
    'Line 5 writes elements of y that another invocation has written before a barrier (3 times)',
  ]);
});

test('an index past its array or its buffer is out of bounds', async () => {
  const found = await analysed('tile[i] = x[i + 5u];', [
    four((lane) => [
      ['index', 0, lane + 5],
      ['index', 1, lane + 5],
    ]),
  ]);
  expect(found.findings.map(({ kind, buffer, element }) => [kind, buffer, element])).toEqual([
    ['out-of-bounds', 'x', 8],
    ['out-of-bounds', 'tile', 8],
  ]);
});

test('scratch that nothing wrote, and an element that two lanes write', async () => {
  const found = await analysed('y[0] = s[i];', [
    four((lane) => [
      ['index', 0, lane],
      ['index', 1, 0],
    ]),
  ]);
  expect(kinds(found)).toEqual(['uninitialized', 'race', 'written-twice']);
});

test('workgroup memory that nothing wrote is a note', async () => {
  const found = await analysed('y[i] = tile[i];', [
    four((lane) => [
      ['index', 0, lane],
      ['index', 1, lane],
    ]),
  ]);
  expect(found.findings).toEqual([]);
  expect(found.notes).toEqual(['Line 5 reads tile before anything is stored there: it is zero (4 times)']);
});

describe('barrier divergence', () => {
  const body = 'if (i < 2u) { workgroupBarrier(); } else { storageBarrier(); } tile[i] = 1.0;';
  test('lanes at different barriers', async () => {
    const found = await analysed(body, [
      four((lane) => [
        ['barrier', lane < 2 ? 0 : 1],
        ['index', 0, lane],
      ]),
    ]);
    expect(kinds(found)).toEqual(['barrier-divergence']);
    expect(found.findings[0]).toMatchObject({ first: { lane: 0, line: 5 }, second: { lane: 2 }, buffer: null });
  });

  test('a lane that ended', async () => {
    const found = await analysed('if (i > 0u) { return; } workgroupBarrier(); tile[i] = 1.0;', [
      four((lane) =>
        lane === 0
          ? [
              ['barrier', 0],
              ['index', 0, 0],
            ]
          : [],
      ),
    ]);
    expect(kinds(found)).toEqual(['barrier-divergence']);
    expect(found.findings[0].message).toContain('lane 1 ended without it');
  });

  test('the same barrier in another iteration', async () => {
    const loop = 'for (var k = 0u; k < i; k++) { if (k == 0u) { continue; } workgroupBarrier(); }';
    const found = await analysed(loop, [
      four((lane) => [
        ['enter', 0],
        ['iterate', 0],
        ...(lane === 3 ? ([['iterate', 0]] as const) : []),
        ['barrier', 0],
      ]),
    ]);
    expect(kinds(found)).toEqual(['barrier-divergence']);
    expect(found.findings[0].message).toContain('in another iteration');
  });
});

describe('requests', () => {
  test('are lanes at one site in one iteration, also where some skip it', async () => {
    const loop = 'for (var k = 0u; k < 3u; k++) { if (k < i) { continue; } y[i] = x[k]; }';
    const { sites } = await analysed(loop, [
      four((lane) => [
        ['enter', 0],
        ...[0, 1, 2].flatMap(
          (k): Words => [
            ['iterate', 0],
            ...(k < lane
              ? []
              : ([
                  ['index', 0, k],
                  ['index', 1, lane],
                ] as const)),
          ],
        ),
      ]),
    ]);
    expect(sites.find(({ buffer }) => buffer === 'x')).toMatchObject({
      executions: 6,
      requests: 3,
      activeLanes: 6,
      sectors: 3,
      broadcasts: 2,
    });
  });

  test('of bytes: asked for, fetched, compulsory', async () => {
    const { totals } = await analysed('y[i] = x[0];', [
      four((lane) => [
        ['index', 0, 0],
        ['index', 1, lane],
      ]),
    ]);
    expect(totals).toEqual({
      bytesAsked: 32,
      bytesFetched: 64,
      bytesFromMemory: 32,
      bytesToMemory: 32,
      compulsoryBytes: 20,
      barriers: 0,
      longestLane: 2,
    });
  });
});

test('a copy of an array is one access for each of its elements', async () => {
  const { sites, totals } = await analysed('let all = wide; let row = rows[i / 2u]; y[i] = all[0].x + row[0];', [
    four((lane) => [
      ['touch', 0],
      ['index', 0, lane / 2],
      ['index', 1, lane],
    ]),
  ]);
  expect(sites.find(({ buffer }) => buffer === 'rows')).toMatchObject({ executions: 16, requests: 4, bytesAsked: 64 });
  expect(sites.find(({ buffer }) => buffer === 'wide')).toMatchObject({
    executions: 8,
    requests: 2,
    activeLanes: 8,
    bytesAsked: 128,
  });
  expect(totals.longestLane).toBe(7);
});

test('half of the lanes of a group: their own number, and half of the sectors', async () => {
  const all = Array.from(
    { length: 32 },
    (_, lane): Words =>
      lane < 16
        ? [
            ['touch', 0],
            ['index', 0, lane % 8],
          ]
        : [],
  );
  const { sites } = await passes('if (i < 16u) { let t = total; y[i % 8u] = t; }', [{ workgroups: [all] }], 32);
  expect(sites.find(({ buffer }) => buffer === 'total')).toMatchObject({ requests: 1, activeLanes: 16, broadcasts: 1 });
  expect(sites.find(({ buffer }) => buffer === 'y')).toMatchObject({ requests: 1, activeLanes: 16, sectors: 1 });
});

describe('a log that ends before its lane', () => {
  test('says so, and nothing about what comes after', async () => {
    // Lane 0 would come to the second barrier as well.
    const body = 'workgroupBarrier(); tile[i] = 1.0; workgroupBarrier();';
    const words = (lane: number): Words => [
      ['barrier', 0],
      ['index', 0, lane],
      ...(lane === 0 ? [] : ([['barrier', 1]] as const)),
    ];
    expect(kinds(await passes(body, [{ workgroups: [four(words)] }]))).toEqual(['barrier-divergence']);
    const cut = await passes(body, [{ workgroups: [four(words)], lost: 1 }]);
    expect(cut.isComplete).toBe(false);
    expect(cut.findings).toEqual([]);
    expect(cut.notes[0]).toContain('cut short');
  });

  test('leaves open what later passes read', async () => {
    const body = 's[i] = s[i + 1u];';
    const none = four(() => []);
    const read = four((lane) => [
      ['index', 0, lane + 1],
      ['index', 1, lane + 4],
    ]);
    expect(kinds(await passes(body, [{ workgroups: [none] }, { workgroups: [read] }]))).toContain('uninitialized');
    const cut = await passes(body, [{ workgroups: [none], lost: 2 }, { workgroups: [read] }]);
    expect(kinds(cut)).not.toContain('uninitialized');
  });
});

test('a pass finds nothing of the one before in the first level', async () => {
  const words: Logged = {
    workgroups: [
      four(() => [
        ['index', 0, 0],
        ['index', 1, 0],
      ]),
    ],
  };
  const { sites } = await passes('let t = x[0] + x[0];', [words, words]);
  expect(sites.map(({ hits }) => hits)).toEqual([
    { l1: 0, l2: 0 },
    { l1: 1, l2: 0 },
    { l1: 0, l2: 1 },
    { l1: 1, l2: 0 },
  ]);
});
