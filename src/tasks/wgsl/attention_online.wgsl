// tilescope kernel
// op: attention
// entry: attend
// workgroup: 64
// dispatch: ceil(batch * heads * queries * valueDim / 64)
// param: rows = batch * heads * queries
// param: factor = if(scale, scale, 1 / sqrt(dim))

// o = softmax(q k^T * factor) v, one lane for each element of o, in one pass over the keys
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

@compute @workgroup_size(64)
fn attend(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let at = id.x + id.y * grid.x * 64u;
  let row = at / p.valueDim;
  let column = at % p.valueDim;
  if (row >= p.rows) {
    return;
  }
  let first = (row / p.queries) * p.keys;
  // Finite, since an implementation may assume that there are no infinities.
  var maximum = -3.4028234e38;
  var total = 0.0;
  var sum = 0.0;
  for (var j = 0u; j < p.keys; j++) {
    var score = 0.0;
    for (var i = 0u; i < p.dim; i++) {
      score = fma(q[row * p.dim + i], k[(first + j) * p.dim + i], score);
    }
    score *= p.factor;
    let raised = max(maximum, score);
    let shrink = exp(maximum - raised);
    let weight = exp(score - raised);
    total = total * shrink + weight;
    sum = sum * shrink + weight * v[(first + j) * p.valueDim + column];
    maximum = raised;
  }
  o[at] = sum / total;
}
