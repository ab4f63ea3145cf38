import { edited } from '../core/edited.ts';
import { barriers, longestLane } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/any_subgroup.wgsl?raw';

export default {
  id: 'any_subgroup',
  title: 'Any subgroup size',
  level: 'a few lines',
  asks: 'This row sum takes for granted that 32 lanes make a subgroup. Devices have subgroups of 4 to 128 lanes, and the 48 lanes of a workgroup end in the middle of one of 32. Make it right at any size, with the single barrier that it has. Check runs it on this device, and emulates the other sizes in workgroup memory.',
  op: 'row-sum',
  shape: { rows: 9, columns: 2000 },
  exact: 'integers',
  subgroups: [4, 8, 16, 32, 64, 128],
  start,
  hints: [
    'It does not matter which slot a subgroup takes, as long as no other takes it too.',
    '`atomicAdd(&filled, 1u)` gives each elected lane a number of its own, and in the end `filled` says how many there were.',
    '`partial[atomicAdd(&filled, 1u)] = subgroup;` and later: `slot < atomicLoad(&filled)`',
  ],
  solution: edited(
    start,
    ['partial[lane / 32u]', 'partial[atomicAdd(&filled, 1u)]'],
    ['slot < WORKGROUP / 32u', 'slot < atomicLoad(&filled)'],
  ),
  wrong: {
    // Right on a device whose subgroups have 8 lanes.
    source: edited(start, ['lane / 32u', 'lane / 8u'], ['WORKGROUP / 32u', 'WORKGROUP / 8u']),
    misses: 'subgroups',
  },
  goals: [barriers(9, 'one for each row'), longestLane(75)],
} satisfies Task;
