/** The roofline by hand: places under the roofs, what refutes a roof, and bytes scaled up from a trace of some workgroups. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import schema from '../../bench/memory.schema.json' with { type: 'json' };
import { rooflineTable } from '../../src/cli/roofline-table.ts';
import { PLAIN } from '../../src/cli/screen.ts';
import { kernels, operations } from '../../src/kernels/index.ts';
import type { Result } from '../../src/lab/result.ts';
import { pointOf, type RooflinePoint, roofline, rooflineCount, unplaced, workOf } from '../../src/lab/roofline.ts';
import type { TraceResult } from '../../src/lab/trace-result.ts';
import { placed, type Roof, type Roofs, refuted, ridge } from '../../src/model/roofline.ts';
import { ceilings } from '../../src/probes/parts/ceilings.ts';
import type { Found, Row } from '../../src/probes/types.ts';
import { correctResult } from './fake-host.ts';

const roof = (title: string, value: number | null): Roof => ({
  title,
  unit: 'G/s',
  value,
  interval: value === null ? null : [0.9 * value, 1.1 * value],
  withheld: value === null ? 'too noisy' : null,
});
/** 100 GB/s on a set of 1,000 bytes, and 1,000 GFLOP/s: they meet at 10 FLOP/B. */
const roofs: Roofs = { memory: { ...roof('Memory', 100), setBytes: 1000 }, arithmetic: roof('f32', 1000) };

describe('the model', () => {
  test('has the slope of memory below the ridge and the flat roof beyond', () => {
    expect(ridge(roofs)).toBe(10);
    // 100 operations on 50 bytes in 1 ns: 2 FLOP/B, so 200 GFLOP/s at most.
    expect(placed({ operations: 100, bytes: 50, ns: 1 }, roofs)).toEqual({
      intensity: 2,
      rate: 100,
      bandwidth: 50,
      attainable: 200,
      bound: 'memory',
      share: 0.5,
    });
    expect(placed({ operations: 500, bytes: 5, ns: 1 }, roofs)).toMatchObject({
      attainable: 1000,
      bound: 'arithmetic',
      share: 0.5,
    });
  });

  test('claims no share under a roof that is withheld', () => {
    const without = { ...roofs, memory: roof('Memory', null) };
    expect(ridge(without)).toBeNull();
    expect(placed({ operations: 100, bytes: 50, ns: 1 }, without)).toMatchObject({ attainable: null, share: null });
  });

  test('withholds a roof that a kernel is above, by more than its interval', () => {
    const fast = { name: 'toy fast', operations: 1101, bytes: 1, ns: 1 };
    expect(refuted(roofs, [fast]).arithmetic).toMatchObject({
      value: null,
      withheld: 'toy fast is above it, at 1.10 times its rate',
    });
    expect(refuted(roofs, [{ ...fast, operations: 1099 }]).arithmetic.value).toBe(1000);
    // Data that fit into a cache do not refute a roof of memory; those beyond its set do.
    expect(refuted(roofs, [{ name: 'small', operations: 1, bytes: 900, ns: 1 }]).memory.value).toBe(100);
    expect(refuted(roofs, [{ name: 'large', operations: 1, bytes: 2000, ns: 1 }]).memory.withheld).toMatch(/^large/);
  });
});

describe('roofs of a device', () => {
  const found = (key: string, value: number | null): Found => ({
    key,
    title: key,
    unit: '',
    value,
    interval: null,
    says: '',
    withheld: value === null ? 'noise' : null,
  });

  test('are the highest of those that stand', () => {
    const rows = [{ at: { roof: 'read, 16 B loads' }, medianNs: 50, measures: [{ key: 'rate', value: 4 }] }];
    const all = [found('read, 16 B loads', 5), found('copy, 4 B', 7), found('write, 4 B stores', null)];
    const { memory, arithmetic } = ceilings(all, rows as unknown as Row[]);
    expect(memory).toMatchObject({ title: 'Memory: copy, 4 B', value: 7, setBytes: 200 });
    expect(arithmetic).toMatchObject({ value: null, withheld: 'not measured' });
    expect(ceilings([found('f32 multiply-add, 8 chains', null)], []).arithmetic.withheld).toMatch(/all 1 .*: noise/);
    // That of f16 only where kernels in f16 are placed.
    const chains = [found('f16 multiply-add, 8 chains', 3), found('f16 multiply-add, 16 chains', 4)];
    expect(ceilings(chains, []).half).toBeUndefined();
    expect(ceilings(chains, [], 'f16').half).toMatchObject({
      value: 4,
      title: 'f16 arithmetic: f16 multiply-add, 16 chains',
    });
  });
});

describe('points', () => {
  const site = (pass: number, sectors: number, space = 'storage') => ({ pass, sectors, space });
  const trace = (workgroups: readonly number[][]): TraceResult =>
    ({
      machine: 'generic',
      reason: null,
      traced: {
        workgroups: 3,
        of: 30,
        passes: workgroups.map((some, pass) => ({ pass, entry: `pass${pass}`, workgroups: some, of: 10 })),
      },
      sites: [site(0, 6), site(0, 9, 'workgroup'), site(1, 4)],
    }) as unknown as TraceResult;
  const result = correctResult({ op: 'neuron', kernel: '2_row_major' });

  test('have the bytes of all workgroups, each pass scaled by its own share', () => {
    // 6 sectors in 3 of 10 workgroups, and 4 in 1 of 10, of 32 bytes each.
    const point = pointOf(result, trace([[0, 5, 9], [0]]));
    expect(point.tracedBytes).toBe(32 * (20 + 40));
    expect(point).toMatchObject({ operations: 2049, compulsoryBytes: 100, medianNs: 1234.5 });
    expect(workOf(point, 'tracedBytes')).toEqual({
      name: 'neuron 2_row_major',
      operations: 2049,
      bytes: 32 * 60,
      ns: 1234.5,
    });
  });

  test('have no operations where a kernel only moves bytes, and no place then', () => {
    const bytes = { key: 'bytes', title: 'Bytes moved', unit: 'B', count: 800 };
    const work = { quantities: [bytes], scratchBytes: 0, peakBytes: 0 };
    const point = pointOf({ ...result, work }, trace([[0, 5, 9], [0]]));
    expect(point).toMatchObject({ operations: null, unit: '', compulsoryBytes: 800, medianNs: 1234.5 });
    expect(workOf(point, 'compulsoryBytes')).toBeNull();
    const none = roof('Memory', null);
    expect(rooflineTable([point], { memory: none, arithmetic: none }, PLAIN, [])).toMatch(
      /moves the bytes needed at 0\.648 G/,
    );
  });

  test('say why they have none', () => {
    expect(pointOf(result, trace([[0], []]))).toMatchObject({
      tracedBytes: null,
      untraced: 'no workgroup of pass1 fits into the log',
    });
    const wrong: Result = { ...result, status: 'wrong', reason: 'It is wrong', time: null };
    const point = pointOf(wrong, null);
    expect(point).toMatchObject({ medianNs: null, reason: 'It is wrong', untraced: 'it has no time' });
    expect(workOf(point, 'compulsoryBytes')).toBeNull();
  });

  test('are those of every kernel but of those that choose, and fit the schema', async () => {
    const points: RooflinePoint[] = [];
    const runner = {
      bench: async (requests: readonly Parameters<typeof correctResult>[0][]) => requests.map(correctResult),
      trace: async () => trace([[0], [0]]),
    };
    await roofline(runner, true, (point) => points.push(point), 'f32', operations.slice(0, 2));
    expect(points).toHaveLength(rooflineCount('f32', operations.slice(0, 2)));
    expect(rooflineCount()).toBe(
      kernels.filter(({ dtypes, shader }) => dtypes.includes('f32') && shader === undefined).length,
    );
    // Those that are not placed are named.
    const left = unplaced('f32');
    expect(left).toContain('matmul 14_f16_sums');
    expect(rooflineCount() + left.length).toBe(kernels.filter(({ shader }) => shader === undefined).length);
    const none = { title: '', unit: '', value: null, interval: null, withheld: 'not measured' };
    expect(rooflineTable(points, { memory: none, arithmetic: none }, PLAIN, left)).toContain('matmul 14_f16_sums');
    const { $defs, $schema } = schema;
    const validate = new Ajv2020({ strict: true }).compile({
      $schema,
      $defs,
      type: 'array',
      items: { $ref: '#/$defs/point' },
    });
    validate(points);
    expect(validate.errors).toBeNull();
  });

  test('in f16 are of every kernel that takes it, each with what it computes with', async () => {
    const points: RooflinePoint[] = [];
    const asked: (string | undefined)[] = [];
    const runner = {
      bench: async (requests: readonly Parameters<typeof correctResult>[0][]) => {
        asked.push(...requests.map(({ dtype }) => dtype));
        return requests.map((request) => ({ ...correctResult(request), dtype: 'f16' as const }));
      },
      trace: async () => trace([[0], [0]]),
    };
    await roofline(runner, true, (point) => points.push(point), 'f16');
    expect(new Set(asked)).toEqual(new Set(['f16']));
    const arithmeticOf = (name: string) => points.find(({ op, kernel }) => `${op} ${kernel}` === name)?.arithmetic;
    // Those of f16 alone, and one of both types.
    expect(points.map(({ op, kernel }) => `${op} ${kernel}`)).toEqual(expect.arrayContaining([...unplaced('f32')]));
    expect(arithmeticOf('matmul 14_f16_sums')).toBe('f16');
    expect(arithmeticOf('matmul 15_subgroup_matrix')).toBe('subgroup matrices');
    expect(arithmeticOf('attention 10_subgroup_matrix')).toBe('subgroup matrices');
    expect(arithmeticOf('attention 9_half_tiles')).toBeUndefined();
    expect(arithmeticOf('matmul 2_coalesced')).toBeUndefined();
    expect(points).toHaveLength(rooflineCount('f16'));
    for (const name of unplaced('f16')) expect(arithmeticOf(name)).toBeUndefined();
  });

  test('are under the roof of what they compute with, and refute no other', () => {
    const half = roof('f16', 5000);
    const both: Roofs = { ...roofs, half };
    const work = { name: 'toy', operations: 2000, bytes: 1, ns: 1 };
    expect(placed({ ...work, arithmetic: 'f16' }, both)).toMatchObject({ attainable: 5000, share: 0.4 });
    expect(placed(work, both)).toMatchObject({ attainable: 1000, share: 2 });
    expect(placed({ ...work, arithmetic: 'subgroup matrices' }, both)).toMatchObject({ attainable: null, share: null });
    // Without a roof of f16 there is no share of one.
    expect(placed({ ...work, arithmetic: 'f16' }, roofs).share).toBeNull();
    const after = refuted(both, [
      { ...work, arithmetic: 'f16' },
      { ...work, arithmetic: 'subgroup matrices' },
    ]);
    expect(after).toMatchObject({ arithmetic: { value: 1000 }, half: { value: 5000 } });
    const beyond = refuted(both, [{ ...work, operations: 9000, arithmetic: 'f16' }]);
    expect(beyond.half?.withheld).toMatch(/^toy is above it/);
    expect(beyond.arithmetic.value).toBe(1000);
    expect(refuted(both, [work]).arithmetic.withheld).toMatch(/^toy is above it/);
  });

  test('have both roofs of arithmetic in a table in f16, and say in one in f32 how to see the others', () => {
    const point = { ...pointOf(result, trace([[0], [0]])), dtype: 'f16' as const };
    const table = rooflineTable([point], { ...roofs, half: roof('f16 arithmetic', 5000) }, PLAIN, unplaced('f16'));
    expect(table).toContain('every kernel that takes f16');
    expect(table).toContain('f16 arithmetic: 5,000');
    expect(table).toContain('Kernels that store f16 compute in f32');
    expect(rooflineTable([{ ...point, dtype: 'f32' }], roofs, PLAIN, unplaced('f32'))).toMatch(/with --dtype f16/);
  });
});
