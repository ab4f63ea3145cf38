/** What a plan's buffers are bound as, whatever the source declares. */
import { describe, expect, test } from 'vitest';
import { bindingTypes, writableInput } from '../../src/gpu/bindings.ts';
import type { BufferPlan, PassPlan } from '../../src/gpu/plan.ts';
import { kernels, shader } from '../../src/kernels/index.ts';
import { planRequest } from '../../src/lab/plan.ts';

const layout = { dims: [4], strides: [1], offset: 0, length: 4 };
const buffers: readonly BufferPlan[] = [
  { use: 'input', name: 'x', tensor: 'x', type: 'f32', layout },
  { use: 'output', name: 'y', tensor: 'y', type: 'f32', layout },
  { use: 'scratch', name: 's', bytes: 16 },
  { use: 'uniform', name: 'p', data: new ArrayBuffer(16) },
];
const pass: PassPlan = {
  entry: 'main',
  workgroups: [1, 1, 1],
  workgroupSize: [1, 1, 1],
  workgroupBytes: 0,
  bindings: { 0: 'x', 1: 'y', 2: 'p', 5: 's', 6: 's' },
  overrides: {},
};
const declare = (binding: string, mode: string): string => `@group(0) @binding(${binding}) var<storage${mode}> v: u32;`;

describe('bindings', () => {
  test('inputs are read-only, scratch is as the source declares it, the rest as it must be', () => {
    const source = ['0, read_write', '1, read_write', '5, read_write', '6']
      .map((one) => one.split(', '))
      .map(([binding, mode]) => declare(binding, mode ? `, ${mode}` : ''))
      .join('\n');
    expect(bindingTypes(source, pass, buffers)).toEqual({
      0: 'read-only-storage',
      1: 'storage',
      2: 'uniform',
      5: 'storage',
      6: 'read-only-storage',
    });
    expect(bindingTypes('', pass, buffers)).toMatchObject({ 0: 'read-only-storage', 1: 'storage', 5: 'storage' });
  });

  test.each([
    declare('0', ', read_write'),
    '@binding( 0u )\n@group(0) var < storage , read_write, > v: u32;',
    `// ${declare('0', ', read')}\n@group(0) /* ${declare('0', '')} */ @binding(0x0) var<storage, read_write> v: u32;`,
  ])('a writable input is named: %s', (source) => {
    expect(writableInput(source, pass, buffers)).toMatch(
      /^Binding 0 is the input x, .*: declare it var<storage, read>, not read_write$/,
    );
  });

  test.each([
    declare('0', ', read'),
    declare('0', ''),
    `// ${declare('0', ', read_write')}`,
    declare('5', ', read_write'),
  ])('nothing is said of %s', (source) => expect(writableInput(source, pass, buffers)).toBeNull());

  test('no kernel declares an input writable', () => {
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
        expect(writableInput(shader(planned.plan.shader), one, planned.plan.buffers)).toBeNull();
    }
    expect(seen).toBeGreaterThan(kernels.length / 2);
  });
});
