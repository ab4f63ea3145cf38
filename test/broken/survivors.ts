/**
 * Mutants that no input of ours tells from the kernel they were made of, and why. Most are the same function written
 * another way. A race is none: it is wrong, but adapters that run the lanes of a workgroup in order never lose it.
 */
import type { Mutant } from './mutate.ts';

interface Explanation {
  /** Paths under shaders/, e.g. "neuron/2_row_major.wgsl". */
  readonly kernels: readonly string[];
  /** The line as it stands, and as the mutant has it; "" where it was taken out. */
  readonly before: string;
  readonly after: string;
  readonly why: string;
}

const TREE = ['neuron/6_workgroup_tree.wgsl'];
const TILES = ['matmul/3_tiles.wgsl'];
const KEY_TILES = ['attention/3_kv_tiles.wgsl'];
const UNUSED = 'Same result: what is read past the edge is never used.';

export const EXPLANATIONS: readonly Explanation[] = [
  ...['if (true) {', 'if (lane <= half) {'].map((after) => ({
    kernels: TREE,
    before: 'if (lane < half) {',
    after,
    why: 'Race: a lane of the upper half now writes its slot while one of the lower half reads it. Where lower lanes run first, as on both software adapters, the read always comes first.',
  })),
  {
    kernels: TREE,
    before: 'if (lane == 0u) {',
    after: 'if (true) {',
    why: 'Race: every lane stores the total, and those that read it before the last addition store less. Where lower lanes run first, none does.',
  },
  {
    kernels: ['neuron/7_subgroup_sum.wgsl'],
    before: 'if (lane == 0u) {',
    after: 'if (true) {',
    why: 'Same result: behind the barrier every lane adds the same slots in the same order and stores the same total.',
  },
  {
    kernels: TILES,
    before: 'for (var start = 0u; start < p.k; start += TILE) {',
    after: 'for (var start = 0u; start <= p.k; start += TILE) {',
    why: 'Same result: where k is a multiple of TILE there is one more step, whose tiles hold zeros.',
  },
  ...['A', 'B'].map((matrix) => ({
    kernels: TILES,
    before: `var from${matrix} = 0.0;`,
    after: `var from${matrix} = 1.0;`,
    why: 'Same result: past the edge along k the other tile still holds zeros, and what lies past the other edges is never stored. One of the two fillers must be 0, not both.',
  })),
  {
    kernels: TILES,
    before: 'if (row < p.m && start + lane.x < p.k) {',
    after: 'if (row <= p.m && start + lane.x < p.k) {',
    why: 'Same result: one row past the last is loaded, and nothing computed from it is stored.',
  },
  {
    kernels: TILES,
    before: 'if (column < p.n && start + lane.y < p.k) {',
    after: 'if (column <= p.n && start + lane.y < p.k) {',
    why: 'Same result: one column past the last is loaded, and nothing computed from it is stored.',
  },
  ...['+ 1u', '- 0u'].flatMap((end) => [
    ...['DIM', 'VALUE_DIM'].map((dim) => ({
      kernels: KEY_TILES,
      before: `let key = min(first + i / ${dim}, length - 1u);`,
      after: `let key = min(first + i / ${dim}, length ${end});`,
      why: `${UNUSED} A key that is out of reach is left out, whatever the tile holds for it.`,
    })),
    {
      kernels: KEY_TILES,
      before: 'let s = score(product, maskStart + min(key, length - 1u), reaches(row, key, length));',
      after: `let s = score(product, maskStart + min(key, length ${end}), reaches(row, key, length));`,
      why: `${UNUSED} A key that is out of reach is left out, whatever the mask holds for it.`,
    },
    {
      kernels: KEY_TILES,
      before: 'let row = min(query, p.queries - 1u);',
      after: `let row = min(query, p.queries ${end});`,
      why: `${UNUSED} A lane without a query of its own stores nothing.`,
    },
  ]),
  {
    kernels: KEY_TILES,
    before: 'for (var first = 0u; first < length; first += KEY_TILE) {',
    after: 'for (var first = 0u; first <= length; first += KEY_TILE) {',
    why: 'Same result: where the keys fill whole tiles there is one more, none of whose keys is in reach.',
  },
  {
    kernels: KEY_TILES,
    before: 'var sum = 0.0;',
    after: 'var sum = 1.0;',
    why: 'Same result: the first key that is seen multiplies the sum by exp(LOWEST - score), which is 0.',
  },
];

/** Why a mutant of the kernel at `path` survives; undefined where nobody has said. */
export function explanation(path: string, { before, after }: Mutant): string | undefined {
  return EXPLANATIONS.find((one) => one.kernels.includes(path) && one.before === before && one.after === after)?.why;
}
