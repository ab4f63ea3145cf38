/** Every kernel's plans against what its WGSL declares, over all values of its knobs. */
import { expect, it } from 'vitest';
import { Refusal } from '../../src/core/errors.ts';
import { Random } from '../../src/core/random.ts';
import type { BufferPlan, KernelPlan } from '../../src/gpu/plan.ts';
import { findOperation, kernels, outline } from '../../src/kernels/index.ts';
import type { Kernel, Knobs } from '../../src/kernels/types.ts';
import { defaultCapabilities } from '../../src/lab/plan.ts';
import type { Operation, Shape } from '../../src/ops/types.ts';
import { evaluate, resolveType, type Values } from '../../src/wgsl/evaluate.ts';
import { extentOf } from '../../src/wgsl/layout.ts';
import type { Outline, Type, Variable } from '../../src/wgsl/outline.ts';

/** Sizes of 1, odd ones, options; each operation's defaults besides. An operation takes those that it has. */
const SHAPES: readonly Partial<Shape>[] = [
  {},
  { inputs: 7, neurons: 3, relu: 1, m: 1, n: 37, k: 65, rows: 1, columns: 100_000, queries: 5, keys: 9, dim: 20 },
  { m: 33, n: 1, k: 5, bias: 1, heads: 8, kvHeads: 2, queries: 1, keys: 300, dim: 33, valueDim: 65, window: 4 },
  { m: 100, n: 70, k: 130, inputs: 130, neurons: 257, rows: 3, columns: 7, batch: 3, queries: 33, ragged: 1, mask: 1 },
  { batch: 2, heads: 4, kvHeads: 2, keys: 12, queries: 4, mask: 2, maskBatch: 1, maskHeads: 1, causal: 1, softcap: 3 },
];
const DEVICES = [defaultCapabilities, { ...defaultCapabilities, subgroupMinSize: 8, subgroupMaxSize: 64 }];
/** Besides the defaults with each value of each knob in turn. */
const RANDOM_SETTINGS = 8;

function settings({ id, knobs }: Kernel): readonly Knobs[] {
  const defaults = Object.fromEntries(knobs.map((knob) => [knob.key, knob.default]));
  const random = new Random(1, id);
  return [
    ...knobs.flatMap(({ key, values }) => values.map((value) => ({ ...defaults, [key]: value }))),
    ...Array.from({ length: RANDOM_SETTINGS }, () =>
      Object.fromEntries(knobs.map(({ key, values }) => [key, values[random.integer(0, values.length - 1)]])),
    ),
  ];
}

function plansOf(kernel: Kernel): KernelPlan[] {
  const { parameters, inputCases } = findOperation(kernel.op) as Operation;
  const plans: KernelPlan[] = [];
  for (const given of SHAPES) {
    const shape = Object.fromEntries(parameters.map(({ key, default: initial }) => [key, given[key] ?? initial]));
    for (const dtype of kernel.dtypes) {
      for (const knobs of settings(kernel)) {
        for (const device of DEVICES) {
          try {
            plans.push(
              kernel.plan({ op: kernel.op, shape, dtype, seed: 1, input: inputCases[0].id }, knobs, device).plan,
            );
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
          }
        }
      }
    }
  }
  return plans;
}

/** What a variable is for, by how it is declared. */
const USES: Readonly<Record<string, readonly BufferPlan['use'][]>> = {
  uniform: ['uniform'],
  read: ['input', 'scratch', 'data'],
  read_write: ['output', 'scratch'],
};

/** What of a plan is not as its WGSL declares it. */
function complaints(plan: KernelPlan): string[] {
  const declared = outline(plan.shader);
  const buffers = new Map(plan.buffers.map((buffer) => [buffer.name, buffer]));
  return plan.passes.flatMap(({ entry, workgroupSize, overrides, bindings }) => {
    const values = { numbers: { ...plan.constants, ...overrides }, aliases: plan.aliases };
    const { workgroupSize: sides, uses } = declared.entries[entry];
    const size = [...sides.map((side) => evaluate(side, declared, values)), 1, 1].slice(0, 3);
    return [
      ...(String(size) === String(workgroupSize) ? [] : [`${entry} runs ${size} invocations, not ${workgroupSize}`]),
      ...Object.keys(overrides).flatMap((key) => (uses.includes(key) ? [] : [`${entry} does not use ${key}`])),
      ...uses.flatMap((name) => {
        const variable = declared.variables[name];
        if (variable?.binding === undefined) return [];
        const buffer = buffers.get(bindings[variable.binding]);
        return buffer && fits(buffer, variable, declared, values)
          ? []
          : [`${entry}: ${name} is bound to ${buffer?.name}`];
      }),
    ];
  });
}

function fits(buffer: BufferPlan, { space, access, type }: Variable, declared: Outline, values: Values): boolean {
  if (!USES[access ?? space].includes(buffer.use)) return false;
  if (buffer.use === 'uniform') return buffer.data.byteLength === extentOf(type, declared, values).size;
  if (buffer.use === 'scratch' || buffer.use === 'data') return true;
  const scalar = scalarOf(type, declared, values);
  // Words are read of what comes in several types, as masks do.
  return scalar === buffer.type || (buffer.use === 'input' && scalar === 'u32');
}

function scalarOf(type: Type, declared: Outline, values: Values): string {
  const known = resolveType(type, declared, values);
  if (typeof known === 'string') return known;
  return scalarOf(known[0] === 'vec' ? known[2] : (known[1] as Type), declared, values);
}

it.each(kernels.map((kernel) => [`${kernel.op}/${kernel.id}`, kernel] as const))(
  '%s plans what its WGSL declares',
  (_, kernel) => {
    const plans = plansOf(kernel);
    expect(plans.length).toBeGreaterThan(0);
    expect([...new Set(plans.flatMap(complaints))]).toEqual([]);
  },
);
