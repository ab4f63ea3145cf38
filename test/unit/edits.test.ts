import { describe, expect, it } from 'vitest';
import { Edits } from '../../src/ui/state/edits.ts';
import { storageOf } from './storage.ts';

describe('edited kernels', () => {
  it('outlive a reload, and only until they are reset', () => {
    const held = new Map<string, string>([['another', 'x']]);
    const edits = new Edits(() => storageOf(held));
    expect(edits.set('neuron/1', 'fn a() {}')).toBe(true);
    const reloaded = new Edits(() => storageOf(held));
    expect(reloaded.get('neuron/1')).toBe('fn a() {}');
    expect(reloaded.get('neuron/2')).toBeUndefined();
    reloaded.set('neuron/1', undefined);
    expect(new Edits(() => storageOf(held)).get('neuron/1')).toBeUndefined();
    expect([...held]).toEqual([['another', 'x']]);
  });

  it('can be brought back after a change that was not typed, even after a reload', () => {
    const held = new Map<string, string>();
    const edits = new Edits(() => storageOf(held));
    edits.set('neuron/1', 'a');
    edits.set('neuron/1', 'ab');
    expect(edits.replaced('neuron/1')).toBeUndefined();
    edits.replace('neuron/1', undefined);
    expect(edits.get('neuron/1')).toBeUndefined();
    // Nothing stands there that could be lost.
    edits.replace('neuron/1', undefined);
    expect(new Edits(() => storageOf(held)).replaced('neuron/1')).toBe('ab');
    expect(edits.replaced('neuron/2')).toBeUndefined();
  });

  it.each([
    [
      'blocked',
      () => {
        throw new DOMException('denied', 'SecurityError');
      },
    ],
    ['full', () => storageOf(new Map(), 4)],
  ])('are kept for now, and it is said, where storage is %s', (_, storage) => {
    const edits = new Edits(storage);
    expect(edits.set('neuron/1', 'fn a() {}')).toBe(false);
    expect(edits.get('neuron/1')).toBe('fn a() {}');
    expect(edits.set('neuron/1', undefined)).toBe(true);
  });
});
