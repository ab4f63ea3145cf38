import { edited } from '../core/edited.ts';
import { accesses } from './goals.ts';
import { rung } from './texts.ts';
import type { Task } from './types.ts';

const RIGHT = rung('softmax', '4_vector_loads');
const TEST = 'vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) < vec4u(p.columns)';

export default {
  id: 'padding',
  title: 'Zeros that are not scores',
  level: 'one line',
  asks: 'Rows are read as vectors of four, and the last one is filled up with zeros. This kernel takes such a zero for a score like any other: where a row’s own scores are all around -200, it gets all of the probability. Leave out the elements that lie past the end of the row.',
  op: 'softmax',
  shape: { rows: 9, columns: 70 },
  start: edited(RIGHT, [TEST, 'vec4<bool>(true)']),
  hints: [
    '`isElement` says for each of the four whether it is an element of the row.',
    'Vector i holds the elements 4 i, 4 i + 1, 4 i + 2 and 4 i + 3.',
    'A comparison of vectors is a `vec4<bool>`: `vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) < vec4u(p.columns)`',
  ],
  solution: RIGHT,
  wrong: {
    source: edited(RIGHT, [TEST, 'vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) < vec4u(p.columns - 1u)']),
    misses: 'correct',
  },
  goals: [accesses(324, { buffer: 'x', access: 'read' }, 'loads of x')],
} satisfies Task;
