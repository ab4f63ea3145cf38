import { describe, expect, it } from 'vitest';
import { findKernel, findOperation, kernels } from '../../src/kernels/index.ts';
import { defaultCapabilities, planRequest } from '../../src/lab/plan.ts';
import { shaderOf } from '../../src/ui/state/examine.ts';
import { parameterFault } from '../../src/ui/state/parameter-fault.ts';
import { defaults, toRequest, toSearch, withKernel } from '../../src/ui/state/settings.ts';
import { fromSearch } from '../setup/settings.ts';

const operation = (id: string) => findOperation(id) ?? expect.fail(`no operation ${id}`);
const kernel = (op: string, id: string) => findKernel(op, id) ?? expect.fail(`no kernel ${id}`);

describe('settings in the address', () => {
  it.each(kernels.map((one) => [`${one.op}/${one.id}`, one] as const))(
    '%s survives the way there and back',
    (_, one) => {
      const settings = {
        ...defaults(operation(one.op), one),
        seed: 7,
        // The last value of each knob, so that nothing is a default by luck.
        knobs: Object.fromEntries(one.knobs.map((knob) => [knob.key, knob.values[knob.values.length - 1]])),
      };
      expect(fromSearch(toSearch(settings))).toEqual({ settings, notices: [] });
    },
  );

  it('is the first kernel on the worked example where the address is empty', () => {
    const { settings, notices } = fromSearch('');
    expect(settings).toEqual(defaults());
    expect(notices).toEqual([]);
    expect(() => planRequest(toRequest(settings))).not.toThrow();
  });

  it.each([
    ['op=nothing', 'op=nothing is not an operation here; you see neuron instead.'],
    ['kernel=9_gone', 'kernel=9_gone is not a kernel for Neuron; you see 2_row_major instead.'],
    ['inputs=0', 'inputs=0 was not used: Inputs must be a whole number from 1 to 1,048,576; it is 1,024.'],
    ['inputs=1.5', 'inputs=1.5 was not used: Inputs must be a whole number from 1 to 1,048,576; it is 1,024.'],
    ['inputs=', 'inputs= was not used: Inputs must be a whole number from 1 to 1,048,576; it is 1,024.'],
    ['relu=2', 'relu=2 was not used: Activation (ReLU) must be 0 or 1; it is 1.'],
    ['dtype=f64', 'dtype=f64 is not a type that Row-major, one invocation per neuron takes; you see f32 instead.'],
    ['seed=-1', 'seed=-1 is not a whole number from 0 up, so the seed is 1.'],
    ['seed=x', 'seed=x is not a whole number from 0 up, so the seed is 1.'],
    ['input=zeros', 'input=zeros is not an input case here; you see normal instead.'],
    ['set.offset=3', 'set.offset=3 is not a value of Base offset; it is 0.'],
    ['set.TILE=8', 'set.TILE=8 is not a setting of this kernel and was left out.'],
    ['__proto__=1', '__proto__=1 is not a setting of this kernel and was left out.'],
  ])('%s is named and replaced', (search, notice) => {
    const { settings, notices } = fromSearch(`?${search}`);
    expect(notices).toEqual([notice]);
    expect(settings).toEqual(defaults());
  });

  it.each([
    ['a sentence that goes on', 'op=matmul&kernel=3_tiles).', { op: 'matmul', kernel: '3_tiles' }],
    ['brackets after a number', 'op=neuron&inputs=64).', { shape: { inputs: 64, neurons: 1024, relu: 1 } }],
    ['capital letters', 'op=Matmul&kernel=3_Tiles', { op: 'matmul', kernel: '3_tiles' }],
    ['the number alone', 'op=matmul&kernel=3', { kernel: '3_tiles' }],
    [
      'escaped ampersands',
      'op=matmul&amp;kernel=3_tiles&amp;amp;set.TILE=8',
      { kernel: '3_tiles', knobs: { TILE: 8 } },
    ],
    ['two encodings', 'op=matmul&kernel=3%255Ftiles', { kernel: '3_tiles' }],
    ['campaigns', 'op=matmul&utm_source=mail&fbclid=x', { op: 'matmul' }],
    ['the same key twice', 'op=matmul&op=matmul', { op: 'matmul' }],
  ])('is read through %s', (_, search, expected) => {
    const { settings, notices } = fromSearch(`?${search}`);
    expect(notices).toEqual([]);
    expect(settings).toMatchObject(expected);
  });

  it.each([
    ['op=matmull', 'op=matmull is not an operation here; did you mean matmul? You see neuron instead.'],
    ['op=neuron&op=matmul', 'op is given twice: neuron was used, matmul was not.'],
    [
      'op=matmul&kernel=3_tils',
      'kernel=3_tils is not a kernel for Matrix product; did you mean 3_tiles? You see 1_uncoalesced instead.',
    ],
    ['set.TILE=8&set.WX=3&depth=4', 'set.TILE, set.WX, depth were left out: none of them is a setting of this kernel.'],
    [
      'op=mat_mul_9&kernel=3&m=512&n=512&k=x&dtype=f99&seed=-1&set.TILE=8&set.WX=1',
      'op=mat_mul_9 is not an operation here; you see neuron instead.',
    ],
  ])('%s gets one notice', (search, notice) => {
    expect(fromSearch(`?${search}`).notices).toEqual([notice]);
  });

  it('is short: what is at its default is left out', () => {
    expect(toSearch(defaults())).toBe('?op=neuron&kernel=2_row_major');
    const { settings } = fromSearch('?op=matmul&kernel=14_f16_sums&m=64&set.WX=8&seed=1&input=normal');
    expect(toSearch(settings)).toBe('?op=matmul&kernel=14_f16_sums&m=64&dtype=f16');
  });

  it('leaves the choice of the adapter to the page', () => {
    expect(fromSearch('?power=low-power').notices).toEqual([]);
  });
});

describe('another kernel', () => {
  it('takes its own defaults where nothing was turned', () => {
    for (const one of kernels) {
      for (const other of kernels.filter(({ op }) => op === one.op)) {
        const { knobs } = withKernel(defaults(operation(one.op), one), other);
        expect(knobs).toEqual(defaults(operation(one.op), other).knobs);
      }
    }
  });

  it('keeps the knobs that were turned and that both have, where the value is offered', () => {
    const rows = kernel('neuron', '2_row_major');
    const tree = kernel('neuron', '6_workgroup_tree');
    const settings = { ...defaults(operation('neuron'), rows), seed: 3 };
    const turned = { ...settings, knobs: { ...settings.knobs, WORKGROUP: 128, offset: 8 } };
    expect(withKernel(turned, tree)).toMatchObject({ kernel: tree.id, seed: 3, knobs: { WORKGROUP: 128, offset: 8 } });
  });
});

describe('the code shown', () => {
  it.each(kernels.map((one) => [`${one.op}/${one.id}`, one] as const))('of %s is what runs', (id, one) => {
    const settings = { ...defaults(operation(one.op), one), dtype: one.dtypes[0] };
    const path = shaderOf(settings, defaultCapabilities);
    if (one.shader === undefined) expect(path).toBe(`${id}.wgsl`);
    else expect(path).toBe(planRequest(toRequest(settings)).plan.shader);
  });

  it('of an operation starts with its first lesson, or with the one that says so', () => {
    for (const { op } of kernels) expect(defaults(operation(op)).kernel).toMatch(op === 'neuron' ? /^2_/ : /^1_/);
  });
});

describe('the worked example', () => {
  it('is in f32 wherever the kernel takes it, and the same on every device', () => {
    for (const { op } of kernels) expect(defaults(operation(op)).dtype).toBe('f32');
    expect(defaults(operation('matmul'), kernel('matmul', '14_f16_sums')).dtype).toBe('f16');
  });

  it('of a neuron is a layer, in which every lane has work', () => {
    expect(defaults(operation('neuron')).shape).toMatchObject({ inputs: 1024, neurons: 1024 });
  });
});

describe('parameters', () => {
  const size = { key: 'n', title: 'N', kind: 'size', default: 1, min: 1, max: 4096, doc: '' } as const;
  it.each([1, 4096])('%d is within the range', (value) => expect(parameterFault(size, value)).toBeNull());
  it.each([0, 4097, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('%d is not', (value) => {
    expect(parameterFault(size, value)).toBe('N must be a whole number from 1 to 4,096');
  });
});
