/** What a plan's buffers are bound as, whatever the source declares. */
import { describe, expect, test } from 'vitest';
import { bindingTypes, type Source, writableInput } from '../../src/gpu/bindings.ts';
import type { BufferPlan, PassPlan } from '../../src/gpu/plan.ts';
import { kernels } from '../../src/kernels/index.ts';
import { planRequest, sourceOf } from '../../src/lab/plan.ts';

const layout = { dims: [4], strides: [1], offset: 0, length: 4 };
const buffers: readonly BufferPlan[] = [
  { use: 'input', name: 'x', tensor: 'x', type: 'f32', layout },
  { use: 'output', name: 'y', tensor: 'y', type: 'f32', layout },
  { use: 'scratch', name: 's', bytes: 16 },
  { use: 'uniform', name: 'p', data: new ArrayBuffer(16) },
  { use: 'data', name: 't', data: new ArrayBuffer(8) },
];
const pass: PassPlan = {
  entry: 'main',
  workgroups: [1, 1, 1],
  workgroupSize: [1, 1, 1],
  workgroupBytes: 0,
  bindings: { 0: 'x', 1: 'y', 2: 'p', 5: 's', 6: 's', 7: 't' },
  overrides: {},
};
const source = (modes: Source['modes']): Source => ({ code: '', modes });

describe('bindings', () => {
  test('inputs are read-only, scratch is as the source declares it, the rest as it must be', () => {
    const modes = { 0: ['read_write'], 1: ['read_write'], 5: ['read_write', 'read'], 6: ['read'], 7: ['read_write'] };
    expect(bindingTypes(source(modes), pass, buffers)).toEqual({
      0: 'read-only-storage',
      1: 'storage',
      2: 'uniform',
      5: 'storage',
      6: 'read-only-storage',
      7: 'read-only-storage',
    });
    expect(bindingTypes(source({}), pass, buffers)).toMatchObject({
      0: 'read-only-storage',
      1: 'storage',
      5: 'storage',
    });
  });

  test.each([
    ['x', { 0: ['read', 'read_write'] }, 0],
    ['t', { 7: ['read_write'] }, 7],
  ])('a writable input is named: %s', (name, modes, binding) => {
    expect(writableInput(source(modes), pass, buffers)).toMatch(
      new RegExp(`^Binding ${binding} is the input ${name}, .*: declare it var<storage, read>, not read_write$`),
    );
  });

  test('nothing is said of what is only read, or no input', () => {
    expect(writableInput(source({ 0: ['read'], 1: ['read_write'], 5: ['read_write'] }), pass, buffers)).toBeNull();
  });

  test.each([
    ['@binding( 0u )\n@group(0) var < storage , read_write, > v: u32;', { 0: ['read_write'] }],
    ['@group(0) @binding(0x5) var<storage> v: u32;', { 5: ['read'] }],
    [
      `// @group(0) @binding(1) var<storage, read_write> w: u32;
      @group(0) /* @binding(2) */ @binding(0) var<storage, read> v: u32; @group(0) @binding(0) var<storage, read_write> w: u32;`,
      { 0: ['read', 'read_write'] },
    ],
  ])('modes are those of the text: %s', async (text, modes) => {
    const planned = planRequest({
      op: 'neuron',
      kernel: '1_one_invocation',
      source: `${text}\n@compute @workgroup_size(1) fn main() {}`,
    });
    expect(
      (await sourceOf({ ...planned, plan: { ...planned.plan, constants: {}, aliases: {}, passes: [] } })).modes,
    ).toEqual(modes);
  });

  test('no kernel declares an input writable', async () => {
    let seen = 0;
    for (const { op, id, dtypes } of kernels) {
      let planned: ReturnType<typeof planRequest>;
      try {
        planned = planRequest({ op, kernel: id, dtype: dtypes[0] });
      } catch {
        continue;
      }
      seen++;
      for (const one of planned.plan.passes)
        expect(writableInput(await sourceOf(planned), one, planned.plan.buffers)).toBeNull();
    }
    expect(seen).toBeGreaterThan(kernels.length / 2);
  });
});
