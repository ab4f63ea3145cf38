import { describe, expect, it } from 'vitest';
import { kernelsOf } from '../../src/kernels/index.ts';
import { changeWords, ruleText, titled } from '../../src/ui/state/titles.ts';

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
