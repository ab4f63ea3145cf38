import { edited } from '../core/edited.ts';
import { accesses, activeLanes, longestLane, sectorsPerRequest, workgroups } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/row_sum.wgsl?raw';
import solution from './wgsl/row_sum_tree.wgsl?raw';

export default {
  id: 'row_sum_tree',
  title: 'A workgroup for each row',
  level: 'a few lines',
  asks: 'One lane adds up a whole row, so neighbouring lanes read addresses a whole row apart, and a matrix with few rows leaves most of the device without work. Let a workgroup add up each row: neighbouring lanes read neighbouring elements, and their sums meet in workgroup memory, half of them added to the other half in each round, so that no lane has much to do.',
  op: 'row-sum',
  shape: { rows: 12, columns: 200 },
  exact: 'integers',
  start,
  hints: [
    'The dispatch is the number of rows, and the row is `workgroup_id.x`.',
    'Lane i takes columns i, i + 64, i + 128, ... and stores its sum in `partial[lane]`.',
    'Add the upper half to the lower half six times, with a barrier before each: `for (var half = 32u; half > 0u; half /= 2u)`.',
  ],
  solution,
  wrong: { source: edited(solution, ['half > 0u', 'half > 1u']), misses: 'correct' },
  goals: [
    sectorsPerRequest(5),
    activeLanes(0.5, 32, { buffer: 'x', access: 'read' }),
    accesses(2400, { buffer: 'x', access: 'read' }, 'reads of x'),
    workgroups(12),
    longestLane(40),
  ],
} satisfies Task;
