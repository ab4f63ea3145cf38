/** Answers to tasks that their authors did not have in mind, and that reach the point by another road: each must pass. */
import { edited } from '../../src/core/edited.ts';
import { kernel, MATRIX, task, X_Y } from './task-texts.ts';

export interface Way {
  readonly task: string;
  readonly way: string;
  readonly source: string;
}

export const ways: readonly Way[] = [
  {
    task: 'any_subgroup',
    way: 'slots by the number of the subgroup, with the size that the device says',
    source: edited(
      task('any_subgroup').start,
      [
        '@builtin(local_invocation_index) lane: u32',
        '@builtin(local_invocation_index) lane: u32, @builtin(subgroup_size) size: u32',
      ],
      ['partial[lane / 32u]', 'partial[lane / size]'],
      ['slot < WORKGROUP / 32u', 'slot < (WORKGROUP + size - 1u) / size'],
    ),
  },
  {
    task: 'empty_matmul',
    way: 'four columns a lane, stored as one vector would be',
    source: kernel(
      ['op: matmul', 'entry: product', 'workgroup: 16, 4', 'dispatch: ceil(n / 64), ceil(m / 4)'],
      ['m', 'n', 'k'],
      ['read> a: array<f32>', 'read> b: array<f32>', 'read_write> c: array<f32>'],
      `@compute @workgroup_size(16, 4)
fn product(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let row = group.y * 4u + lane.y;
  for (var part = 0u; part < 4u; part++) {
    let column = group.x * 64u + part * 16u + lane.x;
    if (row < p.m && column < p.n) {
      var sum = 0.0;
      for (var i = 0u; i < p.k; i++) { sum = fma(a[row * p.k + i], b[i * p.n + column], sum); }
      c[row * p.n + column] = sum;
    }
  }
}`,
    ),
  },
  {
    task: 'row_sum_tree',
    way: 'vectors of four, and a tree over half as many lanes',
    source: kernel(
      ['op: row-sum', 'entry: sumRows', 'workgroup: 32', 'dispatch: rows'],
      MATRIX,
      ['read> x: array<vec4f>', 'read_write> y: array<f32>'],
      `var<workgroup> partial: array<f32, 32>;
@compute @workgroup_size(32)
fn sumRows(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var sum = 0.0;
  for (var i = lane; i < p.columns / 4u; i += 32u) { sum += dot(x[group.x * p.columns / 4u + i], vec4f(1.0)); }
  partial[lane] = sum;
  for (var half = 16u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { partial[lane] += partial[lane + half]; }
  }
  if (lane == 0u) { y[group.x] = partial[0]; }
}`,
    ),
  },
  {
    task: 'online',
    way: 'a workgroup for each row, whose lanes merge what they have',
    source: kernel(
      ['op: softmax', 'entry: rows', 'workgroup: 64', 'dispatch: rows'],
      MATRIX,
      X_Y,
      `var<workgroup> parts: array<vec2f, 64>;
@compute @workgroup_size(64)
fn rows(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = group.x * p.columns;
  var own = vec2f(-3.4e38, 0.0);
  for (var i = lane; i < p.columns; i += 64u) {
    let score = x[first + i];
    let raised = max(own.x, score);
    own = vec2f(raised, own.y * exp(own.x - raised) + exp(score - raised));
  }
  parts[lane] = own;
  for (var half = 32u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      let other = parts[lane + half];
      let raised = max(own.x, other.x);
      own = vec2f(raised, own.y * exp(own.x - raised) + other.y * exp(other.x - raised));
      parts[lane] = own;
    }
  }
  workgroupBarrier();
  let whole = parts[0];
  for (var i = lane; i < p.columns; i += 64u) { y[first + i] = exp(x[first + i] - whole.x) / whole.y; }
}`,
    ),
  },
  {
    task: 'pitch',
    way: 'rows stay as they are, and lanes start at the line that a row begins in',
    source: edited(task('pitch').start, [
      '  for (var i = lane; i < p.inputs; i += 32u) {\n    sum = fma(w[neuron * p.pitch + i], x[i], sum);\n  }\n',
      '  let first = neuron * p.pitch;\n  for (var at = first / 32u * 32u + lane; at < first + p.inputs; at += 32u) {\n    if (at >= first) { sum = fma(w[at], x[at - first], sum); }\n  }\n',
    ]),
  },
  { task: 'tiles', way: 'a register tile', source: task('register_tile').solution },
  {
    task: 'transpose_tile',
    way: 'smaller tiles, free of conflicts',
    source: edited(
      task('transpose_tile').solution,
      ['// workgroup: 32, 8', '// workgroup: 16, 16'],
      ['ceil(columns / 32), ceil(rows / 32)', 'ceil(columns / 16), ceil(rows / 16)'],
      ['const PITCH: u32 = 32u;', 'const PITCH: u32 = 17u;'],
      ['array<f32, 32u * PITCH>', 'array<f32, 16u * PITCH>'],
      ['@workgroup_size(32, 8)', '@workgroup_size(16, 16)'],
      ['group.y * 32u', 'group.y * 16u'],
      ['group.x * 32u', 'group.x * 16u'],
      [
        '  for (var i = lane.y; i < 32u; i += 8u) {\n    if (firstRow + i',
        '  for (var i = lane.y; i < 16u; i += 16u) {\n    if (firstRow + i',
      ],
      [
        '  for (var i = lane.y; i < 32u; i += 8u) {\n    if (firstRow + lane.x',
        '  for (var i = lane.y; i < 16u; i += 16u) {\n    if (firstRow + lane.x',
      ],
    ),
  },
];
