/** Why some mutants of the matmul kernels survive. */
import type { Explanation } from './survivors.ts';

const path = (id: string): string => `matmul/${id}.wgsl`;
const TILES = ['3_tiles', '4_padded'].map(path);
/** Kernels with a register tile of up to ROWS x COLUMNS, or GROUPS of rows. */
const REGISTER_TILES = ['6_vector_loads', '7_from_cache', '8_prefetch', '9_split_k', '11_quad_exchange', '13_swizzled'];
const GROUPED = ['10_subgroup_broadcast', '11_quad_exchange', '16_packed'];
/** Kernels that store whole vec4s where they may. */
const WHOLE = [...REGISTER_TILES, '10_subgroup_broadcast', '16_packed'];

/** A cache line for each lane. */
const LINES = path('19_line_per_lane');

const NOT_STORED = 'Same result: what is loaded past the last row or column is never stored.';
const FILLER =
  'Same result: past the edge along k the other tile still holds zeros, and what lies past the other edges is never stored. One of the two fillers must be 0, not both.';
const NOT_OURS =
  'Same result where sums are made that are not stored. A race where they are: the workgroup that owns their place stores to it as well, and here comes last.';
const FIRST_TAKES_ALL =
  'Same result: the first range now holds all of the terms and the others none, which is slow but adds up to the same.';

export const MATMUL: readonly Explanation[] = [
  {
    kernels: ['matmul/17_unrolled.wgsl'],
    edits: [/^return block([AB])\((.*)\(p\.([mn]) - 1u\) \/ 4u(.*) => return block\1\(\2\(p\.\3 - 1u\) \/ [1-3]u\4$/],
    why: 'Same result: blocks past the last row or column are not stored, whichever is read for them.',
  },
  {
    kernels: TILES,
    edits: [
      'for (var start = 0u; start < p.k; start += TILE) { => for (var start = 0u; start <= p.k; start += TILE) {',
    ],
    why: 'Same result: where k is a multiple of TILE there is one more step, whose tiles hold zeros.',
  },
  {
    kernels: TILES,
    edits: [/^var from([AB]) = 0\.0; => var from\1 = 1\.0;$/],
    why: FILLER,
  },
  {
    kernels: [path('3_tiles')],
    edits: [
      'if (row < p.m && start + lane.x < p.k) { => if (row <= p.m && start + lane.x < p.k) {',
      'if (column < p.n && start + lane.y < p.k) { => if (column <= p.n && start + lane.y < p.k) {',
    ],
    why: NOT_STORED,
  },
  {
    kernels: ['5_register_tile', '6_vector_loads'].map(path),
    edits: [/; slot \+= WX \* WY\) \{ => .*; slot \+= WX \+ WY\) \{$/],
    why: 'Same result: with a shorter step several lanes fill the same slots, with the same values.',
  },
  {
    kernels: [path('5_register_tile')],
    edits: [/^if \((first\w+ \+ \w+) < (p\.[mn]) && start \+ term < p\.k\) \{ => if \(\1 <= \2 && /],
    why: NOT_STORED,
  },
  { kernels: [path('5_register_tile')], edits: ['var value = 0.0; => var value = 1.0;'], why: FILLER },
  {
    kernels: REGISTER_TILES.map(path),
    edits: [/^if \((COLUMNS|ROWS) > 4u\) \{ => if \((true|\1 >= 4u|\1 > 3u)\) \{$/],
    why: NOT_OURS,
  },
  {
    kernels: GROUPED.map(path),
    edits: [/^if \(GROUPS > (\d)u\) \{ => if \((true|GROUPS >= \1u|GROUPS > [012]u)\) \{$/],
    why: NOT_OURS,
  },
  {
    kernels: WHOLE.map(path),
    edits: [
      /^if \(p\.bias == 0u \|\| 4u \* j >= p\.n\) \{ => if \(p\.bias == 0u \|\| (3u \* j >=|4u \* j >) p\.n\) \{$/,
    ],
    why: NOT_STORED,
  },
  {
    kernels: WHOLE.map(path),
    edits: ['if (TAIL == 0u) { => if (false) {', 'return; =>'],
    why: 'Same result: a whole vec4 is stored by single elements, now or once more; or a lane past the edge goes on to a second check.',
  },
  {
    kernels: ['9_split_k', '12_matrix_vector'].map(path),
    edits: [
      /^let share = \(blocks \+ SPLITS - 1u\) \/ SPLITS; => let share = \(blocks \+ SPLITS - 1u\) \* SPLITS;$/,
      /^let end = min\(\(group\.z \+ 1u\) \* share, blocks\); => let end = min\(\(group\.z - 1u\) \* share, blocks\);$/,
    ],
    why: FIRST_TAKES_ALL,
  },
  {
    kernels: WHOLE.map(path),
    edits: ['let last = min(p.n - 1u - 4u * j, 3u); => let last = min(p.n - 1u - 4u * j, 4u);'],
    why: 'Same result: Dawn moves an index past the end of a vec4 to its last element, which is the one meant.',
  },
  {
    kernels: [path('16_packed')],
    edits: [/^subgroupBroadcast\(low, /],
    lanes: 4,
    why: 'Not run: this way of sharing is for subgroups of 8 lanes, and those of SwiftShader have 4.',
  },
  {
    kernels: [LINES],
    edits: ['y[r * p.yPitch + column] = Elem(s); => y[r * p.n + column] = Elem(s);'],
    why: 'Same result: rows of y lie without gaps, so that its pitch is n.',
  },
  {
    kernels: [LINES],
    edits: ['let begin = min(first, (p.n + 3u) / 4u - BLOCKS); => let begin = min(first, (p.n + 3u) / 3u - BLOCKS);'],
    why: 'Same result: the last line of a row is loaded in place, past the end of the row, and what lies there is not stored.',
  },
  {
    kernels: [LINES],
    edits: ['if (BLOCKS > 2u) { => if (BLOCKS >= 2u) {'],
    why: 'Same result: with two blocks, sums of two more are made and not stored.',
  },
  {
    kernels: [LINES],
    edits: [
      /^if \(BLOCKS > [12]u && begin \+ (1u|3u) >= first\) \{ => if \(BLOCKS > [12]u && begin \+ (2u|4u) >= first\) \{$/,
    ],
    why: 'Same result: two lanes at the end of a row store the same sum of the same block.',
  },
];
