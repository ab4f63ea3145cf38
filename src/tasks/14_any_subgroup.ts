import { edited } from '../core/edited.ts';
import { barriers } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/any_subgroup.wgsl?raw';

export default {
  id: 'any_subgroup',
  title: 'Any subgroup size',
  level: 'a few lines',
  asks: 'This row sum takes for granted that 32 lanes make a subgroup. Devices have subgroups of 4 to 128 lanes, and the 48 lanes of a workgroup end in the middle of one of 32. Make it right at any size, with the single barrier that it has. Check can only try the size that this device has, so do not rely on that size either.',
  op: 'row-sum',
  shape: { rows: 9, columns: 200 },
  start,
  hints: [
    'It does not matter which slot a subgroup takes, as long as no other takes it too.',
    'atomicAdd(&filled, 1u) gives each elected lane a number of its own, and in the end `filled` says how many there were.',
    'partial[atomicAdd(&filled, 1u)] = subgroup; and later: slot < atomicLoad(&filled)',
  ],
  solution: edited(
    start,
    ['partial[lane / 32u]', 'partial[atomicAdd(&filled, 1u)]'],
    ['slot < WORKGROUP / 32u', 'slot < atomicLoad(&filled)'],
  ),
  wrong: {
    source: edited(start, ['lane / 32u', 'lane / 8u'], ['WORKGROUP / 32u', 'WORKGROUP / 8u']),
    misses: 'correct',
  },
  goals: [barriers(1)],
} satisfies Task;
