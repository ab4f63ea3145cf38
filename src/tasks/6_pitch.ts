import { edited } from '../core/edited.ts';
import { accesses, activeLanes, linesPerRequest, scratchBytes } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/pitch.wgsl?raw';

export default {
  id: 'pitch',
  title: 'Rows that start on a line',
  level: 'a few lines',
  asks: 'A workgroup of 32 lanes reads 32 neighbouring weights at a time: 128 bytes, one line of memory, if the row starts on a line. With 1,001 inputs most rows start within a line, and a request touches two. Let every row of w start at a multiple of 128 bytes, and tell the kernel how far apart the rows are then. Both are said in the header, the comment at the top.',
  op: 'neuron',
  shape: { inputs: 1001, neurons: 12 },
  start,
  hints: [
    'A line of 128 bytes holds 32 elements of f32: each row of w must start at a multiple of 32 elements.',
    'Add the line `// pad: w = 32` to the header.',
    'The pitch is the number of inputs, rounded up: `// param: pitch = 32 * ceil(inputs / 32)`',
  ],
  solution: edited(start, ['// param: pitch = inputs', '// param: pitch = 32 * ceil(inputs / 32)\n// pad: w = 32']),
  wrong: {
    source: edited(start, ['// param: pitch = inputs', '// param: pitch = 8 * ceil(inputs / 8)\n// pad: w = 8']),
    misses: 'lines where w is read',
  },
  goals: [
    linesPerRequest(1, { buffer: 'w', access: 'read' }),
    activeLanes(0.5, 32, { buffer: 'w', access: 'read' }),
    // Each once, and the padding behind it: lanes that all read the same element touch one line too.
    accesses(12_288, { buffer: 'w', access: 'read' }, 'reads of w'),
    scratchBytes(0),
  ],
} satisfies Task;
