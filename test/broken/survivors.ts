/**
 * Mutants that no input of ours tells from the kernel they were made of, and why. Most are the same function written
 * another way. A race is not: it is wrong, but adapters that run the lanes of a workgroup in order never lose it.
 */
import type { Mutant } from './mutate.ts';
import { ATTENTION } from './survivors-attention.ts';
import { MATMUL } from './survivors-matmul.ts';
import { SMALL } from './survivors-small.ts';

export interface Explanation {
  /** Paths under shaders/, e.g. "neuron/2_row_major.wgsl". */
  readonly kernels: readonly string[];
  /** "line before => line after" as a mutant has them, nothing after the arrow where the line went; or a pattern of it. */
  readonly edits: readonly (string | RegExp)[];
  /** What the next line must be, where the same edit means something else elsewhere. */
  readonly next?: RegExp;
  /** The most lanes a subgroup may have for the explanation to hold. */
  readonly lanes?: number;
  readonly why: string;
}

const ROW_SUMS = ['3_workgroup_rows', '4_vector_loads', '6_split_rows'].map((id) => `softmax/${id}.wgsl`);
/** Whose last addition no barrier follows. */
const TREES = ['neuron/6_workgroup_tree.wgsl', 'row-sum/2_workgroup_tree.wgsl'];

const NEURON: readonly Explanation[] = [
  {
    kernels: [...TREES, ...ROW_SUMS],
    edits: [/^if \(lane < half\) \{ => if \((true|lane <= half)\) \{$/],
    why: 'Race: a lane of the upper half now writes its slot while one of the lower half reads it. Where lower lanes run first, as on both software adapters, the read always comes first.',
  },
  {
    kernels: TREES,
    edits: ['if (lane == 0u) { => if (true) {'],
    why: 'Race: every lane stores the total, and those that read it before the last addition store less. Where lower lanes run first, none does.',
  },
  {
    kernels: ['neuron/7_subgroup_sum.wgsl', 'neuron/8_subgroup_vectors.wgsl'],
    edits: ['if (lane == 0u) { => if (true) {'],
    why: 'Same result: behind the barrier every lane adds the same slots in the same order and stores the same total.',
  },
];

const SOFTMAX: readonly Explanation[] = [
  {
    kernels: ['softmax/2_online.wgsl'],
    edits: ['var sum = 0.0; => var sum = 1.0;'],
    why: 'Same result: the first element multiplies the sum by exp(LOWEST - score), which is 0.',
  },
  {
    kernels: ROW_SUMS.filter((path) => !path.includes('4_')),
    edits: [/^var (part|seen) = vec2f\(LOWEST, 0\.0\); => .*LOWEST, 1\.0\);$/],
    why: 'Same result: whatever a lane that has seen nothing adds is multiplied by exp(LOWEST - maximum), which is 0.',
  },
  {
    kernels: ROW_SUMS,
    edits: ['workgroupBarrier(); =>'],
    next: /parts\[0\];$/,
    why: 'Race, the last barrier gone: lanes read the total while lane 0 may still be adding it up. Where lower lanes run first, as on both software adapters, it has.',
  },
  {
    kernels: ['softmax/6_split_rows.wgsl'],
    edits: ['if (lane == 0u) { => if (true) {'],
    why: 'Same result: behind the barrier every lane stores the same total.',
  },
  {
    kernels: ['softmax/6_split_rows.wgsl'],
    edits: ['if (row >= p.rows) { => if (row > p.rows) {'],
    why: 'Not the same: where the grid is folded, a spare workgroup writes past the end of the scratch buffer. This adapter drops such a write, and scratch is not looked at.',
  },
];

export const EXPLANATIONS: readonly Explanation[] = [...NEURON, ...SOFTMAX, ...MATMUL, ...ATTENTION, ...SMALL];

/** Why a mutant of the kernel at `path` survives where subgroups have `lanes`; undefined where nobody has said. */
export function explanation(path: string, mutant: Mutant, lanes: number): string | undefined {
  const fits = (one: Explanation): boolean => one.kernels.includes(path) && lanes <= (one.lanes ?? lanes);
  return EXPLANATIONS.find((one) => fits(one) && explains(one, mutant))?.why;
}

/** Whether it speaks of this mutant, in whatever kernel. */
export function explains({ edits, next }: Explanation, { line, before, after, source }: Mutant): boolean {
  if (next && !next.test(source.split('\n')[line].trim())) return false;
  const edit = `${before} => ${after}`.trim();
  return edits.some((one) => (typeof one === 'string' ? one === edit : one.test(edit)));
}
