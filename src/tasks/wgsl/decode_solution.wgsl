// tilescope kernel
// op: attention
// entry: attend
// workgroup: 32
// dispatch: batch * heads * queries
// param: rows = batch * heads * queries
// param: factor = if(scale, scale, 1 / sqrt(dim))

// o = softmax(q k^T * factor) v, a workgroup for each query; 32 keys at a time, a lane for the score of each
// batch, heads, queries, keys; one query a head; dim and valueDim are 32 here
// q (batch, heads, queries, dim), k (batch, heads, keys, dim), v (batch, heads, keys, valueDim), o (batch, heads, queries, valueDim)

struct Params {
  heads: u32,
  queries: u32,
  keys: u32,
  dim: u32,
  valueDim: u32,
  rows: u32,
  factor: f32,
}

@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> k: array<f32>;
@group(0) @binding(2) var<storage, read> v: array<f32>;
@group(0) @binding(3) var<storage, read_write> o: array<f32>;
@group(0) @binding(4) var<uniform> p: Params;

const DIM: u32 = 32u;
// One element more than a row holds, so that lanes that read a column each hit a bank of their own.
const PITCH: u32 = DIM + 1u;
var<workgroup> tile: array<f32, 32u * PITCH>;
var<workgroup> query: array<f32, DIM>;
var<workgroup> scores: array<f32, 32>;

@compute @workgroup_size(32)
fn attend(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = group.x + group.y * grid.x;
  if (row >= p.rows) {
    return;
  }
  let first = (row / p.queries) * p.keys;
  query[lane] = q[row * DIM + lane] * p.factor;
  var maximum = -3.4028234e38;
  var total = 0.0;
  var sum = 0.0;
  for (var start = 0u; start < p.keys; start += 32u) {
    let held = min(32u, p.keys - start);
    for (var j = 0u; j < held; j++) {
      tile[j * PITCH + lane] = k[(first + start + j) * DIM + lane];
    }
    // Closes read after write: each lane reads the key that all others have loaded, and the query.
    workgroupBarrier();
    var score = 0.0;
    if (lane < held) {
      for (var i = 0u; i < DIM; i++) {
        score = fma(query[i], tile[lane * PITCH + i], score);
      }
    }
    scores[lane] = score;
    // Closes read after write: every lane weighs all scores; and write after read: the next tile overwrites this one.
    workgroupBarrier();
    for (var j = 0u; j < held; j++) {
      let raised = max(maximum, scores[j]);
      let shrink = exp(maximum - raised);
      let weight = exp(scores[j] - raised);
      total = total * shrink + weight;
      sum = sum * shrink + weight * v[(first + start + j) * DIM + lane];
      maximum = raised;
    }
  }
  o[row * DIM + lane] = sum / total;
}
