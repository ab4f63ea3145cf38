/** Whose measurements a view shows, as its address says it. */
import { expect, test } from 'vitest';
import { ownFirst } from '../../src/ui/state/sides.ts';

test('a run shows this device, beside what was shown before', () => {
  const shown = { from: 'nvidia-h200', beside: 'llvmpipe', budget: 'quick' };
  expect(ownFirst(shown)).toEqual({ from: '', beside: 'nvidia-h200', budget: 'quick' });
});
