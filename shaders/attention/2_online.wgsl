// 2. Online softmax: one invocation for each query, no scores in memory.
//
// From kernel 1: the three passes become one. A running maximum and sum (Milakov and Gimelshein 2018) make each score
// useful at once: whenever the maximum rises, what was summed so far shrinks by exp(old - new). The output is kept
// normalised after every key, as in FlashAttention (Dao et al. 2022), so it is the right answer for the keys seen so
// far. Scratch is gone; the price is two exponentials and a pass over the output row for each key.
//
// Registers: one query, one output row, maximum and sum (spilled where rows are long). Workgroup memory: none.
// Global memory: every invocation reads all keys and values by itself; the caches must notice that they are shared.
//
// Q (batch, heads, queries, dim), K (batch, kvHeads, keys, dim), V (batch, kvHeads, keys, valueDim), O as Q with
// valueDim; mask (1 or batch, 1 or heads, 1 or queries, keys). Strides in elements, the last one 1.

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

@compute @workgroup_size(WORKGROUP)
fn attend(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let row = id.x + id.y * grid.x * WORKGROUP;
  if (row >= p.tiles) {
    return;
  }
  let query = row % p.queries;
  let head = row / p.queries % p.heads;
  let sequence = row / p.queries / p.heads;
  let qStart = place(p.q, sequence, head) + query * p.q.token;
  let kStart = place(p.k, sequence, head / p.group);
  let vStart = place(p.v, sequence, head / p.group);
  let maskStart = place(p.mask, sequence, head) + query * p.mask.token;
  var length = p.keys;
  if (RAGGED) {
    length = min(length, lengths[sequence]);
  }

  var own: array<f32, DIM>;
  for (var c = 0u; c < DIM; c++) {
    own[c] = f32(q[qStart + c]);
  }
  var output: array<f32, VALUE_DIM>;
  var maximum = LOWEST;
  var sum = 0.0;
  for (var key = 0u; key < length; key++) {
    let kAt = kStart + key * p.k.token;
    var product = 0.0;
    for (var c = 0u; c < DIM; c++) {
      product = fma(own[c], f32(k[kAt + c]), product);
    }
    let x = score(product, maskStart + key, reaches(query, key, length));
    // A hidden key is left out, not weighed by 0: its value may be NaN.
    if (x.isVisible) {
      let raised = max(maximum, x.s);
      let shrink = exp(max(maximum - raised, FARTHEST));
      let weight = exp(max(x.s - raised, FARTHEST));
      let total = sum * shrink + weight;
      let keep = sum * shrink / total;
      let take = weight / total;
      let vAt = vStart + key * p.v.token;
      for (var c = 0u; c < VALUE_DIM; c++) {
        output[c] = output[c] * keep + take * f32(v[vAt + c]);
      }
      maximum = raised;
      sum = total;
    }
  }
  let oStart = place(p.o, sequence, head) + query * p.o.token;
  for (var c = 0u; c < VALUE_DIM; c++) {
    o[oStart + c] = Elem(output[c]);
  }
}
