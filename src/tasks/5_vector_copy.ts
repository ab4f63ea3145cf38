import { edited } from '../core/edited.ts';
import { accesses, longestLane } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/vector_copy.wgsl?raw';

export default {
  id: 'vector_copy',
  title: 'Four at a time',
  level: 'a few lines',
  asks: 'A copy waits for memory, and each instruction asks it for 4 bytes. Move a vec4 with each load and each store, with a quarter of the lanes. The same bytes move, with a quarter of the accesses.',
  op: 'copy',
  shape: { elements: 4096 },
  start,
  hints: [
    'A buffer may be declared as `array<vec4<f32>>`; `x[i]` is then four elements.',
    'There are `p.elements / 4u` vectors, so that is how many lanes are needed.',
    'The dispatch is `ceil(elements / 256)`: 64 lanes with 4 elements each.',
  ],
  solution: edited(
    start,
    ['ceil(elements / 64)', 'ceil(elements / 256)'],
    ['x: array<f32>', 'x: array<vec4<f32>>'],
    ['y: array<f32>', 'y: array<vec4<f32>>'],
    ['id.x < p.elements', 'id.x < p.elements / 4u'],
  ),
  wrong: {
    source: edited(
      start,
      ['ceil(elements / 64)', 'ceil(elements / 256)'],
      [
        'if (id.x < p.elements) {\n    y[id.x] = x[id.x];',
        'for (var i = 4u * id.x; i < min(4u * id.x + 4u, p.elements); i++) {\n    y[i] = x[i];',
      ],
    ),
    misses: 'accesses loads',
  },
  goals: [accesses(1024, { access: 'read' }, 'loads'), accesses(1024, { access: 'write' }, 'stores'), longestLane(32)],
} satisfies Task;
