/** The transpose of a matrix: y_ji = x_ij. x (rows, columns), y (columns, rows), row-major. */
import { traffic } from '../quantities.ts';
import { checkElements } from '../reference-size.ts';
import type { Operation } from '../types.ts';
import { MOVE_CASES, moveGates } from './move-cases.ts';

export const transpose: Operation = {
  id: 'transpose',
  title: 'Transpose',
  summary:
    'Turns the rows of a matrix into columns. What lies side by side on one side lies a whole row apart on the other, so one of the two accesses is scattered unless a tile is turned in between.',
  formula: 'y = x transposed',
  parameters: [
    {
      key: 'rows',
      title: 'Rows',
      kind: 'size',
      default: 1024,
      min: 1,
      max: 2 ** 20,
      doc: 'Rows of x, and elements in a row of y: how far apart neighbours of a column of y lie.',
    },
    {
      key: 'columns',
      title: 'Columns',
      kind: 'size',
      default: 1024,
      min: 1,
      max: 2 ** 20,
      doc: 'Elements in a row of x, and rows of y: how far apart neighbours of a column of x lie.',
    },
  ],
  inputCases: MOVE_CASES,
  presets: [
    { title: '1,024 x 1,024', shape: { rows: 1024, columns: 1024 } },
    { title: '4,096 x 4,096', shape: { rows: 4096, columns: 4096 } },
    { title: 'Odd sizes, 1,021 x 509', shape: { rows: 1021, columns: 509 } },
  ],
  quick: { rows: 256, columns: 256 },
  scales: ['rows', 'columns'],

  check: ({ rows, columns }) => checkElements(rows, columns),

  tensors: ({ rows, columns }) => [
    { name: 'x', dims: [rows, columns], role: 'input', type: 'storage' },
    { name: 'y', dims: [columns, rows], role: 'output', type: 'storage' },
  ],

  quantities: (shape, dtype) => traffic(transpose.tensors(shape), dtype),

  gates: moveGates,
};
