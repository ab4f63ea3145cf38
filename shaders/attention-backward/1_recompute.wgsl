// 1. Probabilities computed again, not kept.
//
// The backward pass of FlashAttention (Dao et al. 2022, appendix B): the forward pass leaves one number for each row,
// lse = log sum exp s, from which exp(s - lse) is a probability again; the scores themselves cost a product that is
// cheaper than reading them back. Three passes: `books` finds lse and d = sum_j p_j (g . v_j) for each query, online;
// `keys` sums dK and dV, one invocation for each key; `queries` sums dQ, one for each query. The pairs are computed
// three times over, but no two invocations ever add to the same number, so no atomics are needed.
//
// Registers: one row of each operand, one or two rows of sums (spilled where rows are long). Workgroup memory: none.
// Global memory: every invocation reads all rows of the other side by itself; two floats for each query in between.
//
// Q, dQ (batch, heads, queries, DIM), G (batch, heads, queries, VALUE_DIM), K, dK (batch, kvHeads, keys, DIM), V, dV
// (batch, kvHeads, keys, VALUE_DIM), all row-major without padding.

alias Elem = f32;
const DIM: u32 = 64u;
const VALUE_DIM: u32 = 64u;
override WORKGROUP: u32 = 32u;
override CAUSAL: bool = false;
override WINDOWED: bool = false;
override RAGGED: bool = false;

struct Params {
  heads: u32,
  // Query heads that share one key head.
  group: u32,
  queries: u32,
  keys: u32,
  // Rows of queries and of keys, over all sequences and heads.
  queryRows: u32,
  keyRows: u32,
  // Key j is visible to query i where j <= i + offset and j > i + offset - window.
  offset: i32,
  window: i32,
  scale: f32,
}

@group(0) @binding(0) var<storage, read> q: array<Elem>;
@group(0) @binding(1) var<storage, read> k: array<Elem>;
@group(0) @binding(2) var<storage, read> v: array<Elem>;
@group(0) @binding(3) var<storage, read> g: array<Elem>;
@group(0) @binding(4) var<storage, read> lengths: array<u32>;
// lse and d of each query.
@group(0) @binding(5) var<storage, read_write> rows: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> dq: array<Elem>;
@group(0) @binding(7) var<storage, read_write> dk: array<Elem>;
@group(0) @binding(8) var<storage, read_write> dv: array<Elem>;
@group(0) @binding(9) var<uniform> p: Params;

// Finite, since an implementation may assume that there are no infinities.
const LOWEST: f32 = -3.4028234e38;

fn lengthOf(sequence: u32) -> u32 {
  if (RAGGED) {
    return min(p.keys, lengths[sequence]);
  }
  return p.keys;
}

fn sees(query: u32, key: u32, length: u32) -> bool {
  let last = i32(query) + p.offset;
  return key < length && (!CAUSAL || i32(key) <= last) && (!WINDOWED || i32(key) > last - p.window);
}

@compute @workgroup_size(WORKGROUP)
fn books(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let row = id.x + id.y * grid.x * WORKGROUP;
  if (row >= p.queryRows) {
    return;
  }
  let query = row % p.queries;
  let sequence = row / p.queries / p.heads;
  let keyHead = row / p.queries / p.group;
  let length = lengthOf(sequence);
  var ownQ: array<f32, DIM>;
  for (var c = 0u; c < DIM; c++) {
    ownQ[c] = f32(q[row * DIM + c]);
  }
  var ownG: array<f32, VALUE_DIM>;
  for (var c = 0u; c < VALUE_DIM; c++) {
    ownG[c] = f32(g[row * VALUE_DIM + c]);
  }
  var maximum = LOWEST;
  var sum = 0.0;
  var delta = 0.0;
  for (var key = 0u; key < length; key++) {
    if (sees(query, key, length)) {
      let keyRow = keyHead * p.keys + key;
      var s = 0.0;
      for (var c = 0u; c < DIM; c++) {
        s = fma(ownQ[c], f32(k[keyRow * DIM + c]), s);
      }
      var gv = 0.0;
      for (var c = 0u; c < VALUE_DIM; c++) {
        gv = fma(ownG[c], f32(v[keyRow * VALUE_DIM + c]), gv);
      }
      s *= p.scale;
      let raised = max(maximum, s);
      let shrink = exp(maximum - raised);
      let weight = exp(s - raised);
      sum = sum * shrink + weight;
      delta = delta * shrink + weight * gv;
      maximum = raised;
    }
  }
  // A query that sees no key is never looked up.
  rows[row] = vec2f(maximum + log(sum), delta / sum);
}

@compute @workgroup_size(WORKGROUP)
fn keys(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let keyRow = id.x + id.y * grid.x * WORKGROUP;
  if (keyRow >= p.keyRows) {
    return;
  }
  let key = keyRow % p.keys;
  let keyHead = keyRow / p.keys;
  let sequence = keyHead / (p.heads / p.group);
  let length = lengthOf(sequence);
  var ownK: array<f32, DIM>;
  for (var c = 0u; c < DIM; c++) {
    ownK[c] = f32(k[keyRow * DIM + c]);
  }
  var ownV: array<f32, VALUE_DIM>;
  for (var c = 0u; c < VALUE_DIM; c++) {
    ownV[c] = f32(v[keyRow * VALUE_DIM + c]);
  }
  var sumsK: array<f32, DIM>;
  var sumsV: array<f32, VALUE_DIM>;
  // The rows of the heads that share this key head follow one another.
  let first = keyHead * p.group * p.queries;
  for (var row = first; row < first + p.group * p.queries; row++) {
    if (sees(row % p.queries, key, length)) {
      var s = 0.0;
      for (var c = 0u; c < DIM; c++) {
        s = fma(f32(q[row * DIM + c]), ownK[c], s);
      }
      var gv = 0.0;
      for (var c = 0u; c < VALUE_DIM; c++) {
        gv = fma(f32(g[row * VALUE_DIM + c]), ownV[c], gv);
      }
      let book = rows[row];
      let probability = exp(s * p.scale - book.x);
      let gradient = probability * (gv - book.y);
      for (var c = 0u; c < DIM; c++) {
        sumsK[c] = fma(gradient, f32(q[row * DIM + c]), sumsK[c]);
      }
      for (var c = 0u; c < VALUE_DIM; c++) {
        sumsV[c] = fma(probability, f32(g[row * VALUE_DIM + c]), sumsV[c]);
      }
    }
  }
  for (var c = 0u; c < DIM; c++) {
    dk[keyRow * DIM + c] = Elem(sumsK[c] * p.scale);
  }
  for (var c = 0u; c < VALUE_DIM; c++) {
    dv[keyRow * VALUE_DIM + c] = Elem(sumsV[c]);
  }
}

@compute @workgroup_size(WORKGROUP)
fn queries(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let row = id.x + id.y * grid.x * WORKGROUP;
  if (row >= p.queryRows) {
    return;
  }
  let query = row % p.queries;
  let sequence = row / p.queries / p.heads;
  let keyHead = row / p.queries / p.group;
  let length = lengthOf(sequence);
  var ownQ: array<f32, DIM>;
  for (var c = 0u; c < DIM; c++) {
    ownQ[c] = f32(q[row * DIM + c]);
  }
  var ownG: array<f32, VALUE_DIM>;
  for (var c = 0u; c < VALUE_DIM; c++) {
    ownG[c] = f32(g[row * VALUE_DIM + c]);
  }
  let book = rows[row];
  var sums: array<f32, DIM>;
  for (var key = 0u; key < length; key++) {
    if (sees(query, key, length)) {
      let keyRow = keyHead * p.keys + key;
      var s = 0.0;
      for (var c = 0u; c < DIM; c++) {
        s = fma(ownQ[c], f32(k[keyRow * DIM + c]), s);
      }
      var gv = 0.0;
      for (var c = 0u; c < VALUE_DIM; c++) {
        gv = fma(ownG[c], f32(v[keyRow * VALUE_DIM + c]), gv);
      }
      let gradient = exp(s * p.scale - book.x) * (gv - book.y);
      for (var c = 0u; c < DIM; c++) {
        sums[c] = fma(gradient, f32(k[keyRow * DIM + c]), sums[c]);
      }
    }
  }
  for (var c = 0u; c < DIM; c++) {
    dq[row * DIM + c] = Elem(sums[c] * p.scale);
  }
}
