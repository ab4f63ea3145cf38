/** What this browser keeps, where several tabs of the page write it, and where it keeps nothing. */
import { describe, expect, it } from 'vitest';
import { Answers as Predictions } from '../../src/ui/state/answers.ts';
import { OwnKernels } from '../../src/ui/state/own-kernels.ts';
import { Answers } from '../../src/ui/state/solved.ts';
import { storageOf } from './storage.ts';

const blocked = (): Storage => {
  throw new DOMException('denied', 'SecurityError');
};

const TILES = { id: 'tiles', start: 'the start', solution: 'the solution' };

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
    const [a, b] = tabs((storage) => new Predictions(storage));
    a.set('neuron', 'bytes', 4098);
    b.set('line', 'sectors', '4');
    expect([a.get('line', 'sectors'), b.get('neuron', 'bytes')]).toEqual(['4', 4098]);
    b.forget('neuron');
    expect([a.count('neuron'), a.count('line')]).toEqual([0, 1]);
  });
});

describe('an answer to a task', () => {
  it('can be brought back after the solution has taken its place', () => {
    const [answers, reloaded] = tabs((storage) => new Answers(storage));
    answers.keep('tiles', 'mine');
    expect(answers.replace(TILES, 'mine', TILES.solution)).toBe(true);
    expect([reloaded.answer('tiles'), reloaded.replaced('tiles')]).toEqual(['the solution', 'mine']);
    // What nobody has typed does not take its place.
    answers.replace(TILES, TILES.solution, undefined);
    expect([reloaded.answer('tiles'), reloaded.replaced('tiles')]).toEqual([undefined, 'mine']);
    answers.replace(TILES, TILES.start, TILES.solution);
    expect(reloaded.replaced('tiles')).toBe('mine');
  });

  it('is the one that this tab shows, whatever the other one has kept', () => {
    const [a, b] = tabs((storage) => new Answers(storage));
    a.keep('tiles', 'mine');
    b.keep('tiles', 'of the other tab');
    a.replace(TILES, 'mine', TILES.solution);
    expect(a.replaced('tiles')).toBe('mine');
  });

  it.each([
    ['blocked', blocked],
    ['full', () => storageOf(new Map(), 0)],
  ])('lasts as long as the page, and it is said, where storage is %s', (_, storage) => {
    const answers = new Answers(storage);
    expect(answers.keep('tiles', 'mine')).toBe(false);
    expect(answers.replace(TILES, 'mine', undefined)).toBe(false);
    expect([answers.answer('tiles'), answers.replaced('tiles')]).toEqual([undefined, 'mine']);
    answers.keep('tiles', 'mine');
    answers.solve('tiles');
    expect([answers.answer('tiles'), answers.isSolved('tiles')]).toEqual(['mine', true]);
  });
});
