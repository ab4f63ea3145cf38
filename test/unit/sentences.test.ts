import { describe, expect, it } from 'vitest';
import { stopped, typeset } from '../../src/ui/look/format.ts';

describe('a sentence made for a terminal', () => {
  it.each([
    ['got 7175, expected -953', 'got 7,175, expected −953'],
    ['15920 of 4096 x 4096', '15,920 of 4,096 × 4,096'],
    ['from 1.2345e-7 to -12345.5', 'from 1.2345e−7 to −12345.5'],
    ['pre-2024 kernel 2_row_major', 'pre-2024 kernel 2_row_major'],
  ])('%s', (text, expected) => expect(typeset(text)).toBe(expected));

  it.each([
    ['No room', 'No room.'],
    ['No room.', 'No room.'],
    ['Why?', 'Why?'],
  ])('%s ends once', (text, expected) => expect(stopped(text)).toBe(expected));
});
