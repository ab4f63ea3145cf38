// tilescope kernel
// op: attention
// entry: scores
// workgroup: 64
// dispatch: ceil(batch * heads * queries * keys / 64)
// entry: weigh
// workgroup: 64
// dispatch: ceil(batch * heads * queries * valueDim / 64)
// scratch: s = 4 * batch * heads * queries * keys
// param: rows = batch * heads * queries
// param: factor = if(scale, scale, 1 / sqrt(dim))

// o = softmax(q k^T * factor) v, with all scores in memory between the passes
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
@group(0) @binding(5) var<storage, read_write> s: array<f32>;

@compute @workgroup_size(64)
fn scores(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let at = id.x + id.y * grid.x * 64u;
  let row = at / p.keys;
  if (row >= p.rows) {
    return;
  }
  let key = (row / p.queries) * p.keys + at % p.keys;
  var sum = 0.0;
  for (var i = 0u; i < p.dim; i++) {
    sum = fma(q[row * p.dim + i], k[key * p.dim + i], sum);
  }
  s[at] = sum * p.factor;
}

@compute @workgroup_size(64)
fn weigh(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let at = id.x + id.y * grid.x * 64u;
  let row = at / p.valueDim;
  let column = at % p.valueDim;
  if (row >= p.rows) {
    return;
  }
  let first = (row / p.queries) * p.keys;
  var maximum = s[row * p.keys];
  for (var j = 1u; j < p.keys; j++) {
    maximum = max(maximum, s[row * p.keys + j]);
  }
  var total = 0.0;
  var sum = 0.0;
  for (var j = 0u; j < p.keys; j++) {
    let weight = exp(s[row * p.keys + j] - maximum);
    total += weight;
    sum = fma(weight, v[(first + j) * p.valueDim + column], sum);
  }
  o[at] = sum / total;
}
