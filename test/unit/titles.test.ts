import { describe, expect, it } from 'vitest';
import { kernelsOf } from '../../src/kernels/index.ts';
import { defaults, operationOf } from '../../src/ui/state/settings.ts';
import { changeWords, comparedWords, otherCheck, problemWords, ruleText, titled } from '../../src/ui/state/titles.ts';

const knobs = kernelsOf('matmul').find(({ id }) => id === '5_register_tile')?.knobs ?? [];

describe('a rule in the words of the controls', () => {
  it('names knobs by their titles, and nothing else', () => {
    const [wx, wy] = ['WX', 'WY'].map((key) => knobs.find((knob) => knob.key === key)?.title);
    expect(titled('WX 64 x WY 64 are 4096, and MAX_WX stays', knobs)).toBe(
      `${wx} 64 x ${wy} 64 are 4096, and MAX_WX stays`,
    );
    expect(titled('WX=8 works', knobs)).toBe(`${wx} 8 works`);
    expect(ruleText('WX=8 x WY=8 x 64 are 4096', knobs)).toBe(`${wx} 8 × ${wy} 8 × 64 are 4,096.`);
  });
  it('names changes within a sentence, letters of matrices as they are', () => {
    expect(changeWords({ WX: 8, WY: 16 }, knobs)).toBe('workgroup width 8 and workgroup height 16');
    expect(changeWords({ WX: 8, layoutA: 'row' }, knobs, ' to ')).toBe('workgroup width to 8 and layout of A to row');
  });
});

describe('a check of the whole output', () => {
  const [method, correct] = ['4,096 of 65,536 and Freivalds', true];

  it('is not counted among what was compared one by one', () => {
    expect(comparedWords({ method })).toBe('4,096 of 65,536; all of it by Freivalds’ check');
    expect(comparedWords({ method: 'all 65,536' })).toBe('all 65,536');
  });
  it('is named where the largest error can be its own', () => {
    expect(otherCheck({ method, correct })).toBe('Freivalds’ check or a later run');
    expect(otherCheck({ method: '1,024 of 65,536', correct })).toBe('a later run');
  });
});

describe('a problem in few words', () => {
  const of = (op: string, shape: Record<string, number>, swept: string[] = []): string => {
    const problem = defaults(operationOf({ op }));
    return problemWords({ ...problem, shape: { ...problem.shape, ...shape } }, swept);
  };

  it('has the titles of its parameters and words for its switches', () => {
    expect(of('attention', { kvHeads: 2, causal: 1, mask: 2 })).toBe(
      'batch 1, query heads 4, key heads 2, queries 256, head size 64, causal on, mask additive, f32',
    );
    expect(of('neuron', { relu: 0 })).toMatch(/^inputs 1,024, neurons [\d,]+, activation \(ReLU\) off, f32$/);
    expect(of('matmul', { bias: 1 })).toBe('m 512, n 512, k 512, bias on, f32');
  });
  it('leaves out what is swept', () => expect(of('matmul', {}, ['m', 'k'])).toBe('n 512, f32'));
});
