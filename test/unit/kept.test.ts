/** What this browser keeps, where several tabs of the page write it. */
import { describe, expect, it } from 'vitest';
import { Answers } from '../../src/ui/state/answers.ts';
import { OwnKernels } from '../../src/ui/state/own-kernels.ts';
import { storageOf } from './storage.ts';

/** Two tabs of one browser. */
function tabs<T>(open: (storage: () => Storage) => T): readonly [T, T] {
  const held = new Map<string, string>();
  return [open(() => storageOf(held)), open(() => storageOf(held))];
}

describe('in two tabs', () => {
  it('a new kernel takes no name that the other one has given', () => {
    const [a, b] = tabs((storage) => new OwnKernels(storage));
    a.put(a.free('matmul'), '// mine');
    expect(b.free('matmul')).toBe('matmul 2');
    expect(b.all()).toEqual([{ name: 'matmul', text: '// mine' }]);
    b.remove('matmul');
    expect(a.get('matmul')).toBeUndefined();
  });

  it('no prediction of the other one is lost', () => {
    const [a, b] = tabs((storage) => new Answers(storage));
    a.set('neuron', 'bytes', 4098);
    b.set('line', 'sectors', '4');
    expect([a.get('line', 'sectors'), b.get('neuron', 'bytes')]).toEqual(['4', 4098]);
    b.forget('neuron');
    expect([a.count('neuron'), a.count('line')]).toEqual([0, 1]);
  });
});
