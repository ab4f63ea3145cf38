// 12. Matrix x vector as its own shape.
//
// From kernel 9: when m or n is 1 there is nothing to share. Each element of the matrix is used once, so no tile, in
// whatever memory, saves a load: what counts is that all loads are wide, that neighbours load neighbours, and that
// there are enough of them under way. The WX x WY lanes of a workgroup split k among them and add up in workgroup
// memory once, at the end. It is bound by memory on a GPU, half a flop for each byte; on a software adapter by the
// instructions that a load takes.
//
// y = x M: x (rows, k) at xOffset with pitch xPitch, M (k, n) from mOffset on with pitch mPitch, all in vec4s and
// padded with zeros up to whole vec4s; bias (n), or one for all where bias is 2; y (rows, n) with pitch yPitch in
// elements. A single column of C is the same problem on its side: C^T = B^T A^T, and A^T is A with its layout read
// the other way. Sums are f32 whatever the storage.

alias Elem = f32;
alias Elem4 = vec4<f32>;
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

var<workgroup> partial: array<vec4f, WX * WY>;

fn store(r: u32, column: u32, sum: f32) {
  if (column >= p.n) {
    return;
  }
  var s = sum;
  if (p.bias > 0u) {
    s += f32(bias[select(0u, column, p.bias == 1u)]);
  }
  y[r * p.yPitch + column] = Elem(s);
}

// Rows of M lie together: lanes along x take neighbouring blocks of 4 columns, lanes along y every WY-th of the terms.
@compute @workgroup_size(WX, WY)
fn across(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let r = group.y;
  let block = group.x * WX + lane.x;
  let loaded = min(block, (p.n - 1u) / 4u);
  let blocks = (p.k + 3u) / 4u;
  let step = p.mPitch;
  var s = vec4f();
  for (var i = lane.y; i < blocks; i += WY) {
    let terms = vec4f(x[p.xOffset + r * p.xPitch + i]);
    let at = p.mOffset + 4u * i * step + loaded;
    s = fma(vec4f(terms.x), vec4f(m[at]), s);
    s = fma(vec4f(terms.y), vec4f(m[at + step]), s);
    s = fma(vec4f(terms.z), vec4f(m[at + 2u * step]), s);
    s = fma(vec4f(terms.w), vec4f(m[at + 3u * step]), s);
  }
  partial[lane.y * WX + lane.x] = s;
  // Closes read after write: lanes of the first row read what the others have stored.
  workgroupBarrier();
  if (lane.y == 0u) {
    for (var other = 1u; other < WY; other++) {
      s += partial[other * WX + lane.x];
    }
    store(r, 4u * block, s.x);
    store(r, 4u * block + 1u, s.y);
    store(r, 4u * block + 2u, s.z);
    store(r, 4u * block + 3u, s.w);
  }
}

// Columns of M lie together: lanes along x take neighbouring blocks of 4 terms of one column, lanes along y one each.
@compute @workgroup_size(WX, WY)
fn along(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let r = group.y;
  let column = group.x * WY + lane.y;
  let loaded = min(column, p.n - 1u);
  let blocks = (p.k + 3u) / 4u;
  var s = vec4f();
  for (var i = lane.x; i < blocks; i += WX) {
    s = fma(vec4f(x[p.xOffset + r * p.xPitch + i]), vec4f(m[p.mOffset + loaded * p.mPitch + i]), s);
  }
  partial[lane.y * WX + lane.x] = s;
  // Closes read after write: the first lane of each row reads what the others have stored.
  workgroupBarrier();
  if (lane.x == 0u) {
    for (var other = 1u; other < WX; other++) {
      s += partial[lane.y * WX + other];
    }
    store(r, column, (s.x + s.y) + (s.z + s.w));
  }
}
