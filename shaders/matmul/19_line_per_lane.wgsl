// 19. A cache line for each lane.
//
// From kernel 12: for where a CPU emulates the GPU. Lanes run in lockstep in a vector register, and each lane's load is an
// instruction of its own, so nothing is gained when neighbours load neighbours. Here a lane takes 16 columns, which is
// one cache line of each row, and walks down all of k by itself. There are no ranges of k, no workgroup memory and no
// barrier, at which the state of every lane would be saved. Terms of the vector are loaded one by one, since all lanes
// need the same one. The body of the loop has few loads: with more than the registers hold, llvmpipe took 2 to 3 times
// as long. On a GPU this is slow, since lanes are few and neighbours load 64 bytes apart.
//
// y = x M: x (rows, k) from xOffset on with pitch xPitch, in elements; M (k, n) from mOffset on with pitch mPitch, in
// vec4s; both padded with zeros up to whole vec4s and four rows. bias (n), or one for all where bias is 2; y (rows, n)
// with pitch yPitch in elements. A single column of C is the same problem on its side, as in kernel 12. Sums are f32.

alias Elem = f32;
alias Elem4 = vec4<f32>;
// Blocks of 4 columns for each lane, 1, 2 or 4; no more than n has.
const BLOCKS: u32 = 4u;
// Rows of M in the body of the loop, 1 or 2.
const ROWS: u32 = 1u;
override WORKGROUP: u32 = 8u;

struct Params {
  n: u32,
  k: u32,
  bias: u32,
  xOffset: u32,
  xPitch: u32,
  mOffset: u32,
  mPitch: u32,
  yPitch: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Elem>;
@group(0) @binding(1) var<storage, read> m: array<Elem4>;
@group(0) @binding(2) var<storage, read> bias: array<Elem>;
@group(0) @binding(3) var<storage, read_write> y: array<Elem>;
@group(0) @binding(4) var<uniform> p: Params;

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

@compute @workgroup_size(WORKGROUP)
fn product(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let r = group.y;
  let first = (group.x * WORKGROUP + lane) * BLOCKS;
  // Lanes at the end of a row, and those past it, load the last whole line and store what is theirs of it.
  let begin = min(first, (p.n + 3u) / 4u - BLOCKS);
  let step = p.mPitch;
  let terms = p.k;
  let fromX = p.xOffset + r * p.xPitch;
  var at = p.mOffset + begin;
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  for (var i = 0u; i < terms; i += ROWS) {
    let t = vec4f(f32(x[fromX + i]));
    s0 = fma(t, vec4f(m[at]), s0);
    if (BLOCKS > 1u) {
      s1 = fma(t, vec4f(m[at + 1u]), s1);
    }
    if (BLOCKS > 2u) {
      s2 = fma(t, vec4f(m[at + 2u]), s2);
      s3 = fma(t, vec4f(m[at + 3u]), s3);
    }
    if (ROWS > 1u) {
      let u = vec4f(f32(x[fromX + i + 1u]));
      let below = at + step;
      s0 = fma(u, vec4f(m[below]), s0);
      if (BLOCKS > 1u) {
        s1 = fma(u, vec4f(m[below + 1u]), s1);
      }
      if (BLOCKS > 2u) {
        s2 = fma(u, vec4f(m[below + 2u]), s2);
        s3 = fma(u, vec4f(m[below + 3u]), s3);
      }
    }
    at += ROWS * step;
  }
  if (begin >= first) {
    store(r, begin, s0);
  }
  if (BLOCKS > 1u && begin + 1u >= first) {
    store(r, begin + 1u, s1);
  }
  if (BLOCKS > 2u && begin + 2u >= first) {
    store(r, begin + 2u, s2);
  }
  if (BLOCKS > 2u && begin + 3u >= first) {
    store(r, begin + 3u, s3);
  }
}
