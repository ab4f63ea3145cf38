/** Refusals as data: each has its rule, what it says would work does work, and nothing is lost on the way to a reader. */
import { describe, expect, it, test, vi } from 'vitest';
import { compileFailure, Failure, isSameRule, Refusal } from '../../src/core/errors.ts';
import { kernels } from '../../src/kernels/index.ts';
import type { Capabilities, Kernel } from '../../src/kernels/types.ts';
import { unmade } from '../../src/lab/outcome.ts';
import { defaultCapabilities, planRequest, suggest, tryPlan } from '../../src/lab/plan.ts';
import type { Request } from '../../src/lab/protocol.ts';
import { fromWire, toWire } from '../../src/lab/wire.ts';
import type { Shape } from '../../src/ops/types.ts';
import { Refusals } from '../../src/ui/state/refusals.ts';
import { defaultProblem, onKernel, operationOf, type Settings } from '../../src/ui/state/settings.ts';

const { limits } = defaultCapabilities;
const DEVICES: readonly Capabilities[] = [
  defaultCapabilities,
  { ...defaultCapabilities, features: new Set(['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix']) },
  { ...defaultCapabilities, subgroupMinSize: 32, subgroupMaxSize: 32, features: new Set(['subgroups']) },
  {
    ...defaultCapabilities,
    limits: {
      ...limits,
      maxComputeWorkgroupStorageSize: 4096,
      maxComputeWorkgroupsPerDimension: 64,
      maxStorageBufferBindingSize: 2 ** 16,
      maxStorageBuffersPerShaderStage: 4,
    },
  },
];
const SHAPES: readonly Shape[] = [
  {},
  { inputs: 4096, neurons: 4096, m: 300, n: 1, k: 70, rows: 5000, columns: 3000, queries: 1, keys: 3000, dim: 512 },
  { inputs: 7, neurons: 3, m: 1, n: 37, k: 65, rows: 1, columns: 7, batch: 3, queries: 5, keys: 9000, valueDim: 300 },
];

interface Case {
  readonly request: Request;
  readonly device: Capabilities;
  readonly refusal: Refusal;
}

/** The first, the last, and some between: a long slider breaks the same rules all along. */
function some<T>(values: readonly T[]): readonly T[] {
  const step = Math.ceil(values.length / 12);
  return values.filter((_, index) => index % step === 0 || index === values.length - 1);
}

/** For each rule that a kernel breaks with one knob turned, on each device: the first requests that break it. */
function casesOf(kernel: Kernel): readonly Case[] {
  const { parameters } = operationOf(kernel);
  const cases = new Map<string, Case>();
  for (const device of DEVICES) {
    for (const given of SHAPES) {
      const shape = Object.fromEntries(Object.entries(given).filter(([key]) => parameters.some((p) => p.key === key)));
      for (const knobs of [
        {},
        ...kernel.knobs.flatMap(({ key, values }) => some(values).map((value) => ({ [key]: value }))),
      ]) {
        for (const dtype of ['f32', 'f16'] as const) {
          const request: Request = { op: kernel.op, kernel: kernel.id, shape, dtype, knobs };
          const refusal = tryPlan(request, device);
          if (!(refusal instanceof Refusal)) continue;
          const key = `${DEVICES.indexOf(device)} ${refusal.rule} ${Object.keys(knobs)}`;
          if (!cases.has(key)) cases.set(key, { request, device, refusal });
        }
      }
    }
  }
  return [...cases.values()];
}

const casesBy = new Map(kernels.map((kernel) => [kernel, casesOf(kernel)]));

/** What a reader is told of a case, with knobs that work: they may take hundreds of plans to find. */
const told = new Map<Case, Refusal>();
function toldOf(one: Case): Refusal {
  const known = told.get(one) ?? refusedBy(() => planRequest(one.request, one.device));
  told.set(one, known);
  return known;
}

function refusedBy(plan: () => unknown): Refusal {
  try {
    plan();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  return expect.fail('nothing was refused');
}

function data({ message, rule, parameters, works }: Refusal): unknown {
  return { message, rule, parameters, works };
}

describe.each(kernels.map((kernel) => [`${kernel.op}/${kernel.id}`, kernel] as const))('%s', (_, kernel) => {
  const cases = casesBy.get(kernel) ?? [];

  it('names the rule in what it refuses', () => {
    expect(cases.filter(({ refusal }) => refusal.rule === 'request').map(({ refusal }) => refusal.message)).toEqual([]);
  });

  it('suggests what works', () => {
    for (const one of cases) {
      const { request, device, refusal } = one;
      const suggested = toldOf(one);
      expect(isSameRule(suggested, refusal)).toBe(true);
      for (const change of suggested.works ?? []) {
        const planned = tryPlan({ ...request, knobs: { ...request.knobs, ...change } }, device);
        expect(planned instanceof Refusal ? planned.message : '', suggested.message).toBe('');
      }
      for (const value of Object.values(suggested.works?.[0] ?? {})) expect(suggested.message).toContain(String(value));
    }
  });

  it('keeps its data over the wire and in the result', () => {
    for (const one of cases) {
      const refusal = toldOf(one);
      const there = fromWire(JSON.parse(JSON.stringify(toWire(refusal))));
      expect(there).toBeInstanceOf(Refusal);
      expect(data(there as Refusal)).toEqual(data(refusal));
      const { rule, parameters, works } = refusal;
      const result = JSON.parse(JSON.stringify(unmade(one.request, there)));
      expect(result).toMatchObject({ status: 'refused', reason: refusal.message });
      expect(result.refusal).toEqual({ rule, parameters, works });
    }
  });
});

test('all rules are met above', () => {
  const met = new Set([...casesBy.values()].flat().map(({ refusal }) => refusal.rule));
  expect([...met].sort()).toMatchSnapshot();
});

test('a failure keeps its diagnostics over the wire and in the result', () => {
  const diagnostics = [{ line: 3, column: 7, message: "expected ';'" }];
  const there = fromWire(JSON.parse(JSON.stringify(toWire(compileFailure(diagnostics))))) as Failure;
  expect(there).toBeInstanceOf(Failure);
  expect([there.code, there.message, there.diagnostics]).toEqual(['compile', "3:7: expected ';'", diagnostics]);
  const result = unmade({ op: 'neuron', kernel: '2_row_major' }, there);
  expect(result.failure).toEqual({ code: 'compile', diagnostics });
  expect(fromWire(toWire(new TypeError('x is not a function')))).toMatchObject({ code: 'internal', diagnostics: [] });
});

describe('the values of a knob', () => {
  const kernel = kernels.find(({ op, id }) => op === 'matmul' && id === '5_register_tile') as Kernel;
  const at = (knobs: Settings['knobs']): Settings => {
    const settings = onKernel(defaultProblem(operationOf(kernel), ['f32']), kernel);
    return { ...settings, knobs: { ...settings.knobs, ...knobs } };
  };
  const refusalsOf = (settings: Settings): Refusals => {
    const planned = tryPlan(settings);
    return new Refusals(settings, planned instanceof Refusal ? suggest(settings, planned) : null, defaultCapabilities);
  };

  it('are looked at when a knob asks, and a value only once', () => {
    const settings = at({});
    const refusals = refusalsOf(settings);
    const plan = vi.spyOn(kernel, 'plan');
    refusals.of('offset')(settings.knobs.offset);
    refusals.of('dtype')('f32');
    expect(plan).toHaveBeenCalledTimes(0);
    for (let time = 0; time < 2; time++) for (const value of [8, 16, 32]) refusals.of('WX')(value);
    expect(plan).toHaveBeenCalledTimes(2);
    plan.mockRestore();
  });

  it('are refused one by one where the settings work', () => {
    const refusals = refusalsOf(at({ WX: 16, WY: 16 }));
    expect(refusals.of('WX')(16)).toBeNull();
    expect(refusals.of('WX')(32)).toMatchObject({ rule: 'invocations' });
    expect(refusals.of('layoutA')('column')).toBeNull();
    expect(refusals.of('WX')).toBe(refusals.of('WX'));
  });

  it('are refused only of knobs that can help where the settings are', () => {
    const refusals = refusalsOf(at({ WX: 32, WY: 16 }));
    expect(refusals.of('WX')(32)?.message).toMatch(/works$/);
    expect(refusals.of('WY')(16)).toMatchObject({ rule: 'invocations' });
    for (const { key, default: initial } of kernel.knobs.filter(({ key }) => !['WX', 'WY'].includes(key)))
      expect(refusals.of(key)(initial), key).toBeNull();
    expect(refusals.of('dtype')('f32')).toBeNull();
  });
});
