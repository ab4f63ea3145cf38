/** What a trace takes in, as the Kernel view's address has it. */
import { describe, expect, it, test } from 'vitest';
import { defaults } from '../../src/ui/state/settings.ts';
import { kernelFromSearch, kernelSearch, namedWorkgroups } from '../../src/ui/views/kernel/settings.ts';
import spec from '../../src/ui/views/kernel/spec.ts';
import { carry } from '../../src/ui/views/links.ts';

const inside = { workgroups: 'all', machine: '' } as const;

describe('the address', () => {
  it.each([
    ['', inside],
    ['&workgroups=sample', { ...inside, workgroups: 'sample' }],
    ['&workgroups=0,7', { ...inside, workgroups: [0, 7] }],
    ['&workgroups=3&machine=a100', { workgroups: [3], machine: 'a100' }],
  ])('brings back %j', (search, inside) => {
    const { settings, notices } = kernelFromSearch(`?op=neuron&kernel=2_row_major${search}`);
    expect(notices).toEqual([]);
    expect(settings).toEqual({ ...defaults(), inside });
    expect(kernelFromSearch(kernelSearch(settings)).settings).toEqual(settings);
    // Nor does it change on its way.
    expect(decodeURIComponent(kernelSearch(settings))).toBe(`?op=neuron&kernel=2_row_major${search}`);
  });

  it('reads what a mailer or a hand has changed', () => {
    const { settings, notices } = kernelFromSearch('?workgroups=Sample.&machine=A100).');
    expect([settings.inside, notices]).toEqual([{ workgroups: 'sample', machine: 'a100' }, []]);
  });

  it.each(['some', '1-3', '-1', Array.from({ length: 65 }, (_, i) => i).join()])(
    'names what cannot be traced: %s',
    (text) => {
      const { settings, notices } = kernelFromSearch(`?workgroups=${text}`);
      expect(settings.inside.workgroups).toBe('all');
      expect(notices).toEqual([
        `workgroups=${text} is not all, sample, or at most 64 numbers such as 0,7; all are traced.`,
      ]);
    },
  );

  it('keeps the machine for every kernel, and workgroups for the one they are of', () => {
    const left = '?op=matmul&kernel=3_tiles&workgroups=0,7&machine=a100';
    const back = (kernel: string) => new URLSearchParams(carry(spec, `?view=ladder&op=matmul&kernel=${kernel}`, left));
    expect(back('3_tiles').get('workgroups')).toBe('0,7');
    expect(back('4_padded').get('workgroups')).toBeNull();
    expect(back('4_padded').get('machine')).toBe('a100');
  });
});

test('workgroups are named in any order, some twice', () => {
  expect(namedWorkgroups(' 7, 0,7')).toEqual([0, 7]);
  expect(namedWorkgroups('')).toBeNull();
});
