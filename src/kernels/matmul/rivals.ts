/** What races for `0_auto` of matmul: which kernels with which knobs, and which problems share an outcome. */
import type { Problem, Shape } from '../../ops/types.ts';
import type { Capabilities, Choice, Knobs } from '../types.ts';
import { takesVectors } from './choice.ts';

/** Sizes from 2^11 on are one class: their order was the same wherever it was measured. */
const LARGEST = 11;
/** Rows that are kept of a problem that is too large to be raced: fewer would hide what reuse of B is worth. */
const LEAST_ROWS = 128;

/** "m9 n9 k9, row/row, vec4": each size to the nearest power of two, and how the data lie. */
export function classOf(problem: Problem, given: Knobs): string {
  const { m, n, k } = problem.shape;
  const [rows, columns, terms] = [m, n, k].map((size) => Math.min(LARGEST, Math.round(Math.log2(size))));
  const loads = takesVectors(problem, given) ? 'vec4' : 'single';
  return `m${rows} n${columns} k${terms}, ${given.layoutA}/${given.layoutB}, ${loads}`;
}

/** Rows are given up first, so that B keeps its pitch: what its rows do to the caches decides much. */
export function raced({ shape }: Problem, mostOperations: number): Shape {
  let { m, n, k } = shape;
  while (2 * m * n * k > mostOperations && Math.max(m, n, k) > 1) {
    if (m > LEAST_ROWS) m = Math.max(LEAST_ROWS, Math.ceil(m / 2));
    else if (n >= k) n = Math.ceil(n / 2);
    else k = Math.ceil(k / 2);
  }
  return { ...shape, m, n, k };
}

export function rivals(problem: Problem, given: Knobs, device: Capabilities): readonly Choice[] {
  const { m, n } = problem.shape;
  if (!takesVectors(problem, given)) {
    return [
      { kernel: '5_register_tile', knobs: {} },
      { kernel: '2_coalesced', knobs: {} },
    ];
  }
  if (m === 1 || n === 1) return vectors(problem, given, device);
  return device.software ? onProcessors(problem) : onGpus();
}

/** Few and large tiles in registers: what the processor's lanes load is what they wait for. */
function onProcessors({ shape: { m, n } }: Problem): readonly Choice[] {
  const groups = (rows: number): number => Math.min(4, Math.ceil(m / rows));
  return [
    { kernel: '10_subgroup_broadcast', knobs: { WORKGROUP: 8, GROUPS: groups(8) } },
    { kernel: '11_quad_exchange', knobs: { WORKGROUP: 4, GROUPS: groups(4), COLUMNS: n > 16 ? 8 : 4 } },
    { kernel: '16_packed', knobs: { WORKGROUP: 8 } },
    { kernel: '7_from_cache', knobs: { WX: 2, WY: 2 } },
  ];
}

/** Large tiles, small tiles, and small ones with k split among workgroups. */
function onGpus(): readonly Choice[] {
  return [
    { kernel: '17_unrolled', knobs: {} },
    { kernel: '8_prefetch', knobs: {} },
    { kernel: '18_matrices_staged', knobs: {} },
    { kernel: '9_split_k', knobs: { SPLITS: 8 } },
    { kernel: '7_from_cache', knobs: {} },
  ];
}

/** Wide and narrow stretches of each row for a lane, with k in one range or in many. */
function vectors({ shape: { m, k } }: Problem, given: Knobs, device: Capabilities): readonly Choice[] {
  const kernel = '12_matrix_vector';
  const byColumn = m === 1 ? given.layoutB === 'column' : given.layoutA === 'row';
  const splits = (wanted: number): number => 2 ** Math.round(Math.log2(Math.max(1, Math.min(128, k / 32, wanted))));
  if (byColumn)
    return [
      [8, 8],
      [16, 16],
      [64, 1],
    ].map(([WX, WY]) => ({ kernel, knobs: { WX, WY } }));
  const few = [
    { kernel, knobs: { WX: 16, WY: 16 } },
    { kernel, knobs: { WX: 8, WY: 8, SPLITS: splits(8) } },
  ];
  if (!device.software) return [...few, { kernel, knobs: { WX: 32, WY: 8, SPLITS: splits(16) } }];
  return [
    { kernel: '19_line_per_lane', knobs: { COLUMNS: 16, ROWS: 1 } },
    { kernel: '19_line_per_lane', knobs: { COLUMNS: 16, ROWS: 2 } },
    { kernel: '19_line_per_lane', knobs: { COLUMNS: 8, ROWS: 1 } },
    { kernel, knobs: { WX: 8, WY: 1, COLUMNS: 16, SPLITS: splits(k / 512) } },
    { kernel, knobs: { WX: 64, WY: 1, COLUMNS: 8, SPLITS: splits(128) } },
    few[0],
  ];
}
