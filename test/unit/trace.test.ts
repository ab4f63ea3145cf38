/** Logs written by hand, decoded, counted and sanitized: no device. */
import { describe, expect, test } from 'vitest';
import { dense } from '../../src/core/layout.ts';
import type { KernelPlan, PassPlan } from '../../src/gpu/plan.ts';
import { defaultMachine } from '../../src/model/machines.ts';
import { type Analysis, Analyst } from '../../src/trace/analyse.ts';
import { instrument } from '../../src/wgsl/instrument.ts';
import { parse } from '../../src/wgsl/parse.ts';

const LANES = 4;
const HEAD = `@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<storage, read_write> s: array<f32>;
var<workgroup> tile: array<f32, 8>;
`;

/** What one lane logs: the events of the text by their kind and their place among those, and indices. */
type Words = readonly (readonly [kind: string, nth: number, index?: number])[];

/** The findings and counters of a kernel whose lanes log these words; `body` is its entry point's, on line 5. */
async function analysed(
  body: string,
  workgroups: readonly (readonly Words[])[],
  of = workgroups.length,
): Promise<Analysis> {
  const code = `${HEAD}@compute @workgroup_size(${LANES}) fn main(@builtin(local_invocation_index) i: u32) {${body}}\n`;
  const table = instrument(code);
  const words = (all: Words): number[] =>
    all.flatMap((one) => {
      const [kind, nth, index = 0] = one;
      const ids = table.events.flatMap((event, id) => (event?.kind === kind ? [id] : []));
      return [ids[nth], index];
    });
  const pass: PassPlan = {
    entry: 'main',
    workgroups: [of, 1, 1],
    workgroupSize: [LANES, 1, 1],
    workgroupBytes: 32,
    bindings: { 0: 'x', 1: 'y', 2: 's' },
    overrides: {},
  };
  const tensor = (use: 'input' | 'output', name: string) =>
    ({ use, name, tensor: name, type: 'f32', layout: dense([8]) }) as const;
  const plan = {
    buffers: [tensor('input', 'x'), tensor('output', 'y'), { use: 'scratch', name: 's', bytes: 32 }],
    passes: [pass],
  } as unknown as KernelPlan;
  const analyst = new Analyst(plan, table, parse(code).outline, defaultMachine);
  const log = {
    workgroups: workgroups.map((_, number) => number),
    of,
    lanes(index: number) {
      const lanes = workgroups[index].map(words);
      const starts = [0];
      for (const lane of lanes) starts.push((starts.at(-1) as number) + lane.length / 2);
      return {
        log: Uint32Array.from(lanes.flat()),
        starts: Uint32Array.from(starts),
        counts: Uint32Array.from(lanes, (lane) => lane.length / 2),
      };
    },
  };
  await analyst.take(pass, log, async () => {});
  return analyst.result();
}

const four = (words: (lane: number) => Words): Words[] => [0, 1, 2, 3].map(words);
const kinds = ({ findings }: Analysis): string[] => findings.map(({ kind }) => kind);

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

  test('are withheld between workgroups where some were left out', async () => {
    const some = await analysed(
      's[i] = 1.0;',
      [four((lane) => [['index', 0, lane]]), four((lane) => [['index', 0, lane]])],
      3,
    );
    expect(some.findings).toEqual([]);
    expect(some.isComplete).toBe(false);
    expect(some.notes[0]).toContain('Not all workgroups were traced');
  });
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
    });
  });
});

test('a log that ends before its lane says so, and nothing about what comes after', async () => {
  const code = `${HEAD}@compute @workgroup_size(1) fn main() { workgroupBarrier(); tile[0] = 1.0; }\n`;
  const table = instrument(code);
  const pass = {
    entry: 'main',
    workgroups: [1, 1, 1],
    workgroupSize: [1, 1, 1],
    workgroupBytes: 32,
    bindings: {},
    overrides: {},
  };
  const plan = { buffers: [], passes: [pass] } as unknown as KernelPlan;
  const analyst = new Analyst(plan, table, parse(code).outline, defaultMachine);
  const lanes = () => ({ log: Uint32Array.of(1, 0, 2, 0), starts: Uint32Array.of(0, 2), counts: Uint32Array.of(3) });
  await analyst.take(pass as unknown as PassPlan, { workgroups: [0], of: 1, lanes }, async () => {});
  const result = analyst.result();
  expect(result.isComplete).toBe(false);
  expect(result.findings).toEqual([]);
});
