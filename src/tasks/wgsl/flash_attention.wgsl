// tilescope kernel
// op: attention
// entry: attend
// workgroup: 32
// dispatch: batch * heads * ceil(queries / 32)
// param: rows = batch * heads * queries
// param: factor = if(scale, scale, 1 / sqrt(dim))

// o = softmax(q k^T * factor) v
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

@compute @workgroup_size(32)
fn attend(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
}
