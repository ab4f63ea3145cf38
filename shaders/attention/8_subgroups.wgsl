enable subgroups;
// 8. Keys and values spread over the lanes of a subgroup.
//
// From kernel 7: no workgroup memory and no barrier. Each lane owns four queries and holds one key (then one value) of
// every LANES; a broadcast hands it to all lanes in registers. One load thus serves a whole subgroup, where a load of
// the same key in every lane would fetch it once for each: that is what a software adapter does, lane by lane.
//
// The broadcasts name lanes 0 to LANES - 1, so a subgroup needs at least LANES lanes; lanes beyond repeat the loads of
// the first, at the same addresses. Nothing else depends on the subgroup's size.
//
// Registers: scores of 4 queries by KEYS = 4 LANES keys, as 4x4 matrices; 4 output rows (spilled where they are long).
// Workgroup memory: none. Global memory: Q once for each tile of keys, K and V once for each 4 WORKGROUP queries.
//
// Q (batch, heads, queries, dim), K (batch, kvHeads, keys, dim), V (batch, kvHeads, keys, valueDim), O as Q with
// valueDim; mask (1 or batch, 1 or heads, 1 or queries, keys). Strides of Q, K, V in vec4s, their rows padded with
// zeros up to one; those of O and mask in elements.

alias Elem = f32;
alias Elem4 = vec4<f32>;
// Head size and value size in vec4s, rounded up.
const DIM4: u32 = 16u;
const VALUE_DIM4: u32 = 16u;
const VALUE_DIM: u32 = 64u;
// 4 or 8; ids of a broadcast are constants.
const LANES: u32 = 4u;
const KEYS: u32 = 4u * LANES;
override WORKGROUP: u32 = 8u;
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

@group(0) @binding(0) var<storage, read> q: array<Elem4>;
@group(0) @binding(1) var<storage, read> k: array<Elem4>;
@group(0) @binding(2) var<storage, read> v: array<Elem4>;
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

// An element of the mask: a boolean, or the bits of an f32.
fn maskBits(at: u32) -> u32 {
  if (MASK == 3u) {
    let half = (mask[at / 2u] >> (16u * (at % 2u))) & 0xffffu;
    return select(bitcast<u32>(unpack2x16float(half).x), MINUS_INFINITY, half == 0xfc00u);
  }
  return mask[at];
}

// Scores of one key for four queries, and which of them see it.
struct Scored {
  s: vec4f,
  isVisible: vec4<bool>,
}

// Scaled, capped and masked, in this order. A hidden score raises no maximum; a visible one may be LOWEST as well.
fn score(products: vec4f, key: u32, queries: vec4u, maskStarts: vec4u, length: u32) -> Scored {
  var s = products * p.scale;
  if (SOFTCAPPED) {
    // tanh from exp, which is the more accurate of the two in WGSL.
    let e = exp(abs(s) * (-2.0 / p.softcap));
    s = sign(s) * p.softcap * ((1.0 - e) / (1.0 + e));
  }
  var isVisible = vec4<bool>(key < length);
  let last = vec4i(queries) + p.offset;
  if (CAUSAL) {
    isVisible &= vec4i(i32(key)) <= last;
  }
  if (WINDOWED) {
    isVisible &= vec4i(i32(key)) > last - p.window;
  }
  if (MASK != 0u) {
    let at = maskStarts + min(key, p.keys - 1u);
    let bits = vec4u(maskBits(at.x), maskBits(at.y), maskBits(at.z), maskBits(at.w));
    if (MASK == 1u) {
      isVisible &= bits != vec4u();
    } else {
      isVisible &= bits != vec4u(MINUS_INFINITY);
      // No lower than LOWEST: what overflows is indeterminate.
      s = max(s + bitcast<vec4f>(bits), vec4f(LOWEST));
    }
  }
  return Scored(select(vec4f(LOWEST), s, isVisible), isVisible);
}

// Four keys in one matrix: lane i's vector becomes column i, counted from `half`.
fn low(x: vec4f) -> mat4x4f {
  return mat4x4f(
    subgroupBroadcast(x, 0u), subgroupBroadcast(x, 1u), subgroupBroadcast(x, 2u), subgroupBroadcast(x, 3u));
}
fn high(x: vec4f) -> mat4x4f {
  return mat4x4f(
    subgroupBroadcast(x, 4u), subgroupBroadcast(x, 5u), subgroupBroadcast(x, 6u), subgroupBroadcast(x, 7u));
}

// Whether four queries see key `bit` of the tile, as that bit of a word each.
fn flag(x: Scored, bit: u32) -> vec4u {
  return select(vec4u(), vec4u(1u << bit), x.isVisible);
}
fn isFlagged(flags: vec4u, bit: u32) -> vec4<bool> {
  return (flags & vec4u(1u << bit)) != vec4u();
}

// Scores of four keys, the first of which is key `bit` of the tile.
fn mask4(
  s: mat4x4f, tileStart: u32, bit: u32, queries: vec4u, maskStarts: vec4u, length: u32, flags: ptr<function, vec4u>,
) -> mat4x4f {
  let key = tileStart + bit;
  let a = score(s[0], key, queries, maskStarts, length);
  let b = score(s[1], key + 1u, queries, maskStarts, length);
  let c = score(s[2], key + 2u, queries, maskStarts, length);
  let d = score(s[3], key + 3u, queries, maskStarts, length);
  *flags |= (flag(a, bit) | flag(b, bit + 1u)) | (flag(c, bit + 2u) | flag(d, bit + 3u));
  return mat4x4f(a.s, b.s, c.s, d.s);
}

fn max4(s: mat4x4f) -> vec4f {
  return max(max(s[0], s[1]), max(s[2], s[3]));
}

fn sum4(s: mat4x4f) -> vec4f {
  return (s[0] + s[1]) + (s[2] + s[3]);
}

// exp(s - maximum), 0 where the key is hidden, also where the maximum is LOWEST itself.
fn weight(s: vec4f, maximum: vec4f, isVisible: vec4<bool>) -> vec4f {
  return select(vec4f(), exp(max(s - maximum, vec4f(FARTHEST))), isVisible);
}
fn weight4(s: mat4x4f, maximum: vec4f, flags: vec4u, bit: u32) -> mat4x4f {
  return mat4x4f(
    weight(s[0], maximum, isFlagged(flags, bit)),
    weight(s[1], maximum, isFlagged(flags, bit + 1u)),
    weight(s[2], maximum, isFlagged(flags, bit + 2u)),
    weight(s[3], maximum, isFlagged(flags, bit + 3u)),
  );
}

// One query's share of four values. A hidden value is left out, not weighed by 0: it may be NaN.
fn seen(values: mat4x4f, w: vec4f) -> vec4f {
  return (select(vec4f(), values[0] * w.x, w.x > 0.0) + select(vec4f(), values[1] * w.y, w.y > 0.0))
    + (select(vec4f(), values[2] * w.z, w.z > 0.0) + select(vec4f(), values[3] * w.w, w.w > 0.0));
}

// Columns of the result are queries; columns of `values` and of `weights` are keys.
fn weigh(values: mat4x4f, weights: mat4x4f) -> mat4x4f {
  let w = transpose(weights);
  if (CAUSAL || WINDOWED || RAGGED || MASK != 0u) {
    return mat4x4f(seen(values, w[0]), seen(values, w[1]), seen(values, w[2]), seen(values, w[3]));
  }
  return values * w;
}

// Four elements of an output row, those past its end left out.
fn store(start: u32, column: u32, values: vec4f) {
  o[start + column] = Elem(values.x);
  if (column + 1u < VALUE_DIM) {
    o[start + column + 1u] = Elem(values.y);
  }
  if (column + 2u < VALUE_DIM) {
    o[start + column + 2u] = Elem(values.z);
  }
  if (column + 3u < VALUE_DIM) {
    o[start + column + 3u] = Elem(values.w);
  }
}

@compute @workgroup_size(WORKGROUP)
fn attend(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) invocation: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let tile = workgroup.x + workgroup.y * grid.x;
  if (tile >= p.tiles) {
    return;
  }
  let tilesPerHead = (p.queries + 4u * WORKGROUP - 1u) / (4u * WORKGROUP);
  let head = (tile / tilesPerHead) % p.heads;
  let sequence = tile / tilesPerHead / p.heads;
  let firstQuery = (tile % tilesPerHead) * 4u * WORKGROUP;
  let query = firstQuery + invocation + WORKGROUP * vec4u(0u, 1u, 2u, 3u);
  // A query past the end repeats the last one, and is not stored.
  let row = min(query, vec4u(p.queries - 1u));
  let qStart = place(p.q, sequence, head) + row * p.q.token;
  let kStart = place(p.k, sequence, head / p.group);
  let vStart = place(p.v, sequence, head / p.group);
  let maskStart = place(p.mask, sequence, head) + row * p.mask.token;
  var length = p.keys;
  if (RAGGED) {
    length = min(length, lengths[sequence]);
  }
  // Keys that some query of this workgroup sees, from a whole tile on.
  var first = 0u;
  var end = length;
  if (WINDOWED) {
    first = u32(max(i32(firstQuery) + p.offset - p.window + 1, 0)) / KEYS * KEYS;
  }
  if (CAUSAL) {
    let lastQuery = min(firstQuery + 4u * WORKGROUP, p.queries) - 1u;
    end = min(end, u32(max(i32(lastQuery) + p.offset + 1, 0)));
  }

  var output: array<vec4f, 4u * VALUE_DIM4>;
  var maximum = vec4f(LOWEST);
  var sum = vec4f();
  for (var tileStart = first; tileStart < end; tileStart += KEYS) {
    let mine = tileStart + lane % LANES + LANES * vec4u(0u, 1u, 2u, 3u);
    let isKey = mine < vec4u(length);
    let keys = min(mine, vec4u(length - 1u));
    let kAt = kStart + keys * p.k.token;
    let vAt = vStart + keys * p.v.token;

    // Columns are keys, rows are queries: a_i, b_i, c_i, d_i hold the keys that loads 0 to 3 bring.
    var a0 = mat4x4f();
    var b0 = mat4x4f();
    var c0 = mat4x4f();
    var d0 = mat4x4f();
    var a1 = mat4x4f();
    var b1 = mat4x4f();
    var c1 = mat4x4f();
    var d1 = mat4x4f();
    for (var c = 0u; c < DIM4; c++) {
      let own = transpose(mat4x4f(
        vec4f(q[qStart.x + c]), vec4f(q[qStart.y + c]), vec4f(q[qStart.z + c]), vec4f(q[qStart.w + c])));
      let ka = vec4f(k[kAt.x + c]);
      let kb = vec4f(k[kAt.y + c]);
      let kc = vec4f(k[kAt.z + c]);
      let kd = vec4f(k[kAt.w + c]);
      a0 += own * low(ka);
      b0 += own * low(kb);
      c0 += own * low(kc);
      d0 += own * low(kd);
      if (LANES == 8u) {
        a1 += own * high(ka);
        b1 += own * high(kb);
        c1 += own * high(kc);
        d1 += own * high(kd);
      }
    }

    // Bit n of a query's word: whether it sees key n of the tile.
    var flags = vec4u();
    a0 = mask4(a0, tileStart, 0u, row, maskStart, length, &flags);
    b0 = mask4(b0, tileStart, LANES, row, maskStart, length, &flags);
    c0 = mask4(c0, tileStart, 2u * LANES, row, maskStart, length, &flags);
    d0 = mask4(d0, tileStart, 3u * LANES, row, maskStart, length, &flags);
    var raised = max(maximum, max(max(max4(a0), max4(b0)), max(max4(c0), max4(d0))));
    if (LANES == 8u) {
      a1 = mask4(a1, tileStart, 4u, row, maskStart, length, &flags);
      b1 = mask4(b1, tileStart, LANES + 4u, row, maskStart, length, &flags);
      c1 = mask4(c1, tileStart, 2u * LANES + 4u, row, maskStart, length, &flags);
      d1 = mask4(d1, tileStart, 3u * LANES + 4u, row, maskStart, length, &flags);
      raised = max(raised, max(max(max4(a1), max4(b1)), max(max4(c1), max4(d1))));
    }
    // What was summed so far shrinks once for the whole tile.
    let shrink = exp(max(maximum - raised, vec4f(FARTHEST)));
    maximum = raised;
    a0 = weight4(a0, maximum, flags, 0u);
    b0 = weight4(b0, maximum, flags, LANES);
    c0 = weight4(c0, maximum, flags, 2u * LANES);
    d0 = weight4(d0, maximum, flags, 3u * LANES);
    sum = sum * shrink + ((sum4(a0) + sum4(b0)) + (sum4(c0) + sum4(d0)));
    if (LANES == 8u) {
      a1 = weight4(a1, maximum, flags, 4u);
      b1 = weight4(b1, maximum, flags, LANES + 4u);
      c1 = weight4(c1, maximum, flags, 2u * LANES + 4u);
      d1 = weight4(d1, maximum, flags, 3u * LANES + 4u);
      sum += (sum4(a1) + sum4(b1)) + (sum4(c1) + sum4(d1));
    }

    for (var c = 0u; c < VALUE_DIM4; c++) {
      var sums = mat4x4f(
        output[c] * shrink.x,
        output[VALUE_DIM4 + c] * shrink.y,
        output[2u * VALUE_DIM4 + c] * shrink.z,
        output[3u * VALUE_DIM4 + c] * shrink.w,
      );
      let va = select(vec4f(), vec4f(v[vAt.x + c]), isKey.x);
      let vb = select(vec4f(), vec4f(v[vAt.y + c]), isKey.y);
      let vc = select(vec4f(), vec4f(v[vAt.z + c]), isKey.z);
      let vd = select(vec4f(), vec4f(v[vAt.w + c]), isKey.w);
      sums += weigh(low(va), a0);
      sums += weigh(low(vb), b0);
      sums += weigh(low(vc), c0);
      sums += weigh(low(vd), d0);
      if (LANES == 8u) {
        sums += weigh(high(va), a1);
        sums += weigh(high(vb), b1);
        sums += weigh(high(vc), c1);
        sums += weigh(high(vd), d1);
      }
      output[c] = sums[0];
      output[VALUE_DIM4 + c] = sums[1];
      output[2u * VALUE_DIM4 + c] = sums[2];
      output[3u * VALUE_DIM4 + c] = sums[3];
    }
  }

  let oStart = place(p.o, sequence, head) + query * p.o.token;
  // A query that sees no key has summed nothing: 0, not 0 / 0.
  let share = select(vec4f(), 1.0 / sum, sum > vec4f());
  for (var i = 0u; i < 4u; i++) {
    if (query[i] < p.queries) {
      for (var c = 0u; c < VALUE_DIM4; c++) {
        store(oStart[i], 4u * c, output[i * VALUE_DIM4 + c] * share[i]);
      }
    }
  }
}
