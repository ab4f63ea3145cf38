// 15. Tiles of queries that fill the device only together with the keys: both are split.
//
// From kernels 13 and 11: kernel 13 has as many workgroups as there are tiles of queries: 1,024 tokens of 8 heads make 128,
// fewer than a large GPU has multiprocessors, and each of those then holds two subgroups, which cannot hide what they wait
// for. Here every SPLIT keys are another workgroup's, as in kernel 11, and a second pass merges the parts by their
// log-sum-exp. The price is the scratch, written once and read once: it pays where workgroups are few, and not where they
// are many.
//
// Registers and workgroup memory: as in kernel 13. Global memory: as in kernel 13, Q once for each part, and a record of
// valueDim + 4 floats for each part and row, which is linear in the keys.
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
// Vectors of the output that one lane sums for each of its queries: four at most.
const COLUMNS: u32 = 2u;
// Vectors of a tile of keys, and of one of values, that one lane carries.
const KEYS_EACH: u32 = 4u;
const VALUES_EACH: u32 = 4u;
// Odd, so that neighbouring keys lie in different banks.
const KEY_PITCH: u32 = DIM4 | 1u;
const VALUE_PITCH: u32 = VALUE_DIM4 | 1u;
// A lane owns two blocks of 4 queries and 2 keys of the tile; later the same queries and every LANES_X-th column.
const LANES_X: u32 = 8u;
const KEY_TILE: u32 = 16u;
// Keys of one part, whole tiles of them, and how many parts there are.
override SPLIT: u32 = 256u;
override SPLITS: u32 = 1u;
// Rows of the output: queries of all heads and sequences.
override ROWS: u32 = 1u;
override QUERY_TILE: u32 = 64u;
override LANES_Y: u32 = QUERY_TILE / 8u;
// Blocks of 4 queries, and one more: keys of one block lie in different banks.
override WEIGHT_PITCH: u32 = QUERY_TILE / 4u + 1u;
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
// Invocations of a workgroup of the second pass.
const MERGERS: u32 = 64u;

var<workgroup> keyTile: array<vec4f, KEY_TILE * KEY_PITCH>;
var<workgroup> valueTile: array<vec4f, KEY_TILE * VALUE_PITCH>;
// Weights of each key for each block of four queries.
var<workgroup> weights: array<vec4f, KEY_TILE * WEIGHT_PITCH>;
// What the lanes of a row tell each other of each block: their maxima, at the end their sums.
var<workgroup> rowParts: array<vec4f, LANES_X * QUERY_TILE / 4u>;

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
fn weight(x: Scored, maximum: vec4f) -> vec4f {
  return select(vec4f(), exp(max(x.s - maximum, vec4f(FARTHEST))), x.isVisible);
}

// Four products more for each of four queries: columns of x are terms.
fn addTerms(x: mat4x4f, y: vec4f, s: vec4f) -> vec4f {
  return fma(x[3], vec4f(y.w), fma(x[2], vec4f(y.z), fma(x[1], vec4f(y.y), fma(x[0], vec4f(y.x), s))));
}

// Four queries' output with one key more.
fn addValue(value: vec4f, w: vec4f, o: mat4x4f) -> mat4x4f {
  return mat4x4f(
    fma(vec4f(w.x), value, o[0]), fma(vec4f(w.y), value, o[1]), fma(vec4f(w.z), value, o[2]),
    fma(vec4f(w.w), value, o[3]));
}

// The same where the key may be hidden. A hidden value is left out, not weighed by 0: it may be NaN.
fn addSeen(value: vec4f, w: vec4f, o: mat4x4f) -> mat4x4f {
  return mat4x4f(
    select(o[0], fma(vec4f(w.x), value, o[0]), w.x > 0.0), select(o[1], fma(vec4f(w.y), value, o[1]), w.y > 0.0),
    select(o[2], fma(vec4f(w.z), value, o[2]), w.z > 0.0), select(o[3], fma(vec4f(w.w), value, o[3]), w.w > 0.0));
}

// Column c of the values of key j.
fn valueOf(j: u32, c: u32) -> vec4f {
  return valueTile[j * VALUE_PITCH + min(c, VALUE_DIM4 - 1u)];
}

fn shrunk(o: mat4x4f, shrink: vec4f) -> mat4x4f {
  return mat4x4f(o[0] * shrink.x, o[1] * shrink.y, o[2] * shrink.z, o[3] * shrink.w);
}

// The vec4 of K in place `slot` of a tile, zeros past the last key.
fn loadKey(start: u32, tileStart: u32, slot: u32, length: u32) -> vec4f {
  let key = tileStart + slot / DIM4;
  if (slot < KEY_TILE * DIM4 && key < length) {
    return vec4f(k[start + key * p.k.token + slot % DIM4]);
  }
  return vec4f();
}

fn loadValue(start: u32, tileStart: u32, slot: u32, length: u32) -> vec4f {
  let key = tileStart + slot / VALUE_DIM4;
  if (slot < KEY_TILE * VALUE_DIM4 && key < length) {
    return vec4f(v[start + key * p.v.token + slot % VALUE_DIM4]);
  }
  return vec4f();
}

fn keepKey(slot: u32, x: vec4f) {
  if (slot < KEY_TILE * DIM4) {
    keyTile[slot / DIM4 * KEY_PITCH + slot % DIM4] = x;
  }
}

fn keepValue(slot: u32, x: vec4f) {
  if (slot < KEY_TILE * VALUE_DIM4) {
    valueTile[slot / VALUE_DIM4 * VALUE_PITCH + slot % VALUE_DIM4] = x;
  }
}

// Where the record of one query and part begins.
fn recordOf(sequence: u32, head: u32, query: u32, part: u32) -> u32 {
  return (((sequence * p.heads + head) * p.queries + query) * SPLITS + part) * RECORD;
}

// Stores vector c of the records of four queries, and nothing past the last query.
fn storeVectors(record: u32, c: u32, queries: vec4u, x: mat4x4f) {
  let isIn = queries < vec4u(p.queries);
  if (c >= VALUE_DIM4) {
    return;
  }
  if (isIn.x) {
    partial[record + c] = x[0];
  }
  if (isIn.y) {
    partial[record + SPLITS * RECORD + c] = x[1];
  }
  if (isIn.z) {
    partial[record + 2u * SPLITS * RECORD + c] = x[2];
  }
  if (isIn.w) {
    partial[record + 3u * SPLITS * RECORD + c] = x[3];
  }
}

// Stores what the merge has to know of four queries.
fn storeSums(record: u32, queries: vec4u, maximum: vec4f, sum: vec4f) {
  storeVectors(record, 0u, queries, mat4x4f(
    vec4f(maximum.x, sum.x, 0.0, 0.0), vec4f(maximum.y, sum.y, 0.0, 0.0),
    vec4f(maximum.z, sum.z, 0.0, 0.0), vec4f(maximum.w, sum.w, 0.0, 0.0)));
}

// Four terms of four queries, one term in each column.
fn fourQueries(start: vec4u, c: u32) -> mat4x4f {
  return transpose(mat4x4f(
    vec4f(q[start.x + c]), vec4f(q[start.y + c]), vec4f(q[start.z + c]), vec4f(q[start.w + c])));
}

@compute @workgroup_size(LANES_X, LANES_Y)
fn attend(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_id) lane: vec3u,
  @builtin(local_invocation_index) invocation: u32,
) {
  let tile = workgroup.x + workgroup.y * grid.x;
  if (tile >= p.tiles) {
    return;
  }
  let tilesPerHead = (p.queries + QUERY_TILE - 1u) / QUERY_TILE;
  let part = tile % SPLITS;
  let unit = tile / SPLITS;
  let head = (unit / tilesPerHead) % p.heads;
  let sequence = unit / tilesPerHead / p.heads;
  let firstQuery = (unit % tilesPerHead) * QUERY_TILE;
  let lanes = LANES_X * LANES_Y;
  // The lane's two blocks of queries. A query past the end repeats the last one, and is not stored.
  let upper = lane.y;
  let lower = lane.y + LANES_Y;
  let queryU = firstQuery + 4u * upper + vec4u(0u, 1u, 2u, 3u);
  let queryL = firstQuery + 4u * lower + vec4u(0u, 1u, 2u, 3u);
  let rowU = min(queryU, vec4u(p.queries - 1u));
  let rowL = min(queryL, vec4u(p.queries - 1u));
  let qStart = place(p.q, sequence, head);
  let startU = qStart + rowU * p.q.token;
  let startL = qStart + rowL * p.q.token;
  let kStart = place(p.k, sequence, head / p.group);
  let vStart = place(p.v, sequence, head / p.group);
  let maskStart = place(p.mask, sequence, head);
  let maskU = maskStart + rowU * p.mask.token;
  let maskL = maskStart + rowL * p.mask.token;
  var length = p.keys;
  if (RAGGED) {
    length = min(length, lengths[sequence]);
  }
  // Keys of this part that some query of this workgroup sees, from a whole tile on; and keys that all of them see.
  var first = part * SPLIT;
  var end = min(first + SPLIT, length);
  var commonFirst = 0u;
  var commonEnd = length;
  let lastQuery = min(firstQuery + QUERY_TILE, p.queries) - 1u;
  if (WINDOWED) {
    first = max(first, u32(max(i32(firstQuery) + p.offset - p.window + 1, 0)) / KEY_TILE * KEY_TILE);
    commonFirst = u32(max(i32(lastQuery) + p.offset - p.window + 1, 0));
  }
  if (CAUSAL) {
    end = min(end, u32(max(i32(lastQuery) + p.offset + 1, 0)));
    commonEnd = min(commonEnd, u32(max(i32(firstQuery) + p.offset + 1, 0)));
  }

  // Columns of the output, for the four queries of the upper block and of the lower one.
  var outputU0 = mat4x4f();
  var outputL0 = mat4x4f();
  var outputU1 = mat4x4f();
  var outputL1 = mat4x4f();
  var outputU2 = mat4x4f();
  var outputL2 = mat4x4f();
  var outputU3 = mat4x4f();
  var outputL3 = mat4x4f();
  var maximumU = vec4f(LOWEST);
  var maximumL = vec4f(LOWEST);
  var sumU = vec4f();
  var sumL = vec4f();
  // What this lane carries of the next tile of keys, and of this one's values.
  var carriedKeys: array<vec4f, KEYS_EACH>;
  var carriedValues: array<vec4f, VALUES_EACH>;
  for (var i = 0u; i < KEYS_EACH; i++) {
    carriedKeys[i] = loadKey(kStart, first, invocation + i * lanes, length);
  }
  for (var tileStart = first; tileStart < end; tileStart += KEY_TILE) {
    for (var i = 0u; i < KEYS_EACH; i++) {
      keepKey(invocation + i * lanes, carriedKeys[i]);
    }
    // Closes read after write: the keys that other lanes have stored. Closes write after read: the values and the weights
    // of the tile before, and its maxima.
    workgroupBarrier();
    for (var i = 0u; i < VALUES_EACH; i++) {
      carriedValues[i] = loadValue(vStart, tileStart, invocation + i * lanes, length);
    }
    // Of each block of queries with the lane's first key, and with its second.
    var sU0 = vec4f();
    var sU1 = vec4f();
    var sL0 = vec4f();
    var sL1 = vec4f();
    for (var c = 0u; c < DIM4; c++) {
      let xU = fourQueries(startU, c);
      let xL = fourQueries(startL, c);
      let y0 = keyTile[lane.x * KEY_PITCH + c];
      let y1 = keyTile[(lane.x + LANES_X) * KEY_PITCH + c];
      sU0 = addTerms(xU, y0, sU0);
      sU1 = addTerms(xU, y1, sU1);
      sL0 = addTerms(xL, y0, sL0);
      sL1 = addTerms(xL, y1, sL1);
    }
    // Inside, where every query sees every key, nothing is left to decide.
    let isInside = MASK == 0u && tileStart >= commonFirst && tileStart + KEY_TILE <= commonEnd;
    let nearKey = tileStart + lane.x;
    let farKey = nearKey + LANES_X;
    var a = Scored(sU0 * p.scale, vec4<bool>(true));
    var b = Scored(sU1 * p.scale, vec4<bool>(true));
    var c = Scored(sL0 * p.scale, vec4<bool>(true));
    var d = Scored(sL1 * p.scale, vec4<bool>(true));
    if (!isInside || SOFTCAPPED) {
      a = score(sU0, nearKey, rowU, maskU, length);
      b = score(sU1, farKey, rowU, maskU, length);
      c = score(sL0, nearKey, rowL, maskL, length);
      d = score(sL1, farKey, rowL, maskL, length);
    }
    rowParts[upper * LANES_X + lane.x] = max(a.s, b.s);
    rowParts[lower * LANES_X + lane.x] = max(c.s, d.s);
    for (var i = 0u; i < VALUES_EACH; i++) {
      keepValue(invocation + i * lanes, carriedValues[i]);
    }
    // Closes read after write: the maxima and the values of the other lanes. Closes write after read: the keys.
    workgroupBarrier();
    var raisedU = maximumU;
    var raisedL = maximumL;
    for (var i = 0u; i < LANES_X; i++) {
      raisedU = max(raisedU, rowParts[upper * LANES_X + i]);
      raisedL = max(raisedL, rowParts[lower * LANES_X + i]);
    }
    // What was summed so far shrinks once for the whole tile.
    let shrinkU = exp(max(maximumU - raisedU, vec4f(FARTHEST)));
    let shrinkL = exp(max(maximumL - raisedL, vec4f(FARTHEST)));
    maximumU = raisedU;
    maximumL = raisedL;
    let wU0 = weight(a, maximumU);
    let wU1 = weight(b, maximumU);
    let wL0 = weight(c, maximumL);
    let wL1 = weight(d, maximumL);
    // Each lane sums its own keys; the lanes of a row add up at the end.
    sumU = sumU * shrinkU + (wU0 + wU1);
    sumL = sumL * shrinkL + (wL0 + wL1);
    weights[lane.x * WEIGHT_PITCH + upper] = wU0;
    weights[(lane.x + LANES_X) * WEIGHT_PITCH + upper] = wU1;
    weights[lane.x * WEIGHT_PITCH + lower] = wL0;
    weights[(lane.x + LANES_X) * WEIGHT_PITCH + lower] = wL1;
    // Closes read after write: the weights that other lanes have stored.
    workgroupBarrier();
    for (var i = 0u; i < KEYS_EACH; i++) {
      carriedKeys[i] = loadKey(kStart, tileStart + KEY_TILE, invocation + i * lanes, length);
    }
    outputU0 = shrunk(outputU0, shrinkU);
    outputL0 = shrunk(outputL0, shrinkL);
    if (COLUMNS > 1u) {
      outputU1 = shrunk(outputU1, shrinkU);
      outputL1 = shrunk(outputL1, shrinkL);
    }
    if (COLUMNS > 2u) {
      outputU2 = shrunk(outputU2, shrinkU);
      outputL2 = shrunk(outputL2, shrinkL);
    }
    if (COLUMNS > 3u) {
      outputU3 = shrunk(outputU3, shrinkU);
      outputL3 = shrunk(outputL3, shrinkL);
    }
    if (isInside) {
      for (var j = 0u; j < KEY_TILE; j++) {
        let wU = weights[j * WEIGHT_PITCH + upper];
        let wL = weights[j * WEIGHT_PITCH + lower];
        let v0 = valueOf(j, lane.x);
        outputU0 = addValue(v0, wU, outputU0);
        outputL0 = addValue(v0, wL, outputL0);
        if (COLUMNS > 1u) {
          let v1 = valueOf(j, lane.x + 1u * LANES_X);
          outputU1 = addValue(v1, wU, outputU1);
          outputL1 = addValue(v1, wL, outputL1);
        }
        if (COLUMNS > 2u) {
          let v2 = valueOf(j, lane.x + 2u * LANES_X);
          outputU2 = addValue(v2, wU, outputU2);
          outputL2 = addValue(v2, wL, outputL2);
        }
        if (COLUMNS > 3u) {
          let v3 = valueOf(j, lane.x + 3u * LANES_X);
          outputU3 = addValue(v3, wU, outputU3);
          outputL3 = addValue(v3, wL, outputL3);
        }
      }
    } else {
      for (var j = 0u; j < KEY_TILE; j++) {
        let wU = weights[j * WEIGHT_PITCH + upper];
        let wL = weights[j * WEIGHT_PITCH + lower];
        let v0 = valueOf(j, lane.x);
        outputU0 = addSeen(v0, wU, outputU0);
        outputL0 = addSeen(v0, wL, outputL0);
        if (COLUMNS > 1u) {
          let v1 = valueOf(j, lane.x + 1u * LANES_X);
          outputU1 = addSeen(v1, wU, outputU1);
          outputL1 = addSeen(v1, wL, outputL1);
        }
        if (COLUMNS > 2u) {
          let v2 = valueOf(j, lane.x + 2u * LANES_X);
          outputU2 = addSeen(v2, wU, outputU2);
          outputL2 = addSeen(v2, wL, outputL2);
        }
        if (COLUMNS > 3u) {
          let v3 = valueOf(j, lane.x + 3u * LANES_X);
          outputU3 = addSeen(v3, wU, outputU3);
          outputL3 = addSeen(v3, wL, outputL3);
        }
      }
    }
  }
  rowParts[upper * LANES_X + lane.x] = sumU;
  rowParts[lower * LANES_X + lane.x] = sumL;
  // Closes read after write: the sums of the other lanes.
  workgroupBarrier();
  var totalU = vec4f();
  var totalL = vec4f();
  for (var i = 0u; i < LANES_X; i++) {
    totalU += rowParts[upper * LANES_X + i];
    totalL += rowParts[lower * LANES_X + i];
  }
  let recordU = recordOf(sequence, head, queryU.x, part);
  let recordL = recordOf(sequence, head, queryL.x, part);
  storeVectors(recordU, lane.x, queryU, outputU0);
  storeVectors(recordL, lane.x, queryL, outputL0);
  if (COLUMNS > 1u) {
    storeVectors(recordU, lane.x + LANES_X, queryU, outputU1);
    storeVectors(recordL, lane.x + LANES_X, queryL, outputL1);
  }
  if (COLUMNS > 2u) {
    storeVectors(recordU, lane.x + 2u * LANES_X, queryU, outputU2);
    storeVectors(recordL, lane.x + 2u * LANES_X, queryL, outputL2);
  }
  if (COLUMNS > 3u) {
    storeVectors(recordU, lane.x + 3u * LANES_X, queryU, outputU3);
    storeVectors(recordL, lane.x + 3u * LANES_X, queryL, outputL3);
  }
  if (lane.x == 0u) {
    storeSums(recordU + VALUE_DIM4, queryU, maximumU, totalU);
    storeSums(recordL + VALUE_DIM4, queryL, maximumL, totalL);
  }
}

// One invocation for each vector of the output: parts weigh exp(their maximum - the largest).
@compute @workgroup_size(MERGERS)
fn merge(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let at = id.x + id.y * grid.x * MERGERS;
  let row = at / VALUE_DIM4;
  if (row >= ROWS) {
    return;
  }
  let column = at % VALUE_DIM4;
  var maximum = LOWEST;
  var sum = 0.0;
  var sums = vec4f();
  for (var part = 0u; part < SPLITS; part++) {
    let record = (row * SPLITS + part) * RECORD;
    let whole = partial[record + VALUE_DIM4];
    let raised = max(maximum, whole.x);
    let shrink = exp(max(maximum - raised, FARTHEST));
    let grow = exp(max(whole.x - raised, FARTHEST));
    sums = sums * shrink + partial[record + column] * grow;
    sum = sum * shrink + whole.y * grow;
    maximum = raised;
  }
  // A query that sees no key has summed nothing: 0, not 0 / 0.
  sums *= select(0.0, 1.0 / sum, sum > 0.0);
  let query = row % p.queries;
  let head = row / p.queries % p.heads;
  let oStart = place(p.o, row / p.queries / p.heads, head) + query * p.o.token;
  let c = 4u * column;
  o[oStart + c] = Elem(sums.x);
  if (c + 1u < VALUE_DIM) {
    o[oStart + c + 1u] = Elem(sums.y);
  }
  if (c + 2u < VALUE_DIM) {
    o[oStart + c + 2u] = Elem(sums.z);
  }
  if (c + 3u < VALUE_DIM) {
    o[oStart + c + 3u] = Elem(sums.w);
  }
}
