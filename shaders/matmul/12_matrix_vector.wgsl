// 12. Matrix x vector as its own shape.
//
// From kernel 9: when m or n is 1 there is nothing to share. Each element of the matrix is used once, so no tile, in
// whatever memory, saves a load: what counts is that all loads are wide, that neighbours load neighbours, and that
// enough of them are under way. The WX x WY lanes of a workgroup split k among them and add up in workgroup memory
// once, at the end. More columns for each lane reuse the terms of x, and read longer stretches of each row: a step
// down a wide matrix is a step to another page. It is bound by memory on a GPU, half a flop for each byte; on a
// software adapter by the instructions that a load takes.
//
// y = x M: x (rows, k) at xOffset with pitch xPitch, M (k, n) from mOffset on with pitch mPitch, all in vec4s and
// padded with zeros up to whole vec4s; bias (n), or one for all where bias is 2; y (rows, n) with pitch yPitch in
// elements. A single column of C is the same problem on its side: C^T = B^T A^T, and A^T is A with its layout read
// the other way. Sums are f32 whatever the storage.

alias Elem = f32;
alias Elem4 = vec4<f32>;
// Blocks of 4 columns for each lane, 1, 2 or 4; lanes along a column always take one.
const BLOCKS: u32 = 1u;
override WX: u32 = 16u;
override WY: u32 = 16u;

struct Params {
  rows: u32,
  n: u32,
  k: u32,
  bias: u32,
  xOffset: u32,
  xPitch: u32,
  mOffset: u32,
  mPitch: u32,
  yPitch: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Elem4>;
@group(0) @binding(1) var<storage, read> m: array<Elem4>;
@group(0) @binding(2) var<storage, read> bias: array<Elem>;
@group(0) @binding(3) var<storage, read_write> y: array<Elem>;
@group(0) @binding(4) var<uniform> p: Params;

var<workgroup> partial: array<vec4f, WX * WY * BLOCKS>;

fn storeOne(r: u32, column: u32, sum: f32) {
  if (column < p.n) {
    var s = sum;
    if (p.bias > 0u) {
      s += f32(bias[select(0u, column, p.bias == 1u)]);
    }
    y[r * p.yPitch + column] = Elem(s);
  }
}

fn store(r: u32, j: u32, s: vec4f) {
  storeOne(r, 4u * j, s.x);
  storeOne(r, 4u * j + 1u, s.y);
  storeOne(r, 4u * j + 2u, s.z);
  storeOne(r, 4u * j + 3u, s.w);
}

// s + x B for 4 terms and columns 4 * j to 4 * j + 3; past the last column it is the last block again.
fn add(s: vec4f, terms: vec4f, i: u32, j: u32) -> vec4f {
  let step = p.mPitch;
  let at = p.mOffset + 4u * i * step + min(j, (p.n - 1u) / 4u);
  let low = fma(vec4f(terms.y), vec4f(m[at + step]), fma(vec4f(terms.x), vec4f(m[at]), s));
  return fma(vec4f(terms.w), vec4f(m[at + 3u * step]), fma(vec4f(terms.z), vec4f(m[at + 2u * step]), low));
}

// The sum of what the lanes of one column of the workgroup have kept.
fn total(slot: u32, lanes: u32, step: u32) -> vec4f {
  var s = partial[slot];
  for (var other = 1u; other < lanes; other++) {
    s += partial[slot + other * step];
  }
  return s;
}

// Rows of M lie together: lanes along x take neighbouring blocks of columns, lanes along y a range of the terms each.
@compute @workgroup_size(WX, WY)
fn across(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) lane: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let r = group.y;
  // A lane's blocks lie side by side, one cache line where it has 4: the lanes' first loads then miss in as many lines
  // as there are lanes, all at once, and the next three hit.
  let first = (group.x * WX + lane.x) * BLOCKS;
  let blocks = (p.k + 3u) / 4u;
  let share = (blocks + WY - 1u) / WY;
  let end = min((lane.y + 1u) * share, blocks);
  var s: array<vec4f, 4>;
  for (var i = lane.y * share; i < end; i++) {
    let terms = vec4f(x[p.xOffset + r * p.xPitch + i]);
    s[0] = add(s[0], terms, i, first);
    if (BLOCKS > 1u) {
      s[1] = add(s[1], terms, i, first + 1u);
    }
    if (BLOCKS > 2u) {
      s[2] = add(s[2], terms, i, first + 2u);
      s[3] = add(s[3], terms, i, first + 3u);
    }
  }
  let lanes = WX * WY;
  partial[index] = s[0];
  if (BLOCKS > 1u) {
    partial[lanes + index] = s[1];
  }
  if (BLOCKS > 2u) {
    partial[2u * lanes + index] = s[2];
    partial[3u * lanes + index] = s[3];
  }
  // Closes read after write: lanes of the first row read what the others have stored.
  workgroupBarrier();
  if (lane.y == 0u) {
    for (var b = 0u; b < BLOCKS; b++) {
      store(r, first + b, total(b * lanes + lane.x, WY, WX));
    }
  }
}

// Columns of M lie together: lanes along x take neighbouring blocks of terms, lanes along y four columns each.
@compute @workgroup_size(WX, WY)
fn along(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) lane: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let r = group.y;
  let j = group.x * WY + lane.y;
  let step = p.mPitch;
  let column = p.mOffset + 4u * min(j, (p.n - 1u) / 4u) * step;
  let blocks = (p.k + 3u) / 4u;
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  for (var i = lane.x; i < blocks; i += WX) {
    let terms = vec4f(x[p.xOffset + r * p.xPitch + i]);
    s0 = fma(terms, vec4f(m[column + i]), s0);
    s1 = fma(terms, vec4f(m[column + step + i]), s1);
    s2 = fma(terms, vec4f(m[column + 2u * step + i]), s2);
    s3 = fma(terms, vec4f(m[column + 3u * step + i]), s3);
  }
  let t = transpose(mat4x4f(s0, s1, s2, s3));
  partial[index] = (t[0] + t[1]) + (t[2] + t[3]);
  // Closes read after write: the first lane of each row reads what the others have stored.
  workgroupBarrier();
  if (lane.x == 0u) {
    store(r, j, total(lane.y * WX, WX, 1u));
  }
}
