// 14. Decoding: eight lanes side by side on each key, and a merge that is shared out as well.
//
// From kernel 11: a lane read keys of its own from end to end, so that the lanes of a request asked for as many places
// far apart. Every part left a record for each slice of its lanes, and one lane after another merged all of them. Now 8
// lanes share a key: each takes every 8th vector, so that a request reads whole lines, and their sums meet in workgroup
// memory. Slices are added up there too, before anything is written. In the merge each workgroup takes one row, and its
// lanes share the parts.
//
// Registers: 4 rows by 2 keys of scores; one vector of the output for 4 rows. Workgroup memory: 4 rows of queries, sums
// of 8 lanes for each of a quarter as many keys as there are lanes, the scores of SPLIT keys. Global memory: K and V once
// for each 4 rows of a key head; a record of valueDim + 4 floats for each part and row, written once and read once: the
// scratch, linear in the keys.
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
// Keys of one part, and how many parts there are.
override SPLIT: u32 = 256u;
override SPLITS: u32 = 1u;
// Rows of the output: queries of all heads and sequences.
override ROWS: u32 = 1u;
override WORKGROUP: u32 = 64u;
// Lanes that share a key, and keys that a workgroup reads at a time: two for each 8 lanes.
const SHARED_BY: u32 = 8u;
override KEYS: u32 = 2u * WORKGROUP / SHARED_BY;
// Odd, so that lanes which add up neighbouring keys read different banks.
const PITCH: u32 = SHARED_BY + 1u;
// Lanes that sum the same columns over different keys.
override SLICES: u32 = WORKGROUP / VALUE_DIM4;
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
// For each row of a part: its output so far in VALUE_DIM4 vectors, then its maximum and its sum.
@group(0) @binding(7) var<storage, read_write> partial: array<vec4f>;

// Where a running maximum starts: finite, since an implementation may assume that there are no infinities.
const LOWEST: f32 = -3.4028234e38;
// From here down exp is 0; further down, the distance between two scores might overflow.
const FARTHEST: f32 = -200.0;
// How a mask hides a key. Masks are read as bits, since infinities must not be compared; all finite ones are numbers.
const MINUS_INFINITY: u32 = 0xff800000u;
const RECORD: u32 = VALUE_DIM4 + 1u;

var<workgroup> rows4: array<mat4x4f, DIM4>;
// Bits of the scores of each key for the four rows, MINUS_INFINITY where it is hidden; then of its weights.
var<workgroup> weights: array<vec4u, SPLIT>;
// Sums of the lanes that share a key; then maxima of all lanes; then two rows of the output of all slices.
var<workgroup> shares: array<vec4f, KEYS * PITCH>;
// What each slice has of the sum of weights.
var<workgroup> sliceSums: array<vec4f, SLICES>;

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

// exp(s - maximum), 0 where the key is hidden, also where the maximum is LOWEST itself.
fn weight(bits: vec4u, maximum: vec4f) -> vec4f {
  let s = bitcast<vec4f>(bits);
  return select(vec4f(), exp(max(s - maximum, vec4f(FARTHEST))), bits != vec4u(MINUS_INFINITY));
}

// One row's share of four values. A hidden value is left out, not weighed by 0: it may be NaN.
fn seen(values: mat4x4f, w: vec4f) -> vec4f {
  return (select(vec4f(), values[0] * w.x, w.x > 0.0) + select(vec4f(), values[1] * w.y, w.y > 0.0))
    + (select(vec4f(), values[2] * w.z, w.z > 0.0) + select(vec4f(), values[3] * w.w, w.w > 0.0));
}

@compute @workgroup_size(WORKGROUP)
fn attend(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let tile = workgroup.x + workgroup.y * grid.x;
  if (tile >= p.tiles) {
    return;
  }
  // All queries of all heads that share a key head are rows of one small matrix; a workgroup takes four of them.
  let rowsPerHead = p.group * p.queries;
  let chunks = (rowsPerHead + 3u) / 4u;
  let part = tile % SPLITS;
  let unit = tile / SPLITS;
  let keyHeads = p.heads / p.group;
  let keyHead = unit / chunks % keyHeads;
  let sequence = unit / chunks / keyHeads;
  let row = unit % chunks * 4u + vec4u(0u, 1u, 2u, 3u);
  // A row past the end repeats the last one, and is not stored.
  let inHead = min(row, vec4u(rowsPerHead - 1u));
  let query = inHead % p.queries;
  let head = keyHead * p.group + inHead / p.queries;
  let kStart = place(p.k, sequence, keyHead);
  let vStart = place(p.v, sequence, keyHead);
  let maskStart = p.mask.start + sequence * p.mask.batch + head * p.mask.head + query * p.mask.token;
  var length = p.keys;
  if (RAGGED) {
    length = min(length, lengths[sequence]);
  }
  // Keys of this part that some row sees.
  var first = part * SPLIT;
  var end = min(first + SPLIT, length);
  if (CAUSAL || WINDOWED) {
    let last = vec4i(query) + p.offset;
    if (CAUSAL) {
      end = min(end, u32(max(max(max(last.x, last.y), max(last.z, last.w)) + 1, 0)));
    }
    if (WINDOWED) {
      first = max(first, u32(max(min(min(last.x, last.y), min(last.z, last.w)) - p.window + 1, 0)));
    }
  }
  let count = max(end, first) - first;

  let qStart = p.q.start + sequence * p.q.batch + head * p.q.head + query * p.q.token;
  for (var c = lane; c < DIM4; c += WORKGROUP) {
    rows4[c] = transpose(mat4x4f(
      vec4f(q[qStart.x + c]), vec4f(q[qStart.y + c]), vec4f(q[qStart.z + c]), vec4f(q[qStart.w + c])));
  }
  // Closes read after write: all lanes read the rows that some have loaded.
  workgroupBarrier();

  // Each lane sums its terms of two keys; then as many lanes as there are keys add up what 8 of them have.
  let term = lane % SHARED_BY;
  let near = lane / SHARED_BY;
  let far = near + KEYS / 2u;
  var top = vec4f(LOWEST);
  for (var start = 0u; start < count; start += KEYS) {
    // Past the last key the last one is read again, and not scored.
    let nearAt = kStart + min(first + start + near, end - 1u) * p.k.token;
    let farAt = kStart + min(first + start + far, end - 1u) * p.k.token;
    var a = vec4f();
    var b = vec4f();
    for (var c = term; c < DIM4; c += SHARED_BY) {
      let ofRows = rows4[c];
      a += ofRows * vec4f(k[nearAt + c]);
      b += ofRows * vec4f(k[farAt + c]);
    }
    shares[near * PITCH + term] = a;
    shares[far * PITCH + term] = b;
    // Closes read after write: a key's sums come from 8 lanes.
    workgroupBarrier();
    let j = start + lane;
    if (lane < KEYS && j < count) {
      var s = vec4f();
      for (var i = 0u; i < SHARED_BY; i++) {
        s += shares[lane * PITCH + i];
      }
      let x = score(s, first + j, query, maskStart, length);
      weights[j] = select(vec4u(MINUS_INFINITY), bitcast<vec4u>(x.s), x.isVisible);
      top = max(top, x.s);
    }
    // Closes write after read: what comes next takes the place of these sums.
    workgroupBarrier();
  }
  shares[lane] = top;
  // Closes read after write: the maxima of the other lanes.
  workgroupBarrier();
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      shares[lane] = max(shares[lane], shares[lane + half]);
    }
    // Closes read after write: the maxima of half as many lanes.
    workgroupBarrier();
  }
  let maximum = shares[0];
  for (var j = lane; j < count; j += WORKGROUP) {
    weights[j] = bitcast<vec4u>(weight(weights[j], maximum));
  }
  // Closes read after write: all lanes read the weights of all keys. Closes write after read: all have the maximum.
  workgroupBarrier();

  // Lanes side by side sum neighbouring columns; slices of lanes take every SLICES-th group of four keys.
  let slice = lane / VALUE_DIM4;
  let column = lane % VALUE_DIM4;
  var sums = mat4x4f();
  var sum = vec4f();
  for (var j = 4u * slice; j < count && slice < SLICES; j += 4u * SLICES) {
    let at = min(vec4u(j, j + 1u, j + 2u, j + 3u), vec4u(count - 1u));
    let isIn = j + vec4u(0u, 1u, 2u, 3u) < vec4u(count);
    let w = mat4x4f(
      bitcast<vec4f>(weights[at.x]),
      select(vec4f(), bitcast<vec4f>(weights[at.y]), isIn.y),
      select(vec4f(), bitcast<vec4f>(weights[at.z]), isIn.z),
      select(vec4f(), bitcast<vec4f>(weights[at.w]), isIn.w),
    );
    let values = mat4x4f(
      vec4f(v[vStart + (first + at.x) * p.v.token + column]),
      vec4f(v[vStart + (first + at.y) * p.v.token + column]),
      vec4f(v[vStart + (first + at.z) * p.v.token + column]),
      vec4f(v[vStart + (first + at.w) * p.v.token + column]),
    );
    let ofRow = transpose(w);
    sums += mat4x4f(seen(values, ofRow[0]), seen(values, ofRow[1]), seen(values, ofRow[2]), seen(values, ofRow[3]));
    sum += (w[0] + w[1]) + (w[2] + w[3]);
  }
  if (column == 0u && slice < SLICES) {
    sliceSums[slice] = sum;
  }
  for (var pair = 0u; pair < 4u; pair += 2u) {
    shares[lane] = select(sums[0], sums[2], pair > 0u);
    shares[WORKGROUP + lane] = select(sums[1], sums[3], pair > 0u);
    // Closes read after write: the other slices' sums, of outputs and of weights.
    workgroupBarrier();
    for (var at = lane; at < 2u * VALUE_DIM4; at += WORKGROUP) {
      let i = pair + at / VALUE_DIM4;
      if (row[i] < rowsPerHead) {
        let whole = (sequence * p.heads + head[i]) * p.queries + query[i];
        let record = (whole * SPLITS + part) * RECORD;
        var output = vec4f();
        var weighed = 0.0;
        for (var n = 0u; n < SLICES; n++) {
          output += shares[at / VALUE_DIM4 * WORKGROUP + n * VALUE_DIM4 + at % VALUE_DIM4];
          weighed += sliceSums[n][i];
        }
        partial[record + at % VALUE_DIM4] = output;
        if (at % VALUE_DIM4 == 0u) {
          partial[record + VALUE_DIM4] = vec4f(maximum[i], weighed, 0.0, 0.0);
        }
      }
    }
    // Closes write after read: the next two rows take the place of these.
    workgroupBarrier();
  }
}

// One workgroup for each row of the output: parts weigh exp(their maximum - the largest).
@compute @workgroup_size(WORKGROUP)
fn merge(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = workgroup.x + workgroup.y * grid.x;
  if (row >= ROWS) {
    return;
  }
  let firstRecord = row * SPLITS * RECORD;
  var top = LOWEST;
  for (var part = lane; part < SPLITS; part += WORKGROUP) {
    top = max(top, partial[firstRecord + part * RECORD + VALUE_DIM4].x);
  }
  shares[lane] = vec4f(top);
  // Closes read after write: the maxima of the other lanes.
  workgroupBarrier();
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      shares[lane] = max(shares[lane], shares[lane + half]);
    }
    // Closes read after write: the maxima of half as many lanes.
    workgroupBarrier();
  }
  let maximum = shares[0].x;
  let slice = lane / VALUE_DIM4;
  let column = lane % VALUE_DIM4;
  var sums = vec4f();
  var sum = 0.0;
  for (var part = slice; part < SPLITS && slice < SLICES; part += SLICES) {
    let record = firstRecord + part * RECORD;
    let whole = partial[record + VALUE_DIM4];
    let grow = exp(max(whole.x - maximum, FARTHEST));
    sums += partial[record + column] * grow;
    sum += whole.y * grow;
  }
  // Closes write after read: all lanes have the maximum.
  workgroupBarrier();
  shares[lane] = sums;
  if (column == 0u && slice < SLICES) {
    sliceSums[slice] = vec4f(sum);
  }
  // Closes read after write: the other slices' sums.
  workgroupBarrier();
  if (lane >= VALUE_DIM4) {
    return;
  }
  var output = vec4f();
  var total = 0.0;
  for (var n = 0u; n < SLICES; n++) {
    output += shares[n * VALUE_DIM4 + column];
    total += sliceSums[n].x;
  }
  // A query that sees no key has summed nothing: 0, not 0 / 0.
  output *= select(0.0, 1.0 / total, total > 0.0);
  let query = row % p.queries;
  let head = row / p.queries % p.heads;
  let oStart = place(p.o, row / p.queries / p.heads, head) + query * p.o.token;
  for (var c = 4u * column; c < min(4u * column + 4u, VALUE_DIM); c++) {
    o[oStart + c] = Elem(output[c % 4u]);
  }
}
