/** The tuned configurations: whose they are, which is near, and that none of them is taken on trust. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import schema from '../../bench/result.schema.json' with { type: 'json' };
import { kernelsOf } from '../../src/kernels/index.ts';
import {
  AUTO,
  describeAdapter,
  lookup,
  normaliseAdapter,
  shapeClass,
  type TunedEntry,
  tunedChoice,
  tunedEntries,
} from '../../src/kernels/tuned.ts';
import type { Capabilities, Kernel } from '../../src/kernels/types.ts';
import { defaultCapabilities, resolve } from '../../src/lab/plan.ts';
import type { Shape } from '../../src/ops/types.ts';

describe('an adapter', () => {
  test.each([
    ['SwiftShader driver 5.0.0', 'google', 'swiftshader', 'google swiftshader'],
    ['swiftshader', 'google', 'swiftshader', 'google swiftshader'],
    ['llvmpipe: Mesa 25.0.7-2~bpo12+1 (LLVM 15.0.6) 0.0.1', 'mesa', 'software', 'llvmpipe mesa software'],
    ['NVIDIA: 550.54.15 550.54.15.0', 'nvidia', 'hopper', 'hopper nvidia'],
    ['', 'nvidia', 'hopper', 'hopper nvidia'],
    ['metal-3', 'apple', 'metal-3', 'apple metal-3'],
  ])('%j of %s %s is "%s"', (description, vendor, architecture, name) => {
    const told = describeAdapter({ description, vendor, architecture, device: '' });
    expect(normaliseAdapter(told)).toBe(name);
    expect(normaliseAdapter(name)).toBe(name);
  });
});

describe('a class of shapes', () => {
  test('has every size, rounded to the nearest power of two', () => {
    expect(shapeClass('matmul', { m: 512, n: 512, k: 512, bias: 1 })).toBe('k9 m9 n9');
    expect(shapeClass('matmul', { m: 1000, n: 777, k: 513, bias: 0 })).toBe('k9 m10 n10');
    expect(shapeClass('matmul', { m: 1, n: 4096, k: 3, bias: 0 })).toBe('k2 m0 n12');
  });

  test('has "-" for an option that is not used, and no place for a shift', () => {
    const { problem } = resolve({ op: 'attention', kernel: kernelsOf('attention')[0].id });
    expect(shapeClass('attention', problem.shape)).toMatch(/\bqueries8\b.*\bwindow-/);
    expect(shapeClass('attention', problem.shape)).not.toContain('shift');
  });
});

const shape = (m: number, n: number, k: number): Shape => ({ m, n, k, bias: 0 });
const entry = (fields: Partial<TunedEntry> & { readonly shape: Shape }): TunedEntry => ({
  adapter: 'google swiftshader',
  op: 'matmul',
  shapeClass: shapeClass('matmul', fields.shape),
  dtype: 'f32',
  kernel: '2_coalesced',
  knobs: {},
  ratioToDefault: 1.5,
  date: '2026-11-23',
  ...fields,
});

describe('lookup', () => {
  const entries = [
    entry({ shape: shape(512, 512, 512), kernel: 'medium' }),
    entry({ shape: shape(2048, 2048, 2048), kernel: 'large' }),
    entry({ shape: shape(1, 4096, 4096), kernel: 'vector' }),
    entry({ shape: shape(512, 512, 512), kernel: 'half', dtype: 'f16' }),
    entry({ shape: shape(512, 512, 512), kernel: 'elsewhere', adapter: 'llvmpipe mesa software' }),
  ];
  const find = (m: number, n: number, k: number, adapter = 'swiftshader, google swiftshader'): string | undefined =>
    lookup(entries, adapter, 'matmul', shape(m, n, k), 'f32')?.kernel;

  test('takes the nearest class', () => {
    expect(find(512, 512, 512)).toBe('medium');
    expect(find(500, 300, 600)).toBe('medium');
    expect(find(1500, 1500, 1500)).toBe('large');
    expect(find(4096, 4096, 4096)).toBe('large');
  });

  test('nothing is near across more than two doublings, or to a vector', () => {
    expect(find(64, 64, 64)).toBeUndefined();
    expect(find(512, 512, 16)).toBeUndefined();
    expect(find(1, 512, 512)).toBeUndefined();
    expect(find(2, 4096, 4096)).toBeUndefined();
    expect(find(1, 2000, 8000)).toBe('vector');
  });

  test('keeps adapters, operations and types apart', () => {
    expect(find(512, 512, 512, 'llvmpipe: Mesa 26.1.0 (LLVM 19.0.1), mesa software')).toBe('elsewhere');
    expect(find(512, 512, 512, 'nvidia hopper')).toBeUndefined();
    expect(lookup(entries, 'google swiftshader', 'matmul', shape(512, 512, 512), 'f16')?.kernel).toBe('half');
    expect(
      lookup(entries, 'google swiftshader', 'neuron', { inputs: 512, neurons: 512, relu: 1 }, 'f32'),
    ).toBeUndefined();
  });
});

describe('the choice', () => {
  const device: Capabilities = { ...defaultCapabilities, adapter: 'swiftshader, google swiftshader' };
  const kernels = kernelsOf('matmul').filter(({ id }) => id !== AUTO);
  const kernel = kernels.find(({ id }) => id === '2_coalesced') as Kernel;
  const { problem } = resolve({ op: 'matmul', kernel: kernel.id, shape: { m: 500, n: 500, k: 500 } });
  const at = shape(512, 512, 512);
  const choose = (fields: Partial<TunedEntry>, given = {}, on = device) =>
    tunedChoice(kernels, problem, given, on, [entry({ shape: at, ...fields })]);

  test('is the entry with its knobs and a plan, for data as they lie', () => {
    const choice = choose({ knobs: { WX: 32, WY: 4 } }, { offset: 8, strange: 1 });
    expect(choice?.kernel).toBe(kernel);
    expect(choice?.knobs).toMatchObject({ WX: 32, WY: 4, offset: 8 });
    expect(Object.keys(choice?.knobs ?? {}).sort()).toEqual(kernel.knobs.map(({ key }) => key).sort());
    expect(choice?.solution.plan.passes).toEqual(kernel.plan(problem, choice?.knobs ?? {}, device).plan.passes);
  });

  test.each([
    ['a kernel that is gone', { kernel: '99_gone' }],
    ['a knob that is gone', { knobs: { GONE: 1 } }],
    ['a value that is gone', { knobs: { WX: 3 } }],
    ['what the device refuses', { knobs: { WX: 256, WY: 256 } }],
  ])('is none for %s', (_, fields) => {
    expect(choose(fields)).toBeNull();
  });

  test('is none for another adapter, or for data that the kernel does not take so', () => {
    expect(choose({}, {}, { ...device, adapter: 'other' })).toBeNull();
    expect(choose({}, { offset: 3 })).toBeNull();
  });
});

test('bench/tuned.json is what the schema says, each question answered once', () => {
  const validate = new Ajv2020().addSchema(schema, 'result').getSchema('result#/$defs/tunedEntry');
  if (!validate) throw new Error('the schema has no tunedEntry');
  for (const one of tunedEntries) {
    expect(validate(one), JSON.stringify(validate.errors)).toBe(true);
    expect(one.shapeClass).toBe(shapeClass(one.op, one.shape));
    expect(one.adapter).toBe(normaliseAdapter(one.adapter));
    expect(one.kernel).not.toBe(AUTO);
  }
  const questions = tunedEntries.map((one) => [one.adapter, one.op, one.dtype, one.shapeClass].join());
  expect(new Set(questions).size).toBe(questions.length);
});
