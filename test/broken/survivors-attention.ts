/** Why some mutants of the attention kernels survive. */
import type { Explanation } from './survivors.ts';

const path = (id: string): string => `attention/${id}.wgsl`;
const BACKWARD = ['1_recompute', '2_subgroups'].map((id) => `attention-backward/${id}.wgsl`);
const KEY_TILES = [path('3_kv_tiles')];
const REGISTER_TILES = ['4_register_tile', '5_one_rescale', '6_vector_loads', '7_skipped_tiles', '9_half_tiles'].map(
  path,
);
const SPLIT = ['11_split_keys', '12_paged', '14_key_lanes'].map(path);
const PREFETCH = ['13_prefetch', '15_split_tiles'].map(path);
const CLAMPED = [...KEY_TILES, ...REGISTER_TILES, path('8_subgroups'), ...PREFETCH, ...SPLIT];

export const ATTENTION: readonly Explanation[] = [
  {
    // min(key, length - 1u), min(query, vec4u(p.queries - 1u)), ...
    kernels: CLAMPED,
    edits: [
      /^(.*)min\((.+), ((?:vec4u\()?(?:p\.keys|p\.queries|length|rowsPerHead|end|count|VALUE_DIM4?)) - 1u(.*) => \1min\(\2, \3 (- 0u|\+ 1u)\4$/,
    ],
    why: 'Same result: what is read past the edge is never used. A key out of reach is left out whatever the tile or the mask holds for it, and a query or a column past the end is not stored.',
  },
  {
    kernels: [...KEY_TILES, ...['4_register_tile', '5_one_rescale', '6_vector_loads'].map(path)],
    edits: [/^for \(var (\w+) = 0u; \1 < length; \1 \+= KEY_TILE\) \{ => for \(var \1 = 0u; \1 <= length; /],
    why: 'Same result: where the keys fill whole tiles there is one more, none of whose keys is in reach.',
  },
  {
    kernels: [path('4_register_tile')],
    edits: ['for (var n = 0u; n < COLUMNS; n++) { => for (var n = 0u; n <= COLUMNS; n++) {'],
    why: 'Same result: columns past the last are summed, and not stored.',
  },
  {
    kernels: KEY_TILES,
    edits: ['var sum = 0.0; => var sum = 1.0;'],
    why: 'Same result: the first key that is seen multiplies the sum by exp(LOWEST - score), which is 0.',
  },
  {
    kernels: ['1_three_passes', '2_online', '3_kv_tiles', '8_subgroups']
      .map(path)
      .concat(REGISTER_TILES, PREFETCH, SPLIT),
    edits: ['if (RAGGED) { => if (true) {'],
    why: 'Not the same: where no lengths are given an unused buffer stands in for them, whose poison happens to be larger than any number of keys.',
  },
  {
    kernels: SPLIT,
    edits: [/^end = min\(end, u32\(max\((.*)\) \+ 1, 0\)\)\); => end = min\(end, u32\(max\(\1\) \+ 2, 0\)\)\);$/],
    why: 'Same result: one key more is compared, and then hidden.',
  },
  {
    kernels: SPLIT,
    edits: ['if (CAUSAL || WINDOWED) { => if (true) {'],
    why: 'Same result: of the two conditions inside none holds either.',
  },
  {
    kernels: [path('7_skipped_tiles'), ...PREFETCH],
    edits: [
      /^first = u32\(max\(i32\(firstQuery\) \+ p\.offset - p\.window \+ 1, 0\)\) \/ KEY_TILE \* KEY_TILE; =>$/,
      /^commonEnd = min\(commonEnd, u32\(max\((.*)\)\)\); => commonEnd = min\(commonEnd, u32\(min\(\1\)\)\);$/,
    ],
    why: 'Same result, only slower: tiles that could be skipped, or taken without asking each key, are masked instead.',
  },
  {
    kernels: [...['7_skipped_tiles', '8_subgroups', '9_half_tiles'].map(path), ...PREFETCH],
    edits: [/^let lastQuery = min\((.*)\) - 1u; => let lastQuery = min\(\1\) (- 0u|\+ 1u);$/],
    why: 'Same result: the range of keys is taken for a query more than there are, and what is out of reach is masked.',
  },
  {
    kernels: PREFETCH,
    edits: [
      /^if \(slot < KEY_TILE \* (VALUE_)?DIM4 && key < length\) \{ => if \(slot < KEY_TILE \* (VALUE_)?DIM4 \|\| key < length\) \{$/,
      /^for \(var i = 0u; i < (KEYS|VALUES)_EACH; i\+\+\) \{ => for \(var i = 0u; i <= (KEYS|VALUES)_EACH; i\+\+\) \{$/,
    ],
    why: 'Same result: what is loaded besides is not stored, since it is past the end of the tile, or is left out, since no query sees the key.',
  },
  {
    kernels: [path('8_subgroups')],
    edits: ['if (CAUSAL) { => if (false) {', 'if (WINDOWED) { => if (false) {'],
    why: 'Same result, only slower: the tiles that causality or the window hide are masked instead of skipped.',
  },
  {
    kernels: ['6_vector_loads', '7_skipped_tiles', '9_half_tiles'].map(path),
    edits: [/^(tileData\[.*), key < length\); => \1, key <= length\);$/],
    why: 'Same result: one key past the end is loaded, and left out.',
  },
  {
    kernels: [path('1_three_passes'), path('2_online'), ...CLAMPED, ...BACKWARD],
    edits: [/^(if \(MASK == 3u\)|let half = |return select\(bitcast<u32>\(unpack2x16float)/],
    lanes: 4,
    why: 'Not run: this reads a mask in f16, which SwiftShader, with its subgroups of 4 lanes, does not have.',
  },
  {
    kernels: [path('12_paged')],
    edits: ['sums *= select(0.0, 1.0 / sum, sum > 0.0); => sums *= select(1.0, 1.0 / sum, sum > 0.0);'],
    why: 'Same result: where the sum of the weights is 0, so is every sum of values.',
  },
  {
    kernels: [BACKWARD[0]],
    edits: [/^rows\[.*\] = vec4f\(.*\); => rows\[.*\] = vec4f\(.*1\.0(, 0\.0)*\);$/],
    why: 'Same result: nothing reads this component of what a row keeps.',
  },
  {
    kernels: [path('8_subgroups')],
    edits: [/^(if \(LANES == 8u\)|.*\b[abcd]1\b|.*\bhigh\()/],
    lanes: 4,
    why: 'Not run: this half is for subgroups of 8 lanes, and those of SwiftShader have 4.',
  },
  {
    kernels: [BACKWARD[0]],
    edits: ['if (RAGGED) { => if (true) {'],
    why: 'Not the same: where no lengths are given an unused buffer stands in for them in `books`, whose poison happens to be larger than any number of keys. The same in the other passes, for which `books` leaves all lengths.',
  },
  {
    kernels: [BACKWARD[1]],
    edits: [/^(.*)min\((\w+), (.*)- 1u(.*) => \1min\(\2, \3(- 0u|\+ 1u)\4$/],
    why: 'Same result: what is read past the edge is left out, or not stored.',
  },
  {
    kernels: [BACKWARD[1]],
    edits: [/^(if \(LANES == 8u\)|.*\b[abcd]1\b|.*\bhigh\w*\(|subgroupBroadcast\(\w+, 4u\))/],
    lanes: 4,
    why: 'Not run: this half is for subgroups of 8 lanes, and those of SwiftShader have 4.',
  },
  {
    kernels: [BACKWARD[1]],
    edits: [
      'if (head % p.heads == 0u && firstQuery + invocation == 0u) { => if (head % p.heads == 0u && firstQuery + invocation == 1u) {',
    ],
    why: 'Same result: another lane leaves the same length.',
  },
  {
    kernels: [BACKWARD[1]],
    edits: [/^(select\(vec4f\(\), w\[(\d)\] .*), w\[\2\] > vec4f\(\)\), => \1, w\[\2\] >= vec4f\(\)\),$/],
    why: 'Same result on Vulkan: the NaN that a hidden key may now give is left out by `seen`, whose != is false for a NaN there.',
  },
  {
    kernels: SPLIT,
    edits: [
      /^first = max\(first, u32\(max\((.*) \+ 1, 0\)\)\); => first = max\(first, u32\(max\(\1 (\+ 0|- 1), 0\)\)\);$/,
    ],
    why: 'Same result: a key or two more are compared, and then hidden.',
  },
  {
    kernels: ['11_split_keys', '12_paged'].map(path),
    edits: ['for (var i = 1u; i < WORKGROUP; i++) { => for (var i = 0u; i < WORKGROUP; i++) {'],
    why: 'Same result: a maximum is compared with itself.',
  },
];
