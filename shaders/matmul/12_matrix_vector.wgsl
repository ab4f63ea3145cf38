// 12. Matrix x vector as its own shape.
//
// From kernel 9: when m or n is 1 there is nothing to share. Each element of the matrix is used once, so no tile, in
// whatever memory, saves a load: what counts is that all loads are wide, that neighbours load neighbours, and that
// enough of them are under way. The lanes of a workgroup split k among them and add up in workgroup memory once, at
// the end; with SPLITS above 1 several workgroups do, through scratch, and a second pass adds up. It is bound by
// memory on a GPU, half a flop for each byte; on a software adapter by the instructions that a load takes, and by
// latency: down a wide matrix each row is another page. At 4,096 x 4,096 short ranges of rows, so that a core soon
// comes back to the pages it knows, took lavapipe from 4.2 to 8.5 GFLOP/s and SwiftShader from 2.1 to 2.4; with 16
// columns a lane, one element of each of four rows is asked for before the rest, and SwiftShader reaches 2.9.
//
// y = x M: x (rows, k) at xOffset with pitch xPitch, M (k, n) from mOffset on with pitch mPitch, all in vec4s and
// padded with zeros up to whole vec4s; bias (n), or one for all where bias is 2; y (rows, n) with pitch yPitch in
// elements. A single column of C is the same problem on its side: C^T = B^T A^T, and A^T is A with its layout read
// the other way. Sums are f32 whatever the storage; partial sums in scratch: (SPLITS, rows, vec4s of n).

alias Elem = f32;
alias Elem4 = vec4<f32>;
// Blocks of 4 columns for each lane, 1, 2 or 4; lanes along a column always take one.
const BLOCKS: u32 = 1u;
override WX: u32 = 16u;
override WY: u32 = 16u;
override SPLITS: u32 = 1u;

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
@group(0) @binding(5) var<storage, read_write> scratch: array<vec4f>;

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

// The sums of one workgroup: final, or one of SPLITS parts.
fn keep(part: u32, r: u32, j: u32, s: vec4f) {
  if (SPLITS == 1u) {
    store(r, j, s);
    return;
  }
  let across = (p.n + 3u) / 4u;
  if (j < across) {
    scratch[(part * p.rows + r) * across + j] = s;
  }
}

// s + x B for 4 terms, whose rows start at `row` and lie `step` apart, and columns 4 * j to 4 * j + 3; past the last
// block of columns it is the last one again.
fn add(s: vec4f, terms: vec4f, row: u32, j: u32, last: u32, step: u32) -> vec4f {
  let at = row + min(j, last);
  let low = fma(vec4f(terms.y), vec4f(m[at + step]), fma(vec4f(terms.x), vec4f(m[at]), s));
  return fma(vec4f(terms.w), vec4f(m[at + 3u * step]), fma(vec4f(terms.z), vec4f(m[at + 2u * step]), low));
}

// The same, where the first elements of the four rows are already there.
fn addAfter(s: vec4f, terms: vec4f, firsts: vec4f, at: u32, step: u32) -> vec4f {
  let row0 = vec4f(firsts.x, vec4f(m[at]).yzw);
  let row1 = vec4f(firsts.y, vec4f(m[at + step]).yzw);
  let row2 = vec4f(firsts.z, vec4f(m[at + 2u * step]).yzw);
  let row3 = vec4f(firsts.w, vec4f(m[at + 3u * step]).yzw);
  let low = fma(vec4f(terms.y), row1, fma(vec4f(terms.x), row0, s));
  return fma(vec4f(terms.w), row3, fma(vec4f(terms.z), row2, low));
}

// The sum of what `lanes` lanes have kept, `step` apart.
fn gathered(slot: u32, lanes: u32, step: u32) -> vec4f {
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
  let share = (blocks + SPLITS * WY - 1u) / (SPLITS * WY);
  let range = group.z * WY + lane.y;
  let end = min((range + 1u) * share, blocks);
  // Read once: in the loop each would be a load of its own.
  let last = (p.n - 1u) / 4u;
  let step = p.mPitch;
  let firstRow = p.mOffset;
  let fromX = p.xOffset + r * p.xPitch;
  var s: array<vec4f, 4>;
  for (var i = range * share; i < end; i++) {
    let terms = vec4f(x[fromX + i]);
    let row = firstRow + 4u * i * step;
    if (BLOCKS > 2u) {
      // One element of each of the four rows before all others: four cache lines for each lane are then on their way at
      // once. A vec4 from one row after the other would wait for each in turn, where a load is many instructions.
      let at = row + min(first, last);
      let firsts = vec4f(
        f32(m[at].x), f32(m[at + step].x), f32(m[at + 2u * step].x), f32(m[at + 3u * step].x),
      );
      s[0] = addAfter(s[0], terms, firsts, at, step);
    } else {
      s[0] = add(s[0], terms, row, first, last, step);
    }
    if (BLOCKS > 1u) {
      s[1] = add(s[1], terms, row, first + 1u, last, step);
    }
    if (BLOCKS > 2u) {
      s[2] = add(s[2], terms, row, first + 2u, last, step);
      s[3] = add(s[3], terms, row, first + 3u, last, step);
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
      keep(group.z, r, first + b, gathered(b * lanes + lane.x, WY, WX));
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
  let share = (blocks + SPLITS - 1u) / SPLITS;
  let end = min((group.z + 1u) * share, blocks);
  let fromX = p.xOffset + r * p.xPitch;
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  for (var i = group.z * share + lane.x; i < end; i += WX) {
    let terms = vec4f(x[fromX + i]);
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
    keep(group.z, r, j, gathered(lane.y * WX, WX, 1u));
  }
}

// The sum over all parts: one invocation for 4 columns of one row.
@compute @workgroup_size(64)
fn total(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let across = (p.n + 3u) / 4u;
  let number = id.y * grid.x * 64u + id.x;
  if (number >= p.rows * across) {
    return;
  }
  var s = vec4f();
  for (var part = 0u; part < SPLITS; part++) {
    s += scratch[part * p.rows * across + number];
  }
  store(number / across, number % across, s);
}
