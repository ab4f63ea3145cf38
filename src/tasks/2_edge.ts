import { edited } from '../core/edited.ts';
import type { Task } from './types.ts';
import start from './wgsl/edge.wgsl?raw';

export default {
  id: 'edge',
  title: 'Mind the edge',
  level: 'one line',
  asks: 'The grid has whole workgroups, so there are more lanes than elements, and those past the last element read and write memory that is not theirs. Make them return. The sanitizer names the line that reaches past the end.',
  op: 'copy',
  shape: { elements: 1000 },
  start,
  hints: [
    'A lane may return before it has done anything.',
    'How many elements there are is `p.elements`, and the first index that is too large is that number itself.',
    '`if (i >= p.elements) { return; }`',
  ],
  solution: edited(start, ['let i = id.x;', 'let i = id.x;\n  if (i >= p.elements) {\n    return;\n  }']),
  wrong: {
    source: edited(start, ['let i = id.x;', 'let i = id.x;\n  if (i > p.elements) {\n    return;\n  }']),
    misses: 'clean',
  },
  goals: [],
} satisfies Task;
