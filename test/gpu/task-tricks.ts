/** Answers to tasks that reach the numbers that a task asks for and miss its point: each must miss a goal. */
import { edited } from '../../src/core/edited.ts';
import matmul from '../../src/tasks/wgsl/matmul.wgsl?raw';
import { kernel, MATRIX, task, X_Y } from './task-texts.ts';

export interface Trick {
  readonly task: string;
  readonly trick: string;
  readonly source: string;
  /** Id of a goal that it misses. */
  readonly misses: string;
}

const SCRATCH = [...X_Y, 'read_write> s: array<f32>'];
const ROWS = ['op: row-sum', 'entry: sumRows', 'workgroup: 64', 'dispatch: rows'];
const SOFTMAX = ['op: softmax', 'entry: rows', 'workgroup: 64', 'dispatch: ceil(rows / 64)'];
const COPIED = ['entry: copyAll', 'workgroup: 64', 'dispatch: ceil(rows * columns / 64)'];
const COPY_ALL = `@compute @workgroup_size(64)
fn copyAll(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < p.rows * p.columns) { s[id.x] = x[id.x]; }
}`;

/** Three looks at whatever holds a row. */
function threeLooks(at: string, from: string, to: string): string {
  return `var maximum = -3.4e38;
  for (var i = 0u; i < p.columns; i++) { maximum = max(maximum, ${at}); }
  var sum = 0.0;
  for (var i = 0u; i < p.columns; i++) { sum += exp(${at} - maximum); }
  for (var i = ${from}; i < p.columns; i += ${to}) { y[row * p.columns + i] = exp(${at} - maximum) / sum; }`;
}

export const tricks: readonly Trick[] = [
  {
    task: 'tiles',
    trick: 'a single workgroup does all the work',
    source: edited(
      matmul,
      [
        '@builtin(global_invocation_id) id: vec3u',
        '@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u',
      ],
      [
        '  let row = id.y;\n  let column = id.x;\n  if (row >= p.m || column >= p.n) {\n    return;\n  }\n',
        '  if (group.x != 1u || group.y != 2u) { return; }\n  for (var row = id.y; row < p.m; row += 16u) { for (var column = id.x; column < p.n; column += 16u) {\n',
      ],
      ['  c[row * p.n + column] = sum;\n', '  c[row * p.n + column] = sum;\n  }}\n'],
    ),
    misses: 'bytes fetched',
  },
  {
    task: 'tiles',
    trick: 'only small matrices go through tiles',
    source: edited(task('tiles').solution, [
      '      sum = fma(tileA[lane.y * TILE + i], tileB[i * TILE + lane.x], sum);\n',
      '      if (p.n <= 70u) { sum = fma(tileA[lane.y * TILE + i], tileB[i * TILE + lane.x], sum); }\n      else if (column < p.n && start + i < p.k) { sum = fma(tileA[lane.y * TILE + i], b[(start + i) * p.n + column], sum); }\n',
    ]),
    misses: 'larger bytes fetched',
  },
  {
    task: 'row_sum_tree',
    trick: 'rows are copied to workgroup memory, where one lane adds them up',
    source: kernel(
      ROWS,
      MATRIX,
      X_Y,
      `var<workgroup> copied: array<f32, 200>;
@compute @workgroup_size(64)
fn sumRows(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  for (var i = lane; i < p.columns; i += 64u) { copied[i] = x[group.x * p.columns + i]; }
  workgroupBarrier();
  if (lane == 0u) {
    var sum = 0.0;
    for (var i = 0u; i < p.columns; i++) { sum += copied[i]; }
    y[group.x] = sum;
  }
}`,
    ),
    misses: 'longest lane',
  },
  {
    task: 'row_sum_tree',
    trick: 'rows are copied to scratch, and then read by one lane each as before',
    source: kernel(
      [
        'op: row-sum',
        ...COPIED,
        'entry: sumRows',
        'workgroup: 64',
        'dispatch: ceil(rows / 64)',
        'scratch: s = 4 * rows * columns',
      ],
      MATRIX,
      SCRATCH,
      `${COPY_ALL}
@compute @workgroup_size(64)
fn sumRows(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.rows) { return; }
  var sum = 0.0;
  for (var i = 0u; i < p.columns; i++) { sum += s[id.x * p.columns + i]; }
  y[id.x] = sum;
}`,
    ),
    misses: 'sectors on every line',
  },
  {
    task: 'row_sum_tree',
    trick: 'all lanes read the same elements',
    source: kernel(
      ROWS,
      MATRIX,
      X_Y,
      `@compute @workgroup_size(64)
fn sumRows(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = 0u; i < p.columns; i++) { sum += x[group.x * p.columns + i]; }
  if (lane == 0u) { y[group.x] = sum; }
}`,
    ),
    misses: 'accesses reads of x',
  },
  {
    task: 'online',
    trick: 'rows are copied to scratch and looked at three times there',
    source: kernel(
      ['op: softmax', ...COPIED, ...SOFTMAX.slice(1), 'scratch: s = 4 * rows * columns'],
      MATRIX,
      SCRATCH,
      `${COPY_ALL}
@compute @workgroup_size(64)
fn rows(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  if (row >= p.rows) { return; }
  ${threeLooks('s[row * p.columns + i]', '0u', '1u')}
}`,
    ),
    misses: 'reads elsewhere',
  },
  {
    task: 'online',
    trick: 'a lane copies a row to an array of its own, and reads x once more for nothing',
    source: kernel(
      SOFTMAX,
      MATRIX,
      X_Y,
      `@compute @workgroup_size(64)
fn rows(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  if (row >= p.rows) { return; }
  var own: array<f32, 2050>;
  for (var i = 0u; i < p.columns; i++) { own[i] = x[row * p.columns + i]; }
  for (var i = 0u; i < p.columns; i++) { _ = x[row * p.columns + i]; }
  ${threeLooks('own[i]', '0u', '1u')}
}`,
    ),
    misses: 'keeps',
  },
  {
    task: 'online',
    trick: 'a workgroup keeps the row in workgroup memory',
    source: kernel(
      ['op: softmax', 'entry: rows', 'workgroup: 64', 'dispatch: rows'],
      MATRIX,
      X_Y,
      `var<workgroup> copied: array<f32, 2050>;
@compute @workgroup_size(64)
fn rows(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  for (var i = lane; i < p.columns; i += 64u) { copied[i] = x[row * p.columns + i]; }
  workgroupBarrier();
  ${threeLooks('copied[i]', 'lane', '64u')}
}`,
    ),
    misses: 'sizes',
  },
  {
    task: 'rescale',
    trick: 'the maximum is found first',
    source: task('softmax_maximum').solution,
    misses: 'looks at x',
  },
  {
    task: 'vector_copy',
    trick: 'whole arrays are assigned',
    source: edited(
      task('vector_copy').start,
      ['ceil(elements / 64)', 'ceil(elements / 2048)'],
      ['x: array<f32>', 'x: array<array<f32, 32>>'],
      ['y: array<f32>', 'y: array<array<f32, 32>>'],
      ['id.x < p.elements', 'id.x < p.elements / 32u'],
    ),
    misses: 'accesses loads',
  },
  {
    task: 'vector_copy',
    trick: 'a detour by scratch',
    source: kernel(
      [
        'op: copy',
        ...['there', 'back'].flatMap((entry) => [`entry: ${entry}`, 'workgroup: 64', 'dispatch: ceil(elements / 256)']),
        'scratch: s = 4 * elements',
      ],
      ['elements'],
      ['read> x: array<vec4f>', 'read_write> y: array<vec4f>', 'read_write> s: array<vec4f>'],
      `@compute @workgroup_size(64)
fn there(@builtin(global_invocation_id) id: vec3u) { if (id.x < p.elements / 4u) { s[id.x] = x[id.x]; } }
@compute @workgroup_size(64)
fn back(@builtin(global_invocation_id) id: vec3u) { if (id.x < p.elements / 4u) { y[id.x] = s[id.x]; } }`,
    ),
    misses: 'accesses loads',
  },
  {
    task: 'vector_copy',
    trick: 'a single lane moves everything',
    source: edited(
      task('vector_copy').solution,
      ['ceil(elements / 256)', '1'],
      [
        '  if (id.x < p.elements / 4u) {\n    y[id.x] = x[id.x];\n  }',
        '  if (id.x == 0u) {\n    for (var i = 0u; i < p.elements / 4u; i++) { y[i] = x[i]; }\n  }',
      ],
    ),
    misses: 'longest lane',
  },
  {
    task: 'barrier_tree',
    trick: 'idle workgroups thin out the barriers of the others',
    source: edited(
      task('barrier_tree').solution,
      ['// dispatch: rows', '// dispatch: 2 * rows'],
      ['  let row = group.x;\n', '  let row = group.x;\n  if (row >= p.rows) { return; }\n'],
      ['    if (lane < half) {', '    workgroupBarrier();\n    if (lane < half) {'],
    ),
    misses: 'barriers',
  },
  {
    task: 'barrier_tree',
    trick: 'no tree, and so no barrier',
    source: task('row_sum_tree').start,
    misses: 'longest lane',
  },
  {
    task: 'barrier_after',
    trick: 'no tiles, and so no barrier',
    source: matmul,
    misses: 'bytes fetched',
  },
  {
    task: 'grid',
    trick: 'a grid of four workgroups, of which one works',
    source: edited(
      task('grid').wrong.source,
      ['// dispatch: 1\n', '// dispatch: 4\n'],
      ['for (var neuron = id.x; neuron', 'if (id.x >= 64u) { return; }\n  for (var neuron = id.x; neuron'],
    ),
    misses: 'longest lane',
  },
  {
    task: 'fuse',
    trick: 'the output serves as scratch',
    source: edited(task('fuse').solution, [
      '  sum += b[neuron];\n',
      '  y[neuron] = sum;\n  sum = y[neuron] + b[neuron];\n',
    ]),
    misses: 'accesses reads of y',
  },
  {
    task: 'transpose_tile',
    trick: 'every lane reads every element of its row, and keeps one',
    source: edited(
      task('transpose_tile').start,
      ['// dispatch: ceil(columns / 32), ceil(rows / 8)', '// dispatch: ceil(rows / 32), ceil(columns / 8)'],
      [
        '  let row = id.y;\n  let column = id.x;\n',
        '  let row = id.x;\n  let column = id.y;\n  let first = row / 32u * 32u;\n  var own = 0.0;\n  for (var i = first; i < min(first + 32u, p.rows); i++) {\n    let value = x[i * p.columns + min(column, p.columns - 1u)];\n    own = select(own, value, i == row);\n  }\n',
      ],
      ['= x[row * p.columns + column];', '= own;'],
    ),
    misses: 'bytes fetched',
  },
  {
    task: 'transpose_banks',
    trick: 'half of the lanes at a time, which do not meet',
    source: edited(
      task('transpose_banks').start,
      ['const PITCH: u32 = 32u;', 'const PITCH: u32 = 34u;'],
      [
        '      y[(firstColumn + i) * p.rows + firstRow + lane.x] = tile[lane.x * PITCH + i];\n',
        '      if (lane.x < 16u) { y[(firstColumn + i) * p.rows + firstRow + lane.x] = tile[lane.x * PITCH + i]; }\n      else { y[(firstColumn + i) * p.rows + firstRow + lane.x] = tile[lane.x * PITCH + i]; }\n',
      ],
    ),
    misses: 'lanes on every line',
  },
  {
    task: 'coalesce',
    trick: 'a transposed copy of A takes the scattered accesses',
    source: kernel(
      [
        'op: matmul',
        'entry: turn',
        'workgroup: 32, 8',
        'dispatch: ceil(k / 32), ceil(m / 8)',
        'entry: product',
        'workgroup: 32, 8',
        'dispatch: ceil(n / 32), ceil(m / 8)',
        'scratch: s = 4 * m * k',
      ],
      ['m', 'n', 'k'],
      ['read> a: array<f32>', 'read> b: array<f32>', 'read_write> c: array<f32>', 'read_write> s: array<f32>'],
      `@compute @workgroup_size(32, 8)
fn turn(@builtin(global_invocation_id) id: vec3u) { if (id.x < p.k && id.y < p.m) { s[id.x * p.m + id.y] = a[id.y * p.k + id.x]; } }
@compute @workgroup_size(32, 8)
fn product(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.n || id.y >= p.m) { return; }
  var sum = 0.0;
  for (var i = 0u; i < p.k; i++) { sum = fma(s[i * p.m + id.y], b[i * p.n + id.x], sum); }
  c[id.y * p.n + id.x] = sum;
}`,
    ),
    misses: 'scratch',
  },
  {
    task: 'pitch',
    trick: 'all lanes read the same weight',
    source: edited(
      task('pitch').start,
      ['var i = lane; i < p.inputs; i += 32u', 'var i = 0u; i < p.inputs; i++'],
      ['  partial[lane] = sum;\n', '  partial[lane] = select(0.0, sum, lane == 0u);\n'],
    ),
    misses: 'accesses reads of w',
  },
  {
    task: 'any_subgroup',
    trick: 'no subgroups: one lane adds up what each has put down',
    source: edited(
      task('any_subgroup').start,
      ['enable subgroups;\n', ''],
      [
        '  let subgroup = subgroupAdd(sum);\n  if (subgroupElect()) {\n    partial[lane / 32u] = subgroup;\n  }\n',
        '  partial[lane] = sum;\n',
      ],
      ['slot < WORKGROUP / 32u', 'slot < WORKGROUP'],
    ),
    misses: 'longest lane',
  },
  {
    task: 'register_tile',
    trick: 'half of the reads go to storage instead',
    source: edited(
      // Without a register tile: a lane's row of A is read straight from the buffer.
      task('tiles').solution,
      ['a: array<f32>', 'a: array<vec4f>'],
      ['fromA = a[row * p.k + start + lane.x];', 'fromA = 0.0;'],
      [
        '    for (var i = 0u; i < TILE; i++) {\n      sum = fma(tileA[lane.y * TILE + i], tileB[i * TILE + lane.x], sum);\n    }\n',
        '    for (var i = 0u; i < TILE; i += 4u) {\n      let own = a[(row * p.k + start + i) / 4u];\n      sum = fma(own.x, tileB[i * TILE + lane.x], sum);\n      sum = fma(own.y, tileB[(i + 1u) * TILE + lane.x], sum);\n      sum = fma(own.z, tileB[(i + 2u) * TILE + lane.x], sum);\n      sum = fma(own.w, tileB[(i + 3u) * TILE + lane.x], sum);\n    }\n',
      ],
    ),
    misses: 'accesses reads of storage and workgroup memory',
  },
  {
    task: 'attention_scratch',
    trick: 'the scores are kept in an array of each lane',
    source: edited(
      task('attention_scratch').solution,
      [
        '  for (var j = 0u; j < p.keys; j++) {\n    var score',
        '  var kept: array<f32, 70>;\n  for (var j = 0u; j < p.keys; j++) {\n    var score',
      ],
      ['    let raised =', '    kept[j] = score;\n    let raised ='],
    ),
    misses: 'keeps',
  },
  {
    task: 'flash_attention',
    trick: 'the keys are gone over twice, for the maximum first',
    source: edited(task('flash_attention').solution, [
      '  var total = 0.0;\n  var sums',
      '  for (var j = 0u; j < p.keys; j++) {\n    var score = 0.0;\n    for (var i = 0u; i < DIM; i++) { score = fma(own[i], k[(head * p.keys + j) * DIM + i], score); }\n    maximum = max(maximum, score);\n  }\n  var total = 0.0;\n  var sums',
    ]),
    misses: 'bytes fetched',
  },
];
