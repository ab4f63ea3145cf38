import { edited } from '../core/edited.ts';
import { activeLanes, bytesFetched, noBankConflicts, sectorsPerRequest } from './goals.ts';
import type { Task } from './types.ts';
import start from './wgsl/transpose_tile_solution.wgsl?raw';

export default {
  id: 'transpose_banks',
  title: 'A transpose without conflicts',
  level: 'one line',
  asks: 'Lanes that read a column of this tile all hit one bank of workgroup memory, so a request takes 32 passes: neighbours in a column lie 32 words apart, and there are 32 banks. Change how far apart rows of the tile lie, so that each lane of a group finds a bank of its own.',
  op: 'transpose',
  shape: { rows: 64, columns: 64 },
  start,
  hints: [
    'An address lies in bank (address in words) mod 32. Which addresses does a column have?',
    'With a pitch of 33 the words of a column are 33 apart, and 33 mod 32 is 1.',
    '`const PITCH: u32 = 33u;`',
  ],
  solution: edited(start, ['const PITCH: u32 = 32u;', 'const PITCH: u32 = 33u;']),
  wrong: { source: edited(start, ['const PITCH: u32 = 32u;', 'const PITCH: u32 = 34u;']), misses: 'banks' },
  goals: [
    noBankConflicts(),
    sectorsPerRequest(4, { buffer: 'x', access: 'read' }),
    sectorsPerRequest(4, { buffer: 'y', access: 'write' }),
    // Half of the lanes at a time would meet in no bank either.
    activeLanes(0.9, 32),
    bytesFetched(32_768),
  ],
} satisfies Task;
