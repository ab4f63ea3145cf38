import { edited } from '../core/edited.ts';
import { accesses, passes, scratchBytes } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/fuse.wgsl?raw';

/** The pass that is no longer needed. */
const SECOND = start.slice(start.indexOf('\n@compute @workgroup_size(64)\nfn activate'));

export default {
  id: 'fuse',
  title: 'Two passes into one',
  level: 'a few lines',
  asks: 'The sums of this layer travel to memory and back only to have their bias added and to be cut off at zero (the ReLU). Do all of it in one pass, with one entry point and without the scratch buffer.',
  op: 'neuron',
  shape: { inputs: 50, neurons: 200 },
  start,
  hints: [
    'The lane that has just computed a sum can finish it.',
    'Move the two lines of `activate` to the end of `multiply`; then the second pass, its function and the scratch buffer have no use.',
    'Remove the second entry, workgroup and dispatch and the scratch line from the header, too.',
  ],
  solution: edited(
    start,
    ['// entry: activate\n// workgroup: 64\n// dispatch: ceil(neurons / 64)\n// scratch: sums = 4 * neurons\n', ''],
    ['@group(0) @binding(5) var<storage, read_write> sums: array<f32>;\n', ''],
    ['  sums[neuron] = sum;\n', '  sum += b[neuron];\n  y[neuron] = select(sum, max(sum, 0.0), p.relu == 1u);\n'],
    [SECOND, ''],
  ),
  wrong: {
    source: edited(
      start,
      ['// entry: activate\n// workgroup: 64\n// dispatch: ceil(neurons / 64)\n// scratch: sums = 4 * neurons\n', ''],
      ['@group(0) @binding(5) var<storage, read_write> sums: array<f32>;\n', ''],
      // The bias is forgotten.
      ['  sums[neuron] = sum;\n', '  y[neuron] = select(sum, max(sum, 0.0), p.relu == 1u);\n'],
      [SECOND, ''],
    ),
    misses: 'correct',
  },
  goals: [
    passes(1),
    scratchBytes(0),
    accesses(200, { buffer: 'y', access: 'write' }, 'stores to y'),
    accesses(0, { buffer: 'y', access: 'read' }, 'reads of y'),
  ],
} satisfies Task;
