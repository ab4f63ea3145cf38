// tilescope kernel
// op: attention
// entry: attend
// workgroup: 32
// dispatch: batch * heads * ceil(queries / 32)
// param: rows = batch * heads * queries
// param: factor = if(scale, scale, 1 / sqrt(dim))

// o = softmax(q k^T * factor) v, a workgroup for 32 queries, a lane for each of them
// batch, heads, queries, keys; dim and valueDim are 16 here
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

const DIM: u32 = 16u;
const TILE: u32 = 16u;
var<workgroup> tileK: array<f32, TILE * DIM>;
var<workgroup> tileV: array<f32, TILE * DIM>;

@compute @workgroup_size(32)
fn attend(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let number = group.x + group.y * grid.x;
  let blocks = (p.queries + 31u) / 32u;
  let head = number / blocks;
  let query = (number % blocks) * 32u + lane;
  let isQuery = query < p.queries && head * p.queries < p.rows;
  let row = head * p.queries + query;
  var own: array<f32, DIM>;
  if (isQuery) {
    for (var i = 0u; i < DIM; i++) {
      own[i] = q[row * DIM + i] * p.factor;
    }
  }
  var maximum = -3.4028234e38;
  var total = 0.0;
  var sums: array<f32, DIM>;
  for (var start = 0u; start < p.keys; start += TILE) {
    let first = (head * p.keys + start) * DIM;
    let held = min(TILE, p.keys - start);
    for (var slot = lane; slot < held * DIM; slot += 32u) {
      tileK[slot] = k[first + slot];
      tileV[slot] = v[first + slot];
    }
    // Closes read after write: every lane reads the whole tile.
    workgroupBarrier();
    for (var j = 0u; j < held; j++) {
      var score = 0.0;
      for (var i = 0u; i < DIM; i++) {
        score = fma(own[i], tileK[j * DIM + i], score);
      }
      let raised = max(maximum, score);
      let shrink = exp(maximum - raised);
      let weight = exp(score - raised);
      total = total * shrink + weight;
      for (var i = 0u; i < DIM; i++) {
        sums[i] = sums[i] * shrink + weight * tileV[j * DIM + i];
      }
      maximum = raised;
    }
    // Closes write after read: the next tile overwrites what slower lanes may still be reading.
    workgroupBarrier();
  }
  if (isQuery) {
    for (var i = 0u; i < DIM; i++) {
      o[row * DIM + i] = sums[i] / total;
    }
  }
}
