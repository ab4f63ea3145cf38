enable f16;
// 14. Sums in f16: what the last bits buy, and what they cost.
//
// From kernel 7: the sums are f16 as well, not only the storage. Registers hold twice as many, and GPUs with packed
// f16 arithmetic do two multiply-adds for one. It is a lesson in what that costs, and it comes out WRONG: f16 has 11
// bits, so from 2,048 on a sum of integers skips every second one, each addition to a sum of s may lose s / 4,096,
// and past 65,504 a sum is infinite although the terms that follow would bring it back. The exact-integer probe
// catches it at once. Sums of f16 products belong in f32, as in every other kernel here.
//
// A (m, k), B (k, n), each row-major or column-major from aOffset and bOffset on with pitch aPitch and bPitch, bias
// (n), C (m, n) row-major with pitch cPitch; offsets and pitches in vec4s. m, n and k are padded with zeros up to
// whole vec4s.
//

override WX: u32 = 8u;
override WY: u32 = 8u;
// 1 where n is no multiple of 4.
override TAIL: u32 = 1u;
// 1 where neighbours along a column lie side by side.
override A_COLUMN: u32 = 0u;
override B_COLUMN: u32 = 0u;

struct Params {
  m: u32,
  n: u32,
  k: u32,
  bias: u32,
  aOffset: u32,
  aPitch: u32,
  bOffset: u32,
  bPitch: u32,
  cPitch: u32,
}

@group(0) @binding(0) var<storage, read> a: array<vec4h>;
@group(0) @binding(1) var<storage, read> b: array<vec4h>;
@group(0) @binding(2) var<storage, read> bias: array<vec4h>;
@group(0) @binding(3) var<storage, read_write> c: array<vec4h>;
@group(0) @binding(4) var<uniform> p: Params;

// s + x B, all in f16.
fn row(s: vec4h, x: vec4h, b: mat4x4h) -> vec4h {
  return fma(vec4h(x.w), b[3], fma(vec4h(x.z), b[2], fma(vec4h(x.y), b[1], fma(vec4h(x.x), b[0], s))));
}

// Rows 4 * r to 4 * r + 3 of A, terms 4 * i to 4 * i + 3: one row in each column of the result.
fn blockA(r: u32, i: u32) -> mat4x4h {
  let step = p.aPitch;
  let at = p.aOffset + select(4u * r * step + i, 4u * i * step + r, A_COLUMN == 1u);
  let block = mat4x4h(a[at], a[at + step], a[at + 2u * step], a[at + 3u * step]);
  if (A_COLUMN == 1u) {
    return transpose(block);
  }
  return block;
}

// Terms 4 * i to 4 * i + 3, columns 4 * j to 4 * j + 3 of B: one term in each column of the result.
fn blockB(i: u32, j: u32) -> mat4x4h {
  let step = p.bPitch;
  let at = p.bOffset + select(4u * i * step + j, 4u * j * step + i, B_COLUMN == 1u);
  let block = mat4x4h(b[at], b[at + step], b[at + 2u * step], b[at + 3u * step]);
  if (B_COLUMN == 1u) {
    return transpose(block);
  }
  return block;
}

// The bias of columns 4 * j to 4 * j + 3, zeros where there is none.
fn biasOf(j: u32) -> vec4h {
  if (p.bias == 0u || 4u * j >= p.n) {
    return vec4h();
  }
  return bias[j];
}

// Writes columns 4 * j to 4 * j + 3 of one row of C, and nothing past its edges.
fn store(r: u32, j: u32, s: vec4h) {
  if (r >= p.m || 4u * j >= p.n) {
    return;
  }
  let at = r * p.cPitch + j;
  if (TAIL == 0u) {
    c[at] = s;
    return;
  }
  // Instead of columns past the edge the last one, again: a branch for each would take a compiler longer than the rest.
  let last = min(p.n - 1u - 4u * j, 3u);
  let y = select(s.x, s.y, last >= 1u);
  let z = select(y, s.z, last >= 2u);
  c[at].x = s.x;
  c[at][min(1u, last)] = y;
  c[at][min(2u, last)] = z;
  c[at][last] = select(z, s.w, last >= 3u);
}

@compute @workgroup_size(WX, WY)
fn product(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let rowBlock = group.y * WY + lane.y;
  let columnBlock = group.x * WX + lane.x;
  let blocks = (p.k + 3u) / 4u;
  var s0 = vec4h();
  var s1 = vec4h();
  var s2 = vec4h();
  var s3 = vec4h();
  for (var i = 0u; i < blocks; i++) {
    // Blocks past an edge load the last one instead, and are not stored.
    let block = blockB(i, min(columnBlock, (p.n - 1u) / 4u));
    let x = blockA(min(rowBlock, (p.m - 1u) / 4u), i);
    s0 = row(s0, x[0], block);
    s1 = row(s1, x[1], block);
    s2 = row(s2, x[2], block);
    s3 = row(s3, x[3], block);
  }
  let extra = biasOf(columnBlock);
  store(4u * rowBlock, columnBlock, s0 + extra);
  store(4u * rowBlock + 1u, columnBlock, s1 + extra);
  store(4u * rowBlock + 2u, columnBlock, s2 + extra);
  store(4u * rowBlock + 3u, columnBlock, s3 + extra);
}
