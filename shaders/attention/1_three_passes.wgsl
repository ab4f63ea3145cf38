// 1. Three passes, the scores in memory.
//
// O = softmax(scale Q K^T + mask) V as the formula reads (Vaswani et al. 2017): one pass writes all scores, one turns
// each row into probabilities, one weighs the values with them. Each pass is simple and parallel; between them lie
// batch * heads * queries * keys scores in memory: twice the tokens, four times the scratch.
//
// Registers: a sum. Workgroup memory: none. Global memory: the scores written once, read three times, overwritten by
// the probabilities once, which are read valueDim times; a device that cannot bind them all refuses.
//
// Q (batch, heads, queries, dim), K (batch, kvHeads, keys, dim), V (batch, kvHeads, keys, valueDim), O as Q with
// valueDim; mask (1 or batch, 1 or heads, 1 or queries, keys). Strides in elements, the last one 1.

alias Elem = f32;
override WORKGROUP: u32 = 64u;
override DIM: u32 = 64u;
override VALUE_DIM: u32 = 64u;
override CAUSAL: bool = false;
override WINDOWED: bool = false;
override RAGGED: bool = false;
override SOFTCAPPED: bool = false;
// 0: none; 1: boolean, 0 hides; 2: added to the scores, minus infinity hides; 3: as 2, two f16 in a word.
override MASK: u32 = 0u;

struct Strides {
  start: u32,
  batch: u32,
  head: u32,
  token: u32,
}

struct Params {
  q: Strides,
  k: Strides,
  v: Strides,
  o: Strides,
  mask: Strides,
  heads: u32,
  // Query heads that share one key head.
  group: u32,
  queries: u32,
  keys: u32,
  // Workgroups that have work.
  tiles: u32,
  // Key j is visible to query i where j <= i + offset and j > i + offset - window.
  offset: i32,
  window: i32,
  scale: f32,
  softcap: f32,
}

@group(0) @binding(0) var<storage, read> q: array<Elem>;
@group(0) @binding(1) var<storage, read> k: array<Elem>;
@group(0) @binding(2) var<storage, read> v: array<Elem>;
@group(0) @binding(3) var<storage, read> mask: array<u32>;
@group(0) @binding(4) var<storage, read> lengths: array<u32>;
@group(0) @binding(5) var<storage, read_write> o: array<Elem>;
@group(0) @binding(6) var<uniform> p: Params;
// (batch, heads, queries, keys), the bits of scores, MINUS_INFINITY where the key is hidden; then of probabilities.
@group(0) @binding(7) var<storage, read_write> scores: array<u32>;

// Where a running maximum starts: finite, since an implementation may assume that there are no infinities.
const LOWEST: f32 = -3.4028234e38;
// From here down exp is 0; further down, the distance between two scores might overflow.
const FARTHEST: f32 = -200.0;
// How a mask hides a key. Masks are read as bits, since infinities must not be compared; all finite ones are numbers.
const MINUS_INFINITY: u32 = 0xff800000u;

fn place(s: Strides, sequence: u32, head: u32) -> u32 {
  return s.start + sequence * s.batch + head * s.head;
}

// Whether causality, the window and the length leave this key visible; a mask may still hide it.
fn reaches(query: u32, key: u32, length: u32) -> bool {
  let last = i32(query) + p.offset;
  return key < length && (!CAUSAL || i32(key) <= last) && (!WINDOWED || i32(key) > last - p.window);
}

// An element of the mask: a boolean, or the bits of an f32.
fn maskBits(at: u32) -> u32 {
  if (MASK == 3u) {
    let half = (mask[at / 2u] >> (16u * (at % 2u))) & 0xffffu;
    return select(bitcast<u32>(unpack2x16float(half).x), MINUS_INFINITY, half == 0xfc00u);
  }
  return mask[at];
}

// A score, and whether its key is visible.
struct Scored {
  s: f32,
  isVisible: bool,
}

// Scaled, capped and masked, in this order. A hidden score raises no maximum; a visible one may be LOWEST as well.
fn score(product: f32, maskAt: u32, isReached: bool) -> Scored {
  var s = product * p.scale;
  if (SOFTCAPPED) {
    // tanh from exp, which is the more accurate of the two in WGSL.
    let e = exp(-2.0 * abs(s) / p.softcap);
    s = sign(s) * p.softcap * ((1.0 - e) / (1.0 + e));
  }
  var isVisible = isReached;
  if (MASK != 0u) {
    let bits = maskBits(maskAt);
    if (MASK == 1u) {
      isVisible = isVisible && bits != 0u;
    } else {
      isVisible = isVisible && bits != MINUS_INFINITY;
      // No lower than LOWEST: what overflows is indeterminate.
      s = max(s + bitcast<f32>(bits), LOWEST);
    }
  }
  return Scored(select(LOWEST, s, isVisible), isVisible);
}

fn lengthOf(sequence: u32) -> u32 {
  if (RAGGED) {
    return min(p.keys, lengths[sequence]);
  }
  return p.keys;
}

// One invocation for each score.
@compute @workgroup_size(WORKGROUP)
fn compare(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let at = id.x + id.y * grid.x * WORKGROUP;
  let row = at / p.keys;
  if (row >= p.tiles) {
    return;
  }
  let key = at % p.keys;
  let query = row % p.queries;
  let head = row / p.queries % p.heads;
  let sequence = row / p.queries / p.heads;
  let qStart = place(p.q, sequence, head) + query * p.q.token;
  let kStart = place(p.k, sequence, head / p.group) + key * p.k.token;
  var product = 0.0;
  for (var c = 0u; c < DIM; c++) {
    product = fma(f32(q[qStart + c]), f32(k[kStart + c]), product);
  }
  let maskAt = place(p.mask, sequence, head) + query * p.mask.token + key;
  let x = score(product, maskAt, reaches(query, key, lengthOf(sequence)));
  scores[at] = select(MINUS_INFINITY, bitcast<u32>(x.s), x.isVisible);
}

// exp(s - maximum), 0 where the key is hidden.
fn weight(bits: u32, maximum: f32) -> f32 {
  return select(0.0, exp(max(bitcast<f32>(bits) - maximum, FARTHEST)), bits != MINUS_INFINITY);
}

// One invocation for each row.
@compute @workgroup_size(WORKGROUP)
fn normalise(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let row = id.x + id.y * grid.x * WORKGROUP;
  if (row >= p.tiles) {
    return;
  }
  let first = row * p.keys;
  var maximum = LOWEST;
  for (var j = 0u; j < p.keys; j++) {
    let bits = scores[first + j];
    maximum = max(maximum, select(LOWEST, bitcast<f32>(bits), bits != MINUS_INFINITY));
  }
  var sum = 0.0;
  for (var j = 0u; j < p.keys; j++) {
    sum += weight(scores[first + j], maximum);
  }
  // A row whose keys are all hidden has summed nothing: 0, not 0 / 0.
  let share = select(0.0, 1.0 / sum, sum > 0.0);
  for (var j = 0u; j < p.keys; j++) {
    scores[first + j] = bitcast<u32>(weight(scores[first + j], maximum) * share);
  }
}

// One invocation for each element of the output.
@compute @workgroup_size(WORKGROUP)
fn weigh(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let at = id.x + id.y * grid.x * WORKGROUP;
  let row = at / VALUE_DIM;
  if (row >= p.tiles) {
    return;
  }
  let column = at % VALUE_DIM;
  let query = row % p.queries;
  let head = row / p.queries % p.heads;
  let sequence = row / p.queries / p.heads;
  let vStart = place(p.v, sequence, head / p.group) + column;
  var sum = 0.0;
  for (var j = 0u; j < p.keys; j++) {
    let probability = bitcast<f32>(scores[row * p.keys + j]);
    // A hidden value is left out, not weighed by 0: it may be NaN.
    if (probability > 0.0) {
      sum = fma(probability, f32(v[vStart + j * p.v.token]), sum);
    }
  }
  o[place(p.o, sequence, head) + query * p.o.token + column] = Elem(sum);
}
