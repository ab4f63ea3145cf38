enable subgroups;
// 2. Register tiles, the other side spread over a subgroup.
//
// From kernel 1: a lane owns four queries (or, where keys are summed, four keys) and meets the other side 2 LANES rows
// at a time, each lane holding one row of every LANES and broadcasting it, as in the forward pass's kernel 8. Scores
// and g . v of 4 by 4 pairs are one 4x4 matrix each, products of matrices, and so are the sums. Tiles in which no key
// is seen are skipped.
//
// Registers: 4 by 2 LANES scores and as many g . v; 4 rows of each sum (spilled where they are long). Workgroup memory:
// none. Global memory: the own rows once for each tile of the other side, that side once for each 4 WORKGROUP own rows;
// four floats for each query in between.
//
// Q, dQ (batch, heads, queries, DIM), G (batch, heads, queries, VALUE_DIM), K, dK (batch, kvHeads, keys, DIM), V, dV
// (batch, kvHeads, keys, VALUE_DIM), mask (1 or batch, 1 or heads, 1 or queries, keys), row-major; rows of Q, K, V, G
// padded with zeros up to a whole vec4.

alias Elem = f32;
alias Elem4 = vec4<f32>;
const DIM: u32 = 64u;
const VALUE_DIM: u32 = 64u;
const DIM4: u32 = (DIM + 3u) / 4u;
const VALUE_DIM4: u32 = (VALUE_DIM + 3u) / 4u;
// 4 or 8; ids of a broadcast are constants.
const LANES: u32 = 4u;
// Rows of the other side that are met together.
const TILE: u32 = 2u * LANES;
override WORKGROUP: u32 = 8u;
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

@group(0) @binding(0) var<storage, read> q: array<Elem4>;
@group(0) @binding(1) var<storage, read> k: array<Elem4>;
@group(0) @binding(2) var<storage, read> v: array<Elem4>;
@group(0) @binding(3) var<storage, read> g: array<Elem4>;
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
const FOUR: vec4u = vec4u(0u, 1u, 2u, 3u);

// Four own rows by TILE others: columns are others, rows are own. a and b: what the first and the second load brings.
struct Tile {
  a0: mat4x4f,
  b0: mat4x4f,
  a1: mat4x4f,
  b1: mat4x4f,
}

fn low(x: vec4f) -> mat4x4f {
  return mat4x4f(
    subgroupBroadcast(x, 0u), subgroupBroadcast(x, 1u), subgroupBroadcast(x, 2u), subgroupBroadcast(x, 3u));
}
fn high(x: vec4f) -> mat4x4f {
  return mat4x4f(
    subgroupBroadcast(x, 4u), subgroupBroadcast(x, 5u), subgroupBroadcast(x, 6u), subgroupBroadcast(x, 7u));
}

// Unscaled scores of four queries with TILE keys.
fn queriesByKeys(rows4: vec4u, others: vec2u) -> Tile {
  var t = Tile();
  for (var c = 0u; 4u * c < p.dim; c++) {
    let own = transpose(mat4x4f(
      vec4f(q[rows4.x + c]), vec4f(q[rows4.y + c]), vec4f(q[rows4.z + c]), vec4f(q[rows4.w + c])));
    let a = vec4f(k[others.x + c]);
    let b = vec4f(k[others.y + c]);
    t.a0 += own * low(a);
    t.b0 += own * low(b);
    if (LANES == 8u) {
      t.a1 += own * high(a);
      t.b1 += own * high(b);
    }
  }
  return t;
}

// g . v of four queries with TILE keys.
fn gradientsByValues(rows4: vec4u, others: vec2u) -> Tile {
  var t = Tile();
  for (var c = 0u; 4u * c < p.valueDim; c++) {
    let own = transpose(mat4x4f(
      vec4f(g[rows4.x + c]), vec4f(g[rows4.y + c]), vec4f(g[rows4.z + c]), vec4f(g[rows4.w + c])));
    let a = vec4f(v[others.x + c]);
    let b = vec4f(v[others.y + c]);
    t.a0 += own * low(a);
    t.b0 += own * low(b);
    if (LANES == 8u) {
      t.a1 += own * high(a);
      t.b1 += own * high(b);
    }
  }
  return t;
}

// Unscaled scores of four keys with TILE queries.
fn keysByQueries(rows4: vec4u, others: vec2u) -> Tile {
  var t = Tile();
  for (var c = 0u; 4u * c < p.dim; c++) {
    let own = transpose(mat4x4f(
      vec4f(k[rows4.x + c]), vec4f(k[rows4.y + c]), vec4f(k[rows4.z + c]), vec4f(k[rows4.w + c])));
    let a = vec4f(q[others.x + c]);
    let b = vec4f(q[others.y + c]);
    t.a0 += own * low(a);
    t.b0 += own * low(b);
    if (LANES == 8u) {
      t.a1 += own * high(a);
      t.b1 += own * high(b);
    }
  }
  return t;
}

// g . v of four keys with TILE queries.
fn valuesByGradients(rows4: vec4u, others: vec2u) -> Tile {
  var t = Tile();
  for (var c = 0u; 4u * c < p.valueDim; c++) {
    let own = transpose(mat4x4f(
      vec4f(v[rows4.x + c]), vec4f(v[rows4.y + c]), vec4f(v[rows4.z + c]), vec4f(v[rows4.w + c])));
    let a = vec4f(g[others.x + c]);
    let b = vec4f(g[others.y + c]);
    t.a0 += own * low(a);
    t.b0 += own * low(b);
    if (LANES == 8u) {
      t.a1 += own * high(a);
      t.b1 += own * high(b);
    }
  }
  return t;
}

// What `books` left of a sequence's length; keys fewer than 2^24 are exact in f32.
fn lengthOf(sequence: u32) -> u32 {
  if (RAGGED) {
    return u32(written[p.queryRows + sequence].x);
  }
  return p.keys;
}

// Where the masks of queries start.
fn maskStart(head: u32, query: vec4u) -> vec4u {
  return head / p.heads * p.maskBatch + head % p.heads * p.maskHead + query * p.maskQuery;
}

// Pairs of queries and keys, component by component.
fn sees(query: vec4u, key: vec4u, length: u32) -> vec4<bool> {
  let last = vec4i(query) + p.offset;
  var isVisible = key < vec4u(length);
  if (CAUSAL) {
    isVisible &= vec4i(key) <= last;
  }
  if (WINDOWED) {
    isVisible &= vec4i(key) > last - p.window;
  }
  return isVisible;
}

// First and one past the last key that some query of a workgroup sees, the first from a whole tile on.
fn keysSeen(firstQuery: u32, length: u32) -> vec2u {
  var seen = vec2u(0u, length);
  if (WINDOWED) {
    seen.x = u32(max(i32(firstQuery) + p.offset - p.window + 1, 0)) / TILE * TILE;
  }
  if (CAUSAL) {
    let lastQuery = min(firstQuery + 4u * WORKGROUP, p.queries) - 1u;
    seen.y = min(length, u32(max(i32(lastQuery) + p.offset + 1, 0)));
  }
  return seen;
}

// exp(-2 |x| / softcap), of which tanh and its slope are made: WGSL's own tanh may be off by 1e-5.
fn fading(scaled: vec4f) -> vec4f {
  return exp(abs(scaled) * (-2.0 / p.softcap));
}

// An element of the mask: a boolean, or the bits of an f32.
fn maskBits(at: u32) -> u32 {
  if (MASK == 3u) {
    let half = (mask[at / 2u] >> (16u * (at % 2u))) & 0xffffu;
    return select(bitcast<u32>(unpack2x16float(half).x), MINUS_INFINITY, half == 0xfc00u);
  }
  return mask[at];
}

// Scores of four pairs, and which of them are visible.
struct Scored {
  s: vec4f,
  isVisible: vec4<bool>,
}

// Scaled, capped and masked, in this order. A hidden score raises no maximum; a visible one may be LOWEST as well.
fn score(products: vec4f, query: vec4u, key: vec4u, maskAt: vec4u, length: u32) -> Scored {
  var s = products * p.scale;
  if (SOFTCAPPED) {
    let e = fading(s);
    s = sign(s) * p.softcap * ((1.0 - e) / (1.0 + e));
  }
  var isVisible = sees(query, key, length);
  if (MASK != 0u) {
    let bits = vec4u(maskBits(maskAt.x), maskBits(maskAt.y), maskBits(maskAt.z), maskBits(maskAt.w));
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

// Columns are keys, rows are queries.
fn scoreOf(products: vec4f, key: u32, query: vec4u, maskStarts: vec4u, length: u32) -> Scored {
  return score(products, query, vec4u(key), maskStarts + min(key, p.keys - 1u), length);
}
// Whether four queries see key `bit` of a tile, as that bit of a word each.
fn flag(x: Scored, bit: u32) -> vec4u {
  return select(vec4u(), vec4u(1u << bit), x.isVisible);
}
fn isFlagged(flags: vec4u, bit: u32) -> vec4<bool> {
  return (flags & vec4u(1u << bit)) != vec4u();
}

// Scores of four keys, the first of which is key `bit` of the tile.
fn score4(
  s: mat4x4f, first: u32, bit: u32, query: vec4u, maskStarts: vec4u, length: u32, flags: ptr<function, vec4u>,
) -> mat4x4f {
  let key = first + bit;
  let a = scoreOf(s[0], key, query, maskStarts, length);
  let b = scoreOf(s[1], key + 1u, query, maskStarts, length);
  let c = scoreOf(s[2], key + 2u, query, maskStarts, length);
  let d = scoreOf(s[3], key + 3u, query, maskStarts, length);
  *flags |= (flag(a, bit) | flag(b, bit + 1u)) | (flag(c, bit + 2u) | flag(d, bit + 3u));
  return mat4x4f(a.s, b.s, c.s, d.s);
}

// How much of a change of the scaled product comes through the cap: 1 - tanh^2, without its cancellation.
fn slope(products: vec4f) -> vec4f {
  if (SOFTCAPPED) {
    let e = fading(products * p.scale);
    return 4.0 * e / ((1.0 + e) * (1.0 + e));
  }
  return vec4f(1.0);
}

fn max4(s: mat4x4f) -> vec4f {
  return max(max(s[0], s[1]), max(s[2], s[3]));
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

// Sums over keys of weight * value, where a value without weight may be NaN.
fn dot4(w: mat4x4f, x: mat4x4f) -> vec4f {
  return (select(vec4f(), w[0] * x[0], w[0] > vec4f()) + select(vec4f(), w[1] * x[1], w[1] > vec4f()))
    + (select(vec4f(), w[2] * x[2], w[2] > vec4f()) + select(vec4f(), w[3] * x[3], w[3] > vec4f()));
}

// What `books` found of four queries.
struct Books {
  maximum: vec4f,
  // 1 / sum.
  share: vec4f,
  delta: vec4f,
}

// dS of four queries with one key; 0 where it is hidden, whatever it holds.
fn gradient(product: vec4f, gv: vec4f, x: Scored, book: Books) -> vec4f {
  let w = weight(x.s, book.maximum, x.isVisible) * book.share;
  return select(vec4f(), w * (gv - book.delta) * slope(product), x.isVisible);
}
fn gradient4(
  products: mat4x4f, gv: mat4x4f, key: u32, query: vec4u, maskStarts: vec4u, length: u32, book: Books,
) -> mat4x4f {
  return mat4x4f(
    gradient(products[0], gv[0], scoreOf(products[0], key, query, maskStarts, length), book),
    gradient(products[1], gv[1], scoreOf(products[1], key + 1u, query, maskStarts, length), book),
    gradient(products[2], gv[2], scoreOf(products[2], key + 2u, query, maskStarts, length), book),
    gradient(products[3], gv[3], scoreOf(products[3], key + 3u, query, maskStarts, length), book),
  );
}

// One query's share of four keys, or one key's of four queries. What is hidden is left out, not weighed by 0: it may be
// NaN.
fn seen(others: mat4x4f, w: vec4f) -> vec4f {
  return (select(vec4f(), others[0] * w.x, w.x != 0.0) + select(vec4f(), others[1] * w.y, w.y != 0.0))
    + (select(vec4f(), others[2] * w.z, w.z != 0.0) + select(vec4f(), others[3] * w.w, w.w != 0.0));
}

// Columns of the result are own rows; columns of `others` and of `weights` are the others.
fn weigh(others: mat4x4f, weights: mat4x4f) -> mat4x4f {
  let w = transpose(weights);
  if (CAUSAL || WINDOWED || RAGGED || MASK != 0u) {
    return mat4x4f(seen(others, w[0]), seen(others, w[1]), seen(others, w[2]), seen(others, w[3]));
  }
  return others * w;
}

@compute @workgroup_size(WORKGROUP)
fn books(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) invocation: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let tilesPerHead = (p.queries + 4u * WORKGROUP - 1u) / (4u * WORKGROUP);
  let tile = workgroup.x + workgroup.y * grid.x;
  let head = tile / tilesPerHead;
  if (head * p.queries >= p.queryRows) {
    return;
  }
  let firstQuery = (tile % tilesPerHead) * 4u * WORKGROUP;
  let query = firstQuery + invocation + WORKGROUP * FOUR;
  // A query past the end repeats the last one, and is not stored.
  let own = min(query, vec4u(p.queries - 1u));
  let row = head * p.queries + own;
  let ownMask = maskStart(head, own);
  var length = p.keys;
  if (RAGGED) {
    length = min(length, lengths[head / p.heads]);
  }
  let firstKeyRow = head / p.group * p.keys;
  let range = keysSeen(firstQuery, length);
  var maximum = vec4f(LOWEST);
  var sum = vec4f();
  var delta = vec4f();
  for (var first = range.x; first < range.y; first += TILE) {
    let keyRow = firstKeyRow + min(first + lane % LANES + LANES * vec2u(0u, 1u), vec2u(length - 1u));
    var s = queriesByKeys(row * DIM4, keyRow * DIM4);
    let x = gradientsByValues(row * VALUE_DIM4, keyRow * VALUE_DIM4);
    // Bit n of a query's word: whether it sees key n of the tile.
    var flags = vec4u();
    s.a0 = score4(s.a0, first, 0u, own, ownMask, length, &flags);
    s.b0 = score4(s.b0, first, LANES, own, ownMask, length, &flags);
    if (LANES == 8u) {
      s.a1 = score4(s.a1, first, 4u, own, ownMask, length, &flags);
      s.b1 = score4(s.b1, first, LANES + 4u, own, ownMask, length, &flags);
    }
    var raised = max(maximum, max(max4(s.a0), max4(s.b0)));
    if (LANES == 8u) {
      raised = max(raised, max(max4(s.a1), max4(s.b1)));
    }
    let shrink = exp(max(maximum - raised, vec4f(FARTHEST)));
    maximum = raised;
    sum *= shrink;
    delta *= shrink;
    let a0 = weight4(s.a0, maximum, flags, 0u);
    sum += (a0[0] + a0[1]) + (a0[2] + a0[3]);
    delta += dot4(a0, x.a0);
    let b0 = weight4(s.b0, maximum, flags, LANES);
    sum += (b0[0] + b0[1]) + (b0[2] + b0[3]);
    delta += dot4(b0, x.b0);
    if (LANES == 8u) {
      let a1 = weight4(s.a1, maximum, flags, 4u);
      sum += (a1[0] + a1[1]) + (a1[2] + a1[3]);
      delta += dot4(a1, x.a1);
      let b1 = weight4(s.b1, maximum, flags, LANES + 4u);
      sum += (b1[0] + b1[1]) + (b1[2] + b1[3]);
      delta += dot4(b1, x.b1);
    }
  }
  for (var i = 0u; i < 4u; i++) {
    if (query[i] < p.queries) {
      // A query that sees no key is never looked up.
      rows[row[i]] = vec4f(maximum[i], 1.0 / sum[i], delta[i] / sum[i], 0.0);
    }
  }
  if (head % p.heads == 0u && firstQuery + invocation == 0u) {
    rows[p.queryRows + head / p.heads] = vec4f(f32(length), 0.0, 0.0, 0.0);
  }
}

@compute @workgroup_size(WORKGROUP)
fn queries(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) invocation: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let tilesPerHead = (p.queries + 4u * WORKGROUP - 1u) / (4u * WORKGROUP);
  let tile = workgroup.x + workgroup.y * grid.x;
  let head = tile / tilesPerHead;
  if (head * p.queries >= p.queryRows) {
    return;
  }
  let firstQuery = (tile % tilesPerHead) * 4u * WORKGROUP;
  let query = firstQuery + invocation + WORKGROUP * FOUR;
  // A query past the end repeats the last one, and is not stored.
  let own = min(query, vec4u(p.queries - 1u));
  let row = head * p.queries + own;
  let ownMask = maskStart(head, own);
  let length = lengthOf(head / p.heads);
  let firstKeyRow = head / p.group * p.keys;
  let range = keysSeen(firstQuery, length);
  let ofRows = transpose(mat4x4f(written[row.x], written[row.y], written[row.z], written[row.w]));
  let book = Books(ofRows[0], ofRows[1], ofRows[2]);
  var sums: array<vec4f, 4u * DIM4>;
  for (var first = range.x; first < range.y; first += TILE) {
    let mine = first + lane % LANES + LANES * vec2u(0u, 1u);
    let keyRow = firstKeyRow + min(mine, vec2u(length - 1u));
    var s = queriesByKeys(row * DIM4, keyRow * DIM4);
    let x = gradientsByValues(row * VALUE_DIM4, keyRow * VALUE_DIM4);
    s.a0 = gradient4(s.a0, x.a0, first + 0u, own, ownMask, length, book);
    s.b0 = gradient4(s.b0, x.b0, first + LANES, own, ownMask, length, book);
    if (LANES == 8u) {
      s.a1 = gradient4(s.a1, x.a1, first + 4u, own, ownMask, length, book);
      s.b1 = gradient4(s.b1, x.b1, first + LANES + 4u, own, ownMask, length, book);
    }
    for (var c = 0u; 4u * c < p.dim; c++) {
      var columns = mat4x4f(sums[c], sums[DIM4 + c], sums[2u * DIM4 + c], sums[3u * DIM4 + c]);
      let a = vec4f(k[keyRow.x * DIM4 + c]);
      let b = vec4f(k[keyRow.y * DIM4 + c]);
      columns += weigh(low(a), s.a0);
      columns += weigh(low(b), s.b0);
      if (LANES == 8u) {
        columns += weigh(high(a), s.a1);
        columns += weigh(high(b), s.b1);
      }
      sums[c] = columns[0];
      sums[DIM4 + c] = columns[1];
      sums[2u * DIM4 + c] = columns[2];
      sums[3u * DIM4 + c] = columns[3];
    }
  }
  for (var i = 0u; i < 4u; i++) {
    if (query[i] < p.queries) {
      for (var c = 0u; c < p.dim; c++) {
        dq[row[i] * DIM + c] = Elem(sums[i * DIM4 + c / 4u][c % 4u] * p.scale);
      }
    }
  }
}

// P of one query with four keys; 0 where it does not see them. `book`: its maximum, 1 / sum and d.
fn probability(products: vec4f, query: u32, key: vec4u, head: u32, length: u32, book: vec4f) -> vec4f {
  let own = vec4u(min(query, p.queries - 1u));
  let x = score(products, own, key, maskStart(head, own) + key, length);
  let isSeen = x.isVisible & vec4<bool>(query < p.queries);
  return select(vec4f(), weight(x.s, vec4f(book.x), isSeen) * book.y, isSeen);
}
fn probabilities4(s: mat4x4f, query: u32, key: vec4u, head: u32, length: u32, books: mat4x4f) -> mat4x4f {
  return mat4x4f(
    probability(s[0], query, key, head, length, books[0]),
    probability(s[1], query + 1u, key, head, length, books[1]),
    probability(s[2], query + 2u, key, head, length, books[2]),
    probability(s[3], query + 3u, key, head, length, books[3]),
  );
}

// dS of four keys with four queries; 0 where a key is hidden, whatever it holds.
fn gradients4(products: mat4x4f, w: mat4x4f, gv: mat4x4f, books: mat4x4f) -> mat4x4f {
  return mat4x4f(
    select(vec4f(), w[0] * (gv[0] - books[0].z) * slope(products[0]), w[0] > vec4f()),
    select(vec4f(), w[1] * (gv[1] - books[1].z) * slope(products[1]), w[1] > vec4f()),
    select(vec4f(), w[2] * (gv[2] - books[2].z) * slope(products[2]), w[2] > vec4f()),
    select(vec4f(), w[3] * (gv[3] - books[3].z) * slope(products[3]), w[3] > vec4f()),
  );
}

@compute @workgroup_size(WORKGROUP)
fn keys(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) invocation: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let tilesPerHead = (p.keys + 4u * WORKGROUP - 1u) / (4u * WORKGROUP);
  let tile = workgroup.x + workgroup.y * grid.x;
  let keyHead = tile / tilesPerHead;
  if (keyHead * p.keys >= p.keyRows) {
    return;
  }
  let firstKey = (tile % tilesPerHead) * 4u * WORKGROUP;
  let key = firstKey + invocation + WORKGROUP * FOUR;
  // A key past the end repeats the last one, and is not stored.
  let own = min(key, vec4u(p.keys - 1u));
  let keyRow = keyHead * p.keys + own;
  let length = lengthOf(keyHead / (p.heads / p.group));
  // First and one past the last query that sees some key of this workgroup, the first from a whole tile on.
  var range = vec2u(0u, p.queries);
  if (CAUSAL) {
    range.x = u32(max(i32(firstKey) - p.offset, 0)) / TILE * TILE;
  }
  if (WINDOWED) {
    let lastKey = min(firstKey + 4u * WORKGROUP, p.keys) - 1u;
    range.y = min(range.y, u32(max(i32(lastKey) - p.offset + p.window, 0)));
  }
  if (firstKey >= length) {
    range.y = 0u;
  }
  var sumsK: array<vec4f, 4u * DIM4>;
  var sumsV: array<vec4f, 4u * VALUE_DIM4>;
  for (var head = keyHead * p.group; head < (keyHead + 1u) * p.group; head++) {
    for (var first = range.x; first < range.y; first += TILE) {
      let mine = first + lane % LANES + LANES * vec2u(0u, 1u);
      let row = head * p.queries + min(mine, vec2u(p.queries - 1u));
      let bookA = written[row.x];
      let bookB = written[row.y];
      let s = keysByQueries(keyRow * DIM4, row * DIM4);
      var w = Tile();
      var x = valuesByGradients(keyRow * VALUE_DIM4, row * VALUE_DIM4);
      w.a0 = probabilities4(s.a0, first, own, head, length, low(bookA));
      x.a0 = gradients4(s.a0, w.a0, x.a0, low(bookA));
      w.b0 = probabilities4(s.b0, first + LANES, own, head, length, low(bookB));
      x.b0 = gradients4(s.b0, w.b0, x.b0, low(bookB));
      if (LANES == 8u) {
        w.a1 = probabilities4(s.a1, first + 4u, own, head, length, high(bookA));
        x.a1 = gradients4(s.a1, w.a1, x.a1, high(bookA));
        w.b1 = probabilities4(s.b1, first + LANES + 4u, own, head, length, high(bookB));
        x.b1 = gradients4(s.b1, w.b1, x.b1, high(bookB));
      }
      for (var c = 0u; 4u * c < p.dim; c++) {
        var columns = mat4x4f(sumsK[c], sumsK[DIM4 + c], sumsK[2u * DIM4 + c], sumsK[3u * DIM4 + c]);
        let a = vec4f(q[row.x * DIM4 + c]);
        let b = vec4f(q[row.y * DIM4 + c]);
        columns += weigh(low(a), x.a0);
        columns += weigh(low(b), x.b0);
        if (LANES == 8u) {
          columns += weigh(high(a), x.a1);
          columns += weigh(high(b), x.b1);
        }
        sumsK[c] = columns[0];
        sumsK[DIM4 + c] = columns[1];
        sumsK[2u * DIM4 + c] = columns[2];
        sumsK[3u * DIM4 + c] = columns[3];
      }
      for (var c = 0u; 4u * c < p.valueDim; c++) {
        var columns = mat4x4f(
          sumsV[c], sumsV[VALUE_DIM4 + c], sumsV[2u * VALUE_DIM4 + c], sumsV[3u * VALUE_DIM4 + c]);
        let a = vec4f(g[row.x * VALUE_DIM4 + c]);
        let b = vec4f(g[row.y * VALUE_DIM4 + c]);
        columns += weigh(low(a), w.a0);
        columns += weigh(low(b), w.b0);
        if (LANES == 8u) {
          columns += weigh(high(a), w.a1);
          columns += weigh(high(b), w.b1);
        }
        sumsV[c] = columns[0];
        sumsV[VALUE_DIM4 + c] = columns[1];
        sumsV[2u * VALUE_DIM4 + c] = columns[2];
        sumsV[3u * VALUE_DIM4 + c] = columns[3];
      }
    }
  }
  for (var i = 0u; i < 4u; i++) {
    if (key[i] < p.keys) {
      for (var c = 0u; c < p.dim; c++) {
        dk[keyRow[i] * DIM + c] = Elem(sumsK[i * DIM4 + c / 4u][c % 4u] * p.scale);
      }
      for (var c = 0u; c < p.valueDim; c++) {
        dv[keyRow[i] * VALUE_DIM + c] = Elem(sumsV[i * VALUE_DIM4 + c / 4u][c % 4u]);
      }
    }
  }
}
