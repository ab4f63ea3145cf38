enable f16, subgroups, chromium_experimental_subgroup_matrix; diagnostic(off, chromium.subgroup_matrix_uniformity);
// 10. Subgroup matrices.
//
// From kernel 9: both products of a tile, Q K^T and P V, are multiplied block by block on the units that GPUs have for
// it (tensor cores, XMX, simdgroup matrices), one instruction of a whole subgroup each. How its lanes hold a block is
// the device's affair, so what needs rows (the mask, the maximum, the rescaling) goes through workgroup memory. There
// the probabilities are rounded to the type that the units take: an error of 2^-11 each where that is f16.
//
// A unit cannot leave a key out, only weigh it by 0, and 0 times NaN is NaN. Where a tile on the edge of what is
// visible holds a value that is no number, its lanes sum it one by one. It needs the experimental feature and is
// refused where that is missing: on the adapters that the tests have it is only compiled. It ran on an H200.
//
// Registers: blocks of scores and sums. Workgroup memory: a tile of queries, one of keys (then of values), scores,
// probabilities, and the output so far. Global memory: as in kernel 9.
//
// Q (batch, heads, queries, dim), K (batch, kvHeads, keys, dim), V (batch, kvHeads, keys, valueDim), O as Q with
// valueDim; mask (1 or batch, 1 or heads, 1 or queries, keys). Strides in elements, the last one 1.

alias Elem = f16;
// What the units multiply; they sum in f32.
alias Part = f16;
// Rows, columns and terms of one instruction.
const UNIT_M: u32 = 16u;
const UNIT_N: u32 = 16u;
const UNIT_K: u32 = 16u;
// Subgroups of a workgroup, each with UNIT_M queries; keys of a tile.
const SUBGROUPS: u32 = 2u;
const KEY_TILE: u32 = 32u;
const DIM: u32 = 64u;
const VALUE_DIM: u32 = 64u;
// The most lanes that a subgroup of this device has. Where one has fewer, several do the same work.
override LANES: u32 = 128u;

const QUERY_TILE: u32 = SUBGROUPS * UNIT_M;
// Up to whole blocks; the rest is zeros.
const PADDED_DIM: u32 = (DIM + UNIT_K - 1u) / UNIT_K * UNIT_K;
const PADDED_VALUE: u32 = (VALUE_DIM + KEY_TILE - 1u) / KEY_TILE * KEY_TILE;
const PITCH: u32 = max(PADDED_DIM, PADDED_VALUE);
alias Left = subgroup_matrix_left<Part, UNIT_K, UNIT_M>;
alias Right = subgroup_matrix_right<Part, UNIT_N, UNIT_K>;
alias Result = subgroup_matrix_result<f32, UNIT_N, UNIT_M>;

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

var<workgroup> queryTile: array<Part, QUERY_TILE * PADDED_DIM>;
// Keys while scores are computed, values after.
var<workgroup> keyTile: array<Part, KEY_TILE * PITCH>;
// Scores, then KEY_TILE columns of the tile's share of the output.
var<workgroup> products: array<f32, QUERY_TILE * KEY_TILE>;
var<workgroup> probabilities: array<Part, QUERY_TILE * KEY_TILE>;
var<workgroup> output: array<f32, QUERY_TILE * PADDED_VALUE>;
var<workgroup> shrinks: array<f32, QUERY_TILE>;
var<workgroup> sums: array<f32, QUERY_TILE>;
// Not 0 where the tile holds a value that is NaN or infinite.
var<workgroup> taint: atomic<u32>;

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

@compute @workgroup_size(LANES, SUBGROUPS)
fn attend(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_id) local: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let tile = workgroup.x + workgroup.y * grid.x;
  if (tile >= p.tiles) {
    return;
  }
  let invocations = LANES * SUBGROUPS;
  let tilesPerHead = (p.queries + QUERY_TILE - 1u) / QUERY_TILE;
  let head = (tile / tilesPerHead) % p.heads;
  let sequence = tile / tilesPerHead / p.heads;
  let firstQuery = (tile % tilesPerHead) * QUERY_TILE;
  let qStart = place(p.q, sequence, head);
  let kStart = place(p.k, sequence, head / p.group);
  let vStart = place(p.v, sequence, head / p.group);
  let maskStart = place(p.mask, sequence, head);
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

  for (var i = lane; i < QUERY_TILE * PADDED_DIM; i += invocations) {
    let query = firstQuery + i / PADDED_DIM;
    let c = i % PADDED_DIM;
    var element = Part();
    if (query < p.queries && c < DIM) {
      element = Part(q[qStart + query * p.q.token + c]);
    }
    queryTile[i] = element;
  }
  for (var i = lane; i < QUERY_TILE * PADDED_VALUE; i += invocations) {
    output[i] = 0.0;
  }
  // The running maximum and sum of row `lane`, in the lane that keeps its books.
  var maximum = LOWEST;
  var sum = 0.0;
  let top = local.y * UNIT_M;

  for (var tileStart = first; tileStart < end; tileStart += KEY_TILE) {
    let isInside = MASK == 0u && tileStart >= commonFirst && tileStart + KEY_TILE <= commonEnd;
    // Closes write after read: lanes may still be reading the tile before.
    workgroupBarrier();
    for (var i = lane; i < KEY_TILE * PADDED_DIM; i += invocations) {
      let key = tileStart + i / PADDED_DIM;
      let c = i % PADDED_DIM;
      var element = Part();
      if (key < length && c < DIM) {
        element = Part(k[kStart + key * p.k.token + c]);
      }
      keyTile[i / PADDED_DIM * PITCH + c] = element;
    }
    if (lane == 0u) {
      atomicStore(&taint, 0u);
    }
    // Closes read after write: subgroups load blocks that all lanes have stored.
    workgroupBarrier();
    for (var n = 0u; n < KEY_TILE; n += UNIT_N) {
      var scores = Result();
      for (var c = 0u; c < PADDED_DIM; c += UNIT_K) {
        let x = subgroupMatrixLoad<Left, row_major>(&queryTile, top * PADDED_DIM + c, PADDED_DIM);
        // A column of the right-hand side is a key.
        let y = subgroupMatrixLoad<Right, col_major>(&keyTile, n * PITCH + c, PITCH);
        scores = subgroupMatrixMultiplyAccumulate(x, y, scores);
      }
      subgroupMatrixStore<row_major>(&products, top * KEY_TILE + n, scores, KEY_TILE);
    }
    // Closes read after write: scores of other subgroups. Closes write after read: the keys are no longer needed.
    workgroupBarrier();
    if (lane < QUERY_TILE) {
      let query = min(firstQuery + lane, p.queries - 1u);
      var raised = maximum;
      // Bit j: whether the query sees key j of the tile.
      var flags = 0u;
      for (var j = 0u; j < KEY_TILE; j++) {
        let key = tileStart + j;
        let maskAt = maskStart + query * p.mask.token + min(key, p.keys - 1u);
        let x = score(products[lane * KEY_TILE + j], maskAt, reaches(query, key, length));
        products[lane * KEY_TILE + j] = x.s;
        flags |= select(0u, 1u << j, x.isVisible);
        raised = max(raised, x.s);
      }
      let shrink = exp(max(maximum - raised, FARTHEST));
      maximum = raised;
      sum *= shrink;
      for (var j = 0u; j < KEY_TILE; j++) {
        let distance = max(products[lane * KEY_TILE + j] - maximum, FARTHEST);
        let weight = select(0.0, exp(distance), (flags & (1u << j)) != 0u);
        sum += weight;
        probabilities[lane * KEY_TILE + j] = Part(weight);
      }
      shrinks[lane] = shrink;
    }
    for (var i = lane; i < KEY_TILE * PADDED_VALUE; i += invocations) {
      let key = tileStart + i / PADDED_VALUE;
      let c = i % PADDED_VALUE;
      var element = Part();
      if (key < length && c < VALUE_DIM) {
        element = Part(v[vStart + key * p.v.token + c]);
      }
      // Exponent bits all set: NaN or infinite.
      if (!isInside && (bitcast<u32>(f32(element)) & 0x7f800000u) == 0x7f800000u) {
        atomicStore(&taint, 1u);
      }
      keyTile[i / PADDED_VALUE * PITCH + c] = element;
    }
    // Closes read after write: probabilities and values that other lanes have stored.
    workgroupBarrier();
    let isTainted = workgroupUniformLoad(&taint) != 0u;
    for (var chunk = 0u; chunk < PADDED_VALUE; chunk += KEY_TILE) {
      if (!isTainted) {
        for (var n = 0u; n < KEY_TILE; n += UNIT_N) {
          var shares = Result();
          for (var j = 0u; j < KEY_TILE; j += UNIT_K) {
            let x = subgroupMatrixLoad<Left, row_major>(&probabilities, top * KEY_TILE + j, KEY_TILE);
            let y = subgroupMatrixLoad<Right, row_major>(&keyTile, j * PITCH + chunk + n, PITCH);
            shares = subgroupMatrixMultiplyAccumulate(x, y, shares);
          }
          subgroupMatrixStore<row_major>(&products, top * KEY_TILE + n, shares, KEY_TILE);
        }
      }
      // Closes read after write: shares that the subgroups have stored.
      workgroupBarrier();
      for (var i = lane; i < QUERY_TILE * KEY_TILE; i += invocations) {
        let row = i / KEY_TILE;
        let c = chunk + i % KEY_TILE;
        var share = products[i];
        if (isTainted) {
          share = 0.0;
          for (var j = 0u; j < KEY_TILE; j++) {
            let weight = f32(probabilities[row * KEY_TILE + j]);
            if (weight > 0.0) {
              share += weight * f32(keyTile[j * PITCH + c]);
            }
          }
        }
        output[row * PADDED_VALUE + c] = output[row * PADDED_VALUE + c] * shrinks[row] + share;
      }
      // Closes write after read: the next columns overwrite the shares.
      workgroupBarrier();
    }
  }

  if (lane < QUERY_TILE) {
    sums[lane] = sum;
  }
  // Closes read after write: sums that other lanes have kept.
  workgroupBarrier();
  let oStart = place(p.o, sequence, head);
  for (var i = lane; i < QUERY_TILE * VALUE_DIM; i += invocations) {
    let row = i / VALUE_DIM;
    let c = i % VALUE_DIM;
    if (firstQuery + row < p.queries) {
      // A query that sees no key has summed nothing: 0, not 0 / 0.
      let share = select(0.0, 1.0 / sums[row], sums[row] > 0.0);
      o[oStart + (firstQuery + row) * p.o.token + c] = Elem(output[row * PADDED_VALUE + c] * share);
    }
  }
}
