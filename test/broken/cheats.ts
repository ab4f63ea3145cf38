/**
 * Kernels that do their work once and then gain by having done it: by what they wrote, by a count, by a fingerprint of
 * their inputs. Each is right in its first run, so that no check of a single run could tell.
 */
import { findKernel, source } from '../../src/kernels/index.ts';
import type { Knobs } from '../../src/kernels/types.ts';
import type { Request } from '../../src/lab/protocol.ts';
import type { Shape } from '../../src/ops/types.ts';
import { type Edit, plant } from './fault.ts';

export interface Cheat {
  readonly id: string;
  readonly op: string;
  readonly kernel: string;
  readonly shape: Shape;
  readonly knobs?: Knobs;
  readonly edits: readonly Edit[];
  /** What gives it away where it is timed. */
  readonly timed: RegExp;
  /** And where it is not; null where all of its outputs are right, which then is all that a verdict says. */
  readonly untimed: RegExp | null;
}

const OTHERS = /^On (other inputs|the [^:,]+), over the output of an earlier run: /;
const AGAIN = /^When run again: /;
const TIMED = /^After the timed runs: /;
const ALTERNATING = /^In runs that alternate between two inputs: /;
const IDLE =
  /^Its timed runs left out part of the work: [\d.e+-]+ ms a run where inputs repeat, [\d.e+-]+ ms where they change$/;
/** Refused before it runs. */
export const READ_ONLY = /^Binding \d+ is the input \w+, .*: declare it var<storage, read>, not read_write$/;

const POISON = '0x7fc5a5a5u';
const SCRATCH_POISON = '0x7fc01234u';
/** What scratch is filled with before the second run: a counter that knows of it counts on. */
const CLUTTER = '0x7f000001u';
/** The scratch of attention that stands where there is no mask, made a memory of one workgroup's runs. */
const MEMORY: Edit = ['var<storage, read> mask: array<u32>', 'var<storage, read_write> mask: array<u32>'];
/** Used where one workgroup does all the work: of several, one might have changed the memory before another reads it. */
const ALONE = 'p.tiles <= WORKGROUP';
const ONE_GROUP = { batch: 1, heads: 2, queries: 32, keys: 512, dim: 32 };
const ONE_GROUP_KNOBS = { WORKGROUP: 64 };
const TOP: Edit['0'] = '  let row = id.x + id.y * grid.x * WORKGROUP;\n';
const count = (skips: string): Edit => [
  TOP,
  `${TOP}  let held = mask[0];
  let before = select(select(held, held - ${CLUTTER} + 1u, held >= ${CLUTTER}), 0u, held == ${SCRATCH_POISON});
  storageBarrier();
  if (row == 0u) { mask[0] = before + 1u; }
  if (${ALONE} && ${skips}) { return; }
`,
];

export const cheats: readonly Cheat[] = [
  {
    id: 'returns-if-written',
    op: 'neuron',
    kernel: '2_row_major',
    shape: { inputs: 1024, neurons: 256 },
    edits: [
      ['  let row = p.wOffset', `  if (bitcast<u32>(y[neuron]) != ${POISON}) { return; }\n  let row = p.wOffset`],
    ],
    timed: OTHERS,
    untimed: OTHERS,
  },
  {
    id: 'returns-if-written, with one output that may be 0 for most inputs',
    op: 'neuron',
    kernel: '2_row_major',
    shape: { inputs: 33, neurons: 1, relu: 1 },
    edits: [
      ['  let row = p.wOffset', `  if (bitcast<u32>(y[neuron]) != ${POISON}) { return; }\n  let row = p.wOffset`],
    ],
    timed: OTHERS,
    untimed: OTHERS,
  },
  {
    id: 'returns-if-written',
    op: 'matmul',
    kernel: '2_coalesced',
    shape: { m: 64, n: 64, k: 64 },
    edits: [
      ['  var sum = 0.0;', `  if (bitcast<u32>(c[row * p.cRow + column]) != ${POISON}) { return; }\n  var sum = 0.0;`],
    ],
    timed: OTHERS,
    untimed: OTHERS,
  },
  {
    id: 'returns-if-written',
    op: 'attention',
    kernel: '2_online',
    shape: ONE_GROUP,
    knobs: ONE_GROUP_KNOBS,
    edits: [
      [
        '  let kStart = place(p.k, sequence, head / p.group);\n  let vStart',
        `  if (bitcast<u32>(o[place(p.o, sequence, head) + query * p.o.token]) != ${POISON}) { return; }
  let kStart = place(p.k, sequence, head / p.group);\n  let vStart`,
      ],
    ],
    timed: OTHERS,
    untimed: OTHERS,
  },
  {
    id: 'returns-if-written',
    op: 'attention-backward',
    kernel: '1_recompute',
    shape: { heads: 4, kvHeads: 2, queries: 19, keys: 43, dim: 20, valueDim: 12 },
    edits: [
      [
        '  let key = keyRow % p.keys;\n',
        `  if (bitcast<u32>(dk[keyRow * DIM]) != ${POISON}) { return; }\n  let key = keyRow % p.keys;\n`,
      ],
    ],
    timed: OTHERS,
    untimed: OTHERS,
  },
  {
    id: 'returns-if-written',
    op: 'softmax',
    kernel: '1_three_looks',
    shape: { rows: 64, columns: 256 },
    edits: [
      ['  var maximum = LOWEST;', `  if (bitcast<u32>(y[first]) != ${POISON}) { return; }\n  var maximum = LOWEST;`],
    ],
    timed: OTHERS,
    untimed: OTHERS,
  },
  {
    id: 'partial-sums-kept',
    op: 'softmax',
    kernel: '6_split_rows',
    shape: { rows: 16, columns: 4096 },
    edits: [
      [
        '  if (lane == 0u) {\n    partial[part] = whole;',
        `  if (lane == 0u && bitcast<u32>(partial[part].x) == ${SCRATCH_POISON}) {\n    partial[part] = whole;`,
      ],
    ],
    timed: OTHERS,
    untimed: OTHERS,
  },
  {
    id: 'panels-packed-once',
    op: 'matmul',
    kernel: '16_packed',
    shape: { m: 64, n: 64, k: 256 },
    knobs: { GROUPS: 1, WORKGROUP: 8 },
    edits: [
      [
        '  var block = mat4x4f();\n  if (4u * r < p.m) {',
        `  if (bitcast<u32>(packedA[(4u * r / rows * blocks + i) * rows + 4u * r % rows].x) != ${SCRATCH_POISON}) { return; }
  var block = mat4x4f();\n  if (4u * r < p.m) {`,
      ],
    ],
    timed: OTHERS,
    untimed: OTHERS,
  },
  {
    id: 'adds-to-what-it-wrote',
    op: 'matmul',
    kernel: '2_coalesced',
    shape: { m: 64, n: 64, k: 64 },
    edits: [
      [
        'c[row * p.cRow + column] = Elem(sum);',
        `let old = c[row * p.cRow + column];
  c[row * p.cRow + column] = select(sum + old, sum, bitcast<u32>(old) == ${POISON});`,
      ],
    ],
    timed: OTHERS,
    untimed: OTHERS,
  },
  {
    id: 'done-flag-behind-an-input',
    op: 'softmax',
    kernel: '1_three_looks',
    shape: { rows: 32, columns: 256 },
    edits: [
      ['var<storage, read> x: array<Elem>', 'var<storage, read_write> x: array<Elem>'],
      [
        '  var maximum = LOWEST;',
        `  if (x[p.rows * p.columns + row] == 2.0) { return; }
  x[p.rows * p.columns + row] = select(1.0, 2.0, x[p.rows * p.columns + row] == 1.0);
  var maximum = LOWEST;`,
      ],
    ],
    timed: READ_ONLY,
    untimed: READ_ONLY,
  },
  {
    id: 'input-replaced',
    op: 'softmax',
    kernel: '1_three_looks',
    shape: { rows: 32, columns: 64 },
    edits: [
      [
        '@group(0) @binding(0) var<storage, read> x',
        '@binding( 0 ) /* read */ @group(0)\nvar < storage, read_write > x',
      ],
      ['/ sum);', '/ sum);\n    x[first + i] = x[first + i] - maximum;'],
    ],
    timed: READ_ONLY,
    untimed: READ_ONLY,
  },
  {
    id: 'every-second-run-skipped',
    op: 'attention',
    kernel: '2_online',
    shape: ONE_GROUP,
    knobs: ONE_GROUP_KNOBS,
    edits: [MEMORY, count('before % 2u == 1u')],
    timed: OTHERS,
    untimed: OTHERS,
  },
  {
    id: 'third-run-skipped',
    op: 'attention',
    kernel: '2_online',
    shape: ONE_GROUP,
    knobs: ONE_GROUP_KNOBS,
    edits: [MEMORY, count('before == 2u')],
    timed: AGAIN,
    untimed: AGAIN,
  },
  {
    id: 'fourth-and-later-runs-skipped',
    op: 'attention',
    kernel: '2_online',
    shape: ONE_GROUP,
    knobs: ONE_GROUP_KNOBS,
    edits: [MEMORY, count('before >= 3u')],
    timed: TIMED,
    untimed: null,
  },
  {
    id: 'every-second-later-run-skipped',
    op: 'attention',
    kernel: '2_online',
    shape: ONE_GROUP,
    knobs: ONE_GROUP_KNOBS,
    edits: [MEMORY, count('before >= 3u && before % 2u == 1u')],
    timed: ALTERNATING,
    untimed: null,
  },
  {
    id: 'spoilt-by-the-fourth-run',
    op: 'attention',
    kernel: '2_online',
    shape: ONE_GROUP,
    knobs: ONE_GROUP_KNOBS,
    edits: [
      MEMORY,
      count('false'),
      ['Elem(output[c]);', `Elem(output[c] + select(0.0, 1.0, ${ALONE} && before >= 3u));`],
    ],
    timed: TIMED,
    untimed: null,
  },
  {
    id: 'fingerprint-of-the-inputs-kept',
    op: 'attention',
    kernel: '2_online',
    shape: ONE_GROUP,
    knobs: ONE_GROUP_KNOBS,
    edits: [
      MEMORY,
      [
        TOP,
        `${TOP}  let print = bitcast<u32>(q[3] + 3.0 * k[5] + 7.0 * v[7]);
  let seen = mask[0] == print;
  storageBarrier();
  if (row == 0u) { mask[0] = print; }
  if (${ALONE} && seen) { return; }
`,
      ],
    ],
    timed: IDLE,
    untimed: null,
  },
  {
    id: 'one-element-computed-again',
    op: 'softmax',
    kernel: '1_three_looks',
    shape: { rows: 64, columns: 1024 },
    edits: [
      [
        '  var maximum = LOWEST;',
        `  let known = f32(y[first + 1u]) / f32(y[first]);
  let fresh = exp(f32(x[first + 1u]) - f32(x[first]));
  if (abs(known - fresh) < 1e-5 * fresh) { return; }
  var maximum = LOWEST;`,
      ],
    ],
    timed: IDLE,
    untimed: null,
  },
  {
    id: 'one-element-computed-again',
    op: 'matmul',
    kernel: '7_from_cache',
    shape: { m: 64, n: 64, k: 256 },
    edits: [
      [
        '  // Sums of row r: s[2 * r] and, WX',
        `  var one = 0.0;
  let rowStart = offsetA + 4u * min(rowBlock, lastRow) * stepA;
  let columnStart = offsetB + min(columnBlock, lastColumn);
  for (var i = 0u; i < blocks; i++) {
    let at = columnStart + 4u * i * stepB;
    one += dot(vec4f(a[rowStart + i]),
      vec4f(b[at].x, b[at + stepB].x, b[at + 2u * stepB].x, b[at + 3u * stepB].x));
  }
  if (abs(c[4u * rowBlock * p.cPitch + columnBlock].x - one) < 1e-4) { return; }
  // Sums of row r: s[2 * r] and, WX`,
      ],
    ],
    timed: IDLE,
    untimed: null,
  },
];

/** The request that runs a cheat. */
export function cheatRequest({ op, kernel, shape, knobs, edits }: Cheat): Request {
  const found = findKernel(op, kernel);
  if (!found) throw new Error(`${op} has no kernel ${kernel}`);
  const text = plant(source(found), edits, `${op}/${kernel}.wgsl`);
  return { op, kernel, shape, ...(knobs ? { knobs } : {}), source: text };
}
