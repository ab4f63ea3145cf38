// 1. Probabilities computed again, not kept.
//
// The backward pass of FlashAttention (Dao et al. 2022, appendix B): a row's maximum m and sum l make exp(s - m) / l a
// probability again; the scores themselves cost a product that is cheaper than reading them back. Their one number for
// both, lse = m + log l, loses l where m is large, as under a mask of -1e9. Three passes: `books` finds m, 1 / l and
// d = sum_j p_j (g . v_j) for each query, online; `keys` sums dK and dV, one invocation for each key; `queries` sums
// dQ, one for each query. The pairs are computed three times over, but no two invocations ever add to the same number,
// so no atomics are needed.
//
// Registers: one row of each operand, one or two rows of sums (spilled where rows are long). Workgroup memory: none.
// Global memory: every invocation reads all rows of the other side by itself; four floats for each query in between.
//
// Q, dQ (batch, heads, queries, DIM), G (batch, heads, queries, VALUE_DIM), K, dK (batch, kvHeads, keys, DIM), V, dV
// (batch, kvHeads, keys, VALUE_DIM), mask (1 or batch, 1 or heads, 1 or queries, keys), row-major without padding.

alias Elem = f32;
const DIM: u32 = 64u;
const VALUE_DIM: u32 = 64u;
override WORKGROUP: u32 = 32u;
override CAUSAL: bool = false;
override WINDOWED: bool = false;
override RAGGED: bool = false;
override SOFTCAPPED: bool = false;
// 0: none; 1: boolean, 0 hides; 2: added to the scores, minus infinity hides; 3: as 2, two f16 in a word.
override MASK: u32 = 0u;

struct Params {
  heads: u32,
  // Query heads that share one key head.
  group: u32,
  queries: u32,
  keys: u32,
  // Rows of queries and of keys, over all sequences and heads.
  queryRows: u32,
  keyRows: u32,
  // Strides of the mask in elements; 0 along what shares it.
  maskBatch: u32,
  maskHead: u32,
  maskQuery: u32,
  // Key j is visible to query i where j <= i + offset and j > i + offset - window.
  offset: i32,
  window: i32,
  scale: f32,
  softcap: f32,
  // DIM and VALUE_DIM as ends of loops: constant ones make drivers unroll these bodies, for seconds.
  dim: u32,
  valueDim: u32,
}

@group(0) @binding(0) var<storage, read> q: array<Elem>;
@group(0) @binding(1) var<storage, read> k: array<Elem>;
@group(0) @binding(2) var<storage, read> v: array<Elem>;
@group(0) @binding(3) var<storage, read> g: array<Elem>;
@group(0) @binding(4) var<storage, read> mask: array<u32>;
@group(0) @binding(5) var<storage, read> lengths: array<u32>;
// Maximum, 1 / sum and d of each query, then the length of each sequence: `books` writes them, the others read them.
@group(0) @binding(6) var<storage, read_write> rows: array<vec4f>;
@group(0) @binding(7) var<storage, read> written: array<vec4f>;
@group(0) @binding(8) var<storage, read_write> dq: array<Elem>;
@group(0) @binding(9) var<storage, read_write> dk: array<Elem>;
@group(0) @binding(10) var<storage, read_write> dv: array<Elem>;
@group(0) @binding(11) var<uniform> p: Params;

// Finite, since an implementation may assume that there are no infinities.
const LOWEST: f32 = -3.4028234e38;
// From here down exp is 0; further down, the distance between two scores might overflow.
const FARTHEST: f32 = -200.0;
// How a mask hides a key. Masks are read as bits, since infinities must not be compared; all finite ones are numbers.
const MINUS_INFINITY: u32 = 0xff800000u;

// What `books` left of a sequence's length; keys fewer than 2^24 are exact in f32.
fn lengthOf(sequence: u32) -> u32 {
  if (RAGGED) {
    return u32(written[p.queryRows + sequence].x);
  }
  return p.keys;
}

// Where the mask of a query starts.
fn maskStart(sequence: u32, head: u32, query: u32) -> u32 {
  return sequence * p.maskBatch + head * p.maskHead + query * p.maskQuery;
}

// An element of the mask: a boolean, or the bits of an f32.
fn maskBits(at: u32) -> u32 {
  if (MASK == 3u) {
    let half = (mask[at / 2u] >> (16u * (at % 2u))) & 0xffffu;
    return select(bitcast<u32>(unpack2x16float(half).x), MINUS_INFINITY, half == 0xfc00u);
  }
  return mask[at];
}

fn sees(query: u32, key: u32, length: u32, maskAt: u32) -> bool {
  let last = i32(query) + p.offset;
  var isVisible = key < length && (!CAUSAL || i32(key) <= last) && (!WINDOWED || i32(key) > last - p.window);
  if (MASK == 1u) {
    isVisible = isVisible && maskBits(maskAt) != 0u;
  } else if (MASK != 0u) {
    isVisible = isVisible && maskBits(maskAt) != MINUS_INFINITY;
  }
  return isVisible;
}

// exp(-2 |x| / softcap), of which tanh and its slope are made: WGSL's own tanh may be off by 1e-5.
fn fading(scaled: f32) -> f32 {
  return exp(-2.0 * abs(scaled) / p.softcap);
}

// Scaled, capped and biased, in this order.
fn score(product: f32, maskAt: u32) -> f32 {
  var s = product * p.scale;
  if (SOFTCAPPED) {
    let e = fading(s);
    s = sign(s) * p.softcap * ((1.0 - e) / (1.0 + e));
  }
  if (MASK > 1u) {
    // No lower than LOWEST: what overflows is indeterminate.
    s = max(s + bitcast<f32>(maskBits(maskAt)), LOWEST);
  }
  return s;
}

// How much of a change of the scaled product comes through the cap: 1 - tanh^2, without its cancellation.
fn slope(product: f32) -> f32 {
  if (SOFTCAPPED) {
    let e = fading(product * p.scale);
    return 4.0 * e / ((1.0 + e) * (1.0 + e));
  }
  return 1.0;
}

// The probability that a score stands for, its row being booked.
fn probabilityOf(s: f32, book: vec4f) -> f32 {
  return exp(max(s - book.x, FARTHEST)) * book.y;
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
  let ownMask = maskStart(sequence, row / p.queries % p.heads, query);
  var length = p.keys;
  if (RAGGED) {
    length = min(length, lengths[sequence]);
  }
  var ownQ: array<f32, DIM>;
  for (var c = 0u; c < p.dim; c++) {
    ownQ[c] = f32(q[row * DIM + c]);
  }
  var ownG: array<f32, VALUE_DIM>;
  for (var c = 0u; c < p.valueDim; c++) {
    ownG[c] = f32(g[row * VALUE_DIM + c]);
  }
  var maximum = LOWEST;
  var sum = 0.0;
  var delta = 0.0;
  for (var key = 0u; key < length; key++) {
    if (sees(query, key, length, ownMask + key)) {
      let keyRow = keyHead * p.keys + key;
      var product = 0.0;
      for (var c = 0u; c < p.dim; c++) {
        product = fma(ownQ[c], f32(k[keyRow * DIM + c]), product);
      }
      var gv = 0.0;
      for (var c = 0u; c < p.valueDim; c++) {
        gv = fma(ownG[c], f32(v[keyRow * VALUE_DIM + c]), gv);
      }
      let s = score(product, ownMask + key);
      let raised = max(maximum, s);
      let shrink = exp(max(maximum - raised, FARTHEST));
      let weight = exp(max(s - raised, FARTHEST));
      sum = sum * shrink + weight;
      delta = delta * shrink + weight * gv;
      maximum = raised;
    }
  }
  // A query that sees no key is never looked up.
  rows[row] = vec4f(maximum, 1.0 / sum, delta / sum, 0.0);
  if (row % (p.queries * p.heads) == 0u) {
    rows[p.queryRows + sequence] = vec4f(f32(length), 0.0, 0.0, 0.0);
  }
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
  for (var c = 0u; c < p.dim; c++) {
    ownK[c] = f32(k[keyRow * DIM + c]);
  }
  var ownV: array<f32, VALUE_DIM>;
  for (var c = 0u; c < p.valueDim; c++) {
    ownV[c] = f32(v[keyRow * VALUE_DIM + c]);
  }
  var sumsK: array<f32, DIM>;
  var sumsV: array<f32, VALUE_DIM>;
  // The rows of the heads that share this key head follow one another.
  let first = keyHead * p.group * p.queries;
  for (var row = first; row < first + p.group * p.queries; row++) {
    let query = row % p.queries;
    let maskAt = maskStart(sequence, row / p.queries % p.heads, query) + key;
    if (sees(query, key, length, maskAt)) {
      var product = 0.0;
      for (var c = 0u; c < p.dim; c++) {
        product = fma(f32(q[row * DIM + c]), ownK[c], product);
      }
      var gv = 0.0;
      for (var c = 0u; c < p.valueDim; c++) {
        gv = fma(f32(g[row * VALUE_DIM + c]), ownV[c], gv);
      }
      let book = written[row];
      let probability = probabilityOf(score(product, maskAt), book);
      let gradient = probability * (gv - book.z) * slope(product);
      for (var c = 0u; c < p.dim; c++) {
        sumsK[c] = fma(gradient, f32(q[row * DIM + c]), sumsK[c]);
      }
      for (var c = 0u; c < p.valueDim; c++) {
        sumsV[c] = fma(probability, f32(g[row * VALUE_DIM + c]), sumsV[c]);
      }
    }
  }
  for (var c = 0u; c < p.dim; c++) {
    dk[keyRow * DIM + c] = Elem(sumsK[c] * p.scale);
  }
  for (var c = 0u; c < p.valueDim; c++) {
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
  let ownMask = maskStart(sequence, row / p.queries % p.heads, query);
  var ownQ: array<f32, DIM>;
  for (var c = 0u; c < p.dim; c++) {
    ownQ[c] = f32(q[row * DIM + c]);
  }
  var ownG: array<f32, VALUE_DIM>;
  for (var c = 0u; c < p.valueDim; c++) {
    ownG[c] = f32(g[row * VALUE_DIM + c]);
  }
  let book = written[row];
  var sums: array<f32, DIM>;
  for (var key = 0u; key < length; key++) {
    if (sees(query, key, length, ownMask + key)) {
      let keyRow = keyHead * p.keys + key;
      var product = 0.0;
      for (var c = 0u; c < p.dim; c++) {
        product = fma(ownQ[c], f32(k[keyRow * DIM + c]), product);
      }
      var gv = 0.0;
      for (var c = 0u; c < p.valueDim; c++) {
        gv = fma(ownG[c], f32(v[keyRow * VALUE_DIM + c]), gv);
      }
      let gradient = probabilityOf(score(product, ownMask + key), book) * (gv - book.z) * slope(product);
      for (var c = 0u; c < p.dim; c++) {
        sums[c] = fma(gradient, f32(k[keyRow * DIM + c]), sums[c]);
      }
    }
  }
  for (var c = 0u; c < p.dim; c++) {
    dq[row * DIM + c] = Elem(sums[c] * p.scale);
  }
}
