/** Faults planted in the copies and in the transposes. */
import type { Fault } from './fault.ts';

const vectors = { op: 'copy', kernel: '2_vector_loads', shape: { elements: 1003 } } as const;
const scalars = { op: 'copy', kernel: '1_scalar', shape: { elements: 1003 } } as const;

export const copyFaults: readonly Fault[] = [
  {
    ...scalars,
    id: 'no-bounds-check',
    kind: 'write out of range',
    planted: 'lanes past the last element go on and write',
    edits: [['i >= p.elements', 'false']],
    sign: 'out of range',
  },
  {
    ...scalars,
    id: 'last-element-unwritten',
    kind: 'element never written',
    planted: 'the last element is left out',
    edits: [['i >= p.elements', 'i + 1u >= p.elements']],
    sign: 'never written',
  },
  {
    ...scalars,
    id: 'through-f16',
    kind: 'short format',
    planted: 'each element passes through f16',
    edits: [['y[i] = x[i];', 'y[i] = quantizeToF16(x[i]);']],
  },
  {
    ...scalars,
    id: 'small-ones-dropped',
    kind: 'threshold or clamp',
    planted: 'elements below 1e-20 become 0',
    edits: [['y[i] = x[i];', 'y[i] = select(0.0, x[i], abs(x[i]) > 1e-20);']],
  },
  {
    ...scalars,
    id: 'constant-added',
    kind: 'factor or constant added',
    planted: '1e-30 is added to each element',
    edits: [['y[i] = x[i];', 'y[i] = x[i] + 1e-30;']],
  },
  {
    ...vectors,
    id: 'tail-dropped',
    kind: 'tile off by one at an edge',
    planted: 'what does not fill the last vector is left out',
    edits: [['4u * i + j < p.elements', 'false']],
    sign: 'never written',
  },
  {
    ...vectors,
    id: 'vector-shifted',
    kind: 'value of the wrong lane',
    planted: 'each vector is turned by one element',
    edits: [['    y[i] = values;', '    y[i] = values.yzwx;']],
  },
  {
    ...vectors,
    id: 'last-vector-unwritten',
    kind: 'element never written',
    planted: 'the last vector, which is not whole, is left to nobody',
    edits: [['i >= p.vectors', 'i + 1u >= p.vectors']],
    sign: 'never written',
  },
  {
    ...scalars,
    shape: { elements: 70_001 },
    knobs: { WORKGROUP: 1 },
    id: 'second-row-of-grid',
    kind: 'wrong stride',
    planted: 'the second row of workgroups starts behind the first workgroup instead of behind the first row',
    edits: [['id.y * grid.x * WORKGROUP', 'id.y * WORKGROUP']],
    sign: 'never written',
  },
];

const turned = { op: 'transpose', kernel: '2_tiles', shape: { rows: 77, columns: 45 } } as const;
const tiles = { op: 'transpose', kernel: '3_padded', shape: { rows: 77, columns: 45 } } as const;

export const transposeFaults: readonly Fault[] = [
  {
    op: 'transpose',
    kernel: '1_naive',
    shape: { rows: 77, columns: 45 },
    id: 'pitch-of-the-other-side',
    kind: 'wrong stride',
    planted: 'rows of x are taken to be as long as rows of y',
    edits: [['x[row * p.columns + column]', 'x[row * p.rows + column]']],
  },
  {
    ...tiles,
    id: 'tile-without-barrier',
    kind: 'no barrier before the tile is used',
    planted: 'lanes read the tile without waiting for the others',
    edits: [['  workgroupBarrier();\n', '']],
  },
  {
    ...tiles,
    id: 'last-row-of-tile-dropped',
    kind: 'tile off by one at an edge',
    planted: 'the last row of each tile is not loaded',
    edits: [
      [
        '  for (var i = lane.y; i < TILE; i += ROWS) {\n    if (firstRow + i',
        '  for (var i = lane.y; i < TILE - 1u; i += ROWS) {\n    if (firstRow + i',
      ],
    ],
  },
  {
    ...tiles,
    id: 'no-bounds-check',
    kind: 'write out of range',
    planted: 'lanes past the last row of x write too',
    edits: [['row < p.rows && firstColumn + i < p.columns', 'firstColumn + i < p.columns']],
    sign: 'out of range',
  },
  {
    ...tiles,
    id: 'last-column-unwritten',
    kind: 'element never written',
    planted: 'the last column of y is left out',
    edits: [['row < p.rows && firstColumn', 'row + 1u < p.rows && firstColumn']],
    sign: 'never written',
  },
  {
    ...tiles,
    id: 'through-f16',
    kind: 'short format',
    planted: 'the tile holds values rounded to f16',
    edits: [['= x[(firstRow + i) * p.columns + column];', '= quantizeToF16(x[(firstRow + i) * p.columns + column]);']],
  },
  {
    ...tiles,
    id: 'tile-not-turned',
    kind: 'value of the wrong lane',
    planted: 'each lane writes the element that it has loaded',
    edits: [['tile[lane.x * (TILE + PAD) + i]', 'tile[i * (TILE + PAD) + lane.x]']],
  },
  {
    op: 'transpose',
    kernel: '1_naive',
    shape: { rows: 77, columns: 45 },
    id: 'columns-unchecked',
    kind: 'write out of range',
    planted: 'lanes past the last column of x write too',
    edits: [['row < p.rows && column < p.columns', 'row < p.rows']],
    sign: 'out of range',
  },
  {
    ...turned,
    id: 'dense-tile-without-barrier',
    kind: 'no barrier before the tile is used',
    planted: 'lanes read the tile without waiting for the others',
    edits: [['  workgroupBarrier();\n', '']],
  },
  {
    ...turned,
    id: 'last-tile-uncounted',
    kind: 'tile off by one at an edge',
    planted: 'the last tile of each row of tiles, which is not whole, is not counted',
    edits: [['(p.columns + TILE - 1u) / TILE', 'p.columns / TILE']],
    sign: 'never written',
  },
  {
    ...turned,
    id: 'tile-pitch',
    kind: 'wrong stride',
    planted: 'rows of the tile are taken to be one element shorter when they are read',
    edits: [['tile[lane.x * TILE + i]', 'tile[lane.x * (TILE - 1u) + i]']],
  },
];
