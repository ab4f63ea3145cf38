// 9. Tiles that stay in f16, sums in f32.
//
// From kernel 7: keys and values stored as f16 stay so in workgroup memory, and become f32 only in the register
// that multiplies them. Half the bytes from memory, half the workgroup memory: a tile of twice the keys fits, or twice
// the workgroups. Products and sums are f32: an f16 sum overflows at 65,504 and loses its last bits long before.
//
// Registers: as in kernel 7. Workgroup memory: keys, then values, at 8 bytes a vector instead of 16; weights stay f32.
// Global memory: half the bytes of f32.
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
// Vectors of the output that one lane sums.
const COLUMNS: u32 = 2u;
// Odd, so that neighbouring keys lie in different banks.
const PITCH: u32 = max(DIM4, VALUE_DIM4) | 1u;
// A lane owns 4 queries and 4 keys of the tile; later 4 queries and every LANES_X-th column of the output.
override QUERY_TILE: u32 = 32u;
override KEY_TILE: u32 = 32u;
override LANES_X: u32 = KEY_TILE / 4u;
override LANES_Y: u32 = QUERY_TILE / 4u;
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

// Keys while scores are computed, values after.
var<workgroup> tileData: array<Elem4, KEY_TILE * PITCH>;
// Weights of each key for the four queries of each row of lanes.
var<workgroup> weights: array<vec4f, KEY_TILE * LANES_Y>;
// What the lanes of a row tell each other: their maxima, at the end their sums.
var<workgroup> rowParts: array<vec4f, LANES_X * LANES_Y>;

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

// One query's share of four values. A hidden value is left out, not weighed by 0: it may be NaN.
fn seen(values: mat4x4f, w: vec4f) -> vec4f {
  return (select(vec4f(), values[0] * w.x, w.x > 0.0) + select(vec4f(), values[1] * w.y, w.y > 0.0))
    + (select(vec4f(), values[2] * w.z, w.z > 0.0) + select(vec4f(), values[3] * w.w, w.w > 0.0));
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
  let head = (tile / tilesPerHead) % p.heads;
  let sequence = tile / tilesPerHead / p.heads;
  let firstQuery = (tile % tilesPerHead) * QUERY_TILE;
  let query = firstQuery + 4u * lane.y + vec4u(0u, 1u, 2u, 3u);
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
  // Keys that some query of this workgroup sees, from a whole tile on; and keys that all of them see.
  var first = 0u;
  var end = length;
  var commonFirst = 0u;
  var commonEnd = length;
  let lastQuery = min(firstQuery + QUERY_TILE, p.queries) - 1u;
  if (WINDOWED) {
    first = u32(max(i32(firstQuery) + p.offset - p.window + 1, 0)) / KEY_TILE * KEY_TILE;
    commonFirst = u32(max(i32(lastQuery) + p.offset - p.window + 1, 0));
  }
  if (CAUSAL) {
    end = min(end, u32(max(i32(lastQuery) + p.offset + 1, 0)));
    commonEnd = min(commonEnd, u32(max(i32(firstQuery) + p.offset + 1, 0)));
  }

  // Vectors of the output, for four queries each.
  var output: array<mat4x4f, COLUMNS>;
  var maximum = vec4f(LOWEST);
  var sum = vec4f();
  for (var tileStart = first; tileStart < end; tileStart += KEY_TILE) {
    // Closes write after read: lanes may still be reading the values of the tile before.
    workgroupBarrier();
    for (var i = invocation; i < KEY_TILE * DIM4; i += LANES_X * LANES_Y) {
      let key = tileStart + i / DIM4;
      let at = kStart + min(key, length - 1u) * p.k.token + i % DIM4;
      tileData[i / DIM4 * PITCH + i % DIM4] = select(Elem4(), k[at], key < length);
    }
    // Closes read after write: the keys that other lanes have loaded.
    workgroupBarrier();
    // Columns of s are keys, its rows queries.
    let keyInTile = lane.x + LANES_X * vec4u(0u, 1u, 2u, 3u);
    let key = tileStart + keyInTile;
    var s = mat4x4f();
    for (var c = 0u; c < DIM4; c++) {
      let own = transpose(mat4x4f(
        vec4f(q[qStart.x + c]), vec4f(q[qStart.y + c]), vec4f(q[qStart.z + c]), vec4f(q[qStart.w + c])));
      s += own * mat4x4f(
        vec4f(tileData[lane.x * PITCH + c]),
        vec4f(tileData[(lane.x + LANES_X) * PITCH + c]),
        vec4f(tileData[(lane.x + 2u * LANES_X) * PITCH + c]),
        vec4f(tileData[(lane.x + 3u * LANES_X) * PITCH + c]),
      );
    }
    // Inside, where every query sees every key, nothing is left to decide.
    let isInside = MASK == 0u && tileStart >= commonFirst && tileStart + KEY_TILE <= commonEnd;
    var a = Scored(s[0] * p.scale, vec4<bool>(true));
    var b = Scored(s[1] * p.scale, vec4<bool>(true));
    var c = Scored(s[2] * p.scale, vec4<bool>(true));
    var d = Scored(s[3] * p.scale, vec4<bool>(true));
    if (!isInside || SOFTCAPPED) {
      a = score(s[0], key.x, row, maskStart, length);
      b = score(s[1], key.y, row, maskStart, length);
      c = score(s[2], key.z, row, maskStart, length);
      d = score(s[3], key.w, row, maskStart, length);
    }
    rowParts[lane.y * LANES_X + lane.x] = max(max(a.s, b.s), max(c.s, d.s));
    // Closes read after write: the maxima of the other lanes. Closes write after read: the keys are no longer needed.
    workgroupBarrier();
    for (var i = invocation; i < KEY_TILE * VALUE_DIM4; i += LANES_X * LANES_Y) {
      let key = tileStart + i / VALUE_DIM4;
      let at = vStart + min(key, length - 1u) * p.v.token + i % VALUE_DIM4;
      tileData[i / VALUE_DIM4 * PITCH + i % VALUE_DIM4] = select(Elem4(), v[at], key < length);
    }
    var raised = maximum;
    for (var i = 0u; i < LANES_X; i++) {
      raised = max(raised, rowParts[lane.y * LANES_X + i]);
    }
    // What was summed so far shrinks once for the whole tile.
    let shrink = exp(max(maximum - raised, vec4f(FARTHEST)));
    maximum = raised;
    s = mat4x4f(weight(a, maximum), weight(b, maximum), weight(c, maximum), weight(d, maximum));
    // Each lane sums its own keys; the lanes of a row add up at the end.
    sum = sum * shrink + ((s[0] + s[1]) + (s[2] + s[3]));
    weights[keyInTile.x * LANES_Y + lane.y] = s[0];
    weights[keyInTile.y * LANES_Y + lane.y] = s[1];
    weights[keyInTile.z * LANES_Y + lane.y] = s[2];
    weights[keyInTile.w * LANES_Y + lane.y] = s[3];
    // Closes read after write: the weights and the values that other lanes have written.
    workgroupBarrier();
    for (var n = 0u; n < COLUMNS; n++) {
      output[n] = mat4x4f(
        output[n][0] * shrink.x, output[n][1] * shrink.y, output[n][2] * shrink.z, output[n][3] * shrink.w);
    }
    for (var j = 0u; j < KEY_TILE; j += 4u) {
      // Columns are queries, rows are keys.
      let w = transpose(mat4x4f(
        weights[j * LANES_Y + lane.y],
        weights[(j + 1u) * LANES_Y + lane.y],
        weights[(j + 2u) * LANES_Y + lane.y],
        weights[(j + 3u) * LANES_Y + lane.y],
      ));
      for (var n = 0u; n < COLUMNS; n++) {
        let c = min(lane.x + n * LANES_X, VALUE_DIM4 - 1u);
        let values = mat4x4f(
          vec4f(tileData[j * PITCH + c]),
          vec4f(tileData[(j + 1u) * PITCH + c]),
          vec4f(tileData[(j + 2u) * PITCH + c]),
          vec4f(tileData[(j + 3u) * PITCH + c]),
        );
        if (isInside) {
          output[n] += values * w;
        } else {
          output[n] += mat4x4f(seen(values, w[0]), seen(values, w[1]), seen(values, w[2]), seen(values, w[3]));
        }
      }
    }
  }
  // Closes write after read: the maxima of the last tile have been read.
  workgroupBarrier();
  rowParts[lane.y * LANES_X + lane.x] = sum;
  // Closes read after write: the sums of the other lanes.
  workgroupBarrier();
  var total = vec4f();
  for (var i = 0u; i < LANES_X; i++) {
    total += rowParts[lane.y * LANES_X + i];
  }
  // A query that sees no key has summed nothing: 0, not 0 / 0.
  let share = select(vec4f(), 1.0 / total, total > vec4f());
  let oStart = place(p.o, sequence, head) + query * p.o.token;
  for (var n = 0u; n < COLUMNS; n++) {
    let firstColumn = 4u * (lane.x + n * LANES_X);
    for (var i = 0u; i < 4u; i++) {
      if (query[i] < p.queries) {
        // Taken whole: an array that a shader indexes at run time may be kept in memory, not in registers.
        let values = output[n][i] * share[i];
        for (var c = firstColumn; c < min(firstColumn + 4u, VALUE_DIM); c++) {
          o[oStart[i] + c] = Elem(values[c % 4u]);
        }
      }
    }
  }
}
