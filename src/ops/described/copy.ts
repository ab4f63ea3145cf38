/** The copy: y = x, element by element. x (elements), y (elements). */
import { traffic } from '../quantities.ts';
import type { Operation } from '../types.ts';
import { MOVE_CASES, moveGates } from './move-cases.ts';

export const copy: Operation = {
  id: 'copy',
  title: 'Copy',
  summary: 'Moves every element to another buffer. Nothing is computed, so that nothing but memory sets its speed.',
  formula: 'y = x',
  parameters: [
    {
      key: 'elements',
      title: 'Elements',
      kind: 'size',
      default: 2 ** 20,
      min: 1,
      max: 2 ** 26,
      doc: 'How many values are read once and written once: all that a copy costs.',
    },
  ],
  inputCases: MOVE_CASES,
  presets: [
    { title: '1,048,576 elements', shape: { elements: 2 ** 20 } },
    { title: '16,777,216 elements', shape: { elements: 2 ** 24 } },
    { title: 'An odd number, 1,000,003', shape: { elements: 1_000_003 } },
  ],
  quick: { elements: 2 ** 16 },
  scales: ['elements'],

  tensors: ({ elements }) => [
    { name: 'x', dims: [elements], role: 'input', type: 'storage' },
    { name: 'y', dims: [elements], role: 'output', type: 'storage' },
  ],

  quantities: (shape, dtype) => traffic(copy.tensors(shape), dtype),

  gates: moveGates,
};
