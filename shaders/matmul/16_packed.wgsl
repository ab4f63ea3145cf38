enable subgroups;
// 16. Panels packed in the order in which they are read.
//
// From kernels 10 and 11: before the product, two passes copy A and B into panels: all that a workgroup reads, one
// after the other, in the order in which it reads it. Read in place, a panel of B is 128 bytes from each of k rows, a
// pitch apart: every step is another page, no prefetcher follows, and where the pitch is a power of two the rows fall
// on the same few sets of every cache and push each other out (2,048 columns of f32: half the rate on lavapipe). A
// CPU's matrix libraries have packed for 30 years for these reasons. The copy costs m k + k n elements read and
// written, against m n k multiply-adds: 3 percent at 1,024 cubed, and a loss where m or n is small. A GPU hides the
// latency that packing saves, and pays the copy all the same.
//
// Packing reads any layout, and pads with zeros what is past an edge. Lanes share rows by broadcast where every
// subgroup has 8 lanes, by swaps within a quad where not.
//
// A (m, k), B (k, n), each row-major or column-major from aOffset and bOffset on with pitch aPitch and bPitch, bias
// (n), C (m, n) row-major with pitch cPitch; offsets and pitches in vec4s. m, n and k are padded with zeros up to
// whole vec4s. Sums are f32 whatever the storage. Panels in scratch, f32: (panels down, vec4s of k, 8 * GROUPS rows)
// for A, (panels across, k, WORKGROUP vec4s of n) for B.

alias Elem = f32;
alias Elem4 = vec4<f32>;
// Groups of 8 rows of C for each lane, 1 to 4.
const GROUPS: u32 = 4u;
// 1: swaps within a quad, for any subgroup; 0: broadcasts, for subgroups of 8 lanes and more.
const QUADS: u32 = 1u;
override WORKGROUP: u32 = 32u;
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

@group(0) @binding(0) var<storage, read> a: array<Elem4>;
@group(0) @binding(1) var<storage, read> b: array<Elem4>;
@group(0) @binding(2) var<storage, read> bias: array<Elem4>;
@group(0) @binding(3) var<storage, read_write> c: array<Elem4>;
@group(0) @binding(4) var<uniform> p: Params;
@group(0) @binding(5) var<storage, read_write> packedA: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> packedB: array<vec4f>;
// The same, once they are written.
@group(0) @binding(7) var<storage, read> panelsA: array<vec4f>;
@group(0) @binding(8) var<storage, read> panelsB: array<vec4f>;

// s + x B for one row x of 4 terms and a block B of 4 x 4. Each lane of s takes its four terms one after the other, so
// that its sum can stay in one register meanwhile.
fn row(s: vec4f, x: vec4f, b: mat4x4f) -> vec4f {
  return vec4f(
    fma(x.w, b[3].x, fma(x.z, b[2].x, fma(x.y, b[1].x, fma(x.x, b[0].x, s.x)))),
    fma(x.w, b[3].y, fma(x.z, b[2].y, fma(x.y, b[1].y, fma(x.x, b[0].y, s.y)))),
    fma(x.w, b[3].z, fma(x.z, b[2].z, fma(x.y, b[1].z, fma(x.x, b[0].z, s.z)))),
    fma(x.w, b[3].w, fma(x.z, b[2].w, fma(x.y, b[1].w, fma(x.x, b[0].w, s.w)))),
  );
}

// Rows 4 * r to 4 * r + 3 of A, terms 4 * i to 4 * i + 3: one row in each column of the result.
fn blockA(r: u32, i: u32) -> mat4x4f {
  let step = p.aPitch;
  let at = p.aOffset + select(4u * r * step + i, 4u * i * step + r, A_COLUMN == 1u);
  let block = mat4x4f(vec4f(a[at]), vec4f(a[at + step]), vec4f(a[at + 2u * step]), vec4f(a[at + 3u * step]));
  if (A_COLUMN == 1u) {
    return transpose(block);
  }
  return block;
}

// Terms 4 * i to 4 * i + 3, columns 4 * j to 4 * j + 3 of B: one term in each column of the result.
fn blockB(i: u32, j: u32) -> mat4x4f {
  let step = p.bPitch;
  let at = p.bOffset + select(4u * i * step + j, 4u * j * step + i, B_COLUMN == 1u);
  let block = mat4x4f(vec4f(b[at]), vec4f(b[at + step]), vec4f(b[at + 2u * step]), vec4f(b[at + 3u * step]));
  if (B_COLUMN == 1u) {
    return transpose(block);
  }
  return block;
}

// The bias of columns 4 * j to 4 * j + 3, zeros where there is none.
fn biasOf(j: u32) -> vec4f {
  if (p.bias == 0u || 4u * j >= p.n) {
    return vec4f();
  }
  return vec4f(bias[j]);
}

// Writes columns 4 * j to 4 * j + 3 of one row of C, and nothing past its edges.
fn store(r: u32, j: u32, s: vec4f) {
  if (r >= p.m || 4u * j >= p.n) {
    return;
  }
  let at = r * p.cPitch + j;
  if (TAIL == 0u) {
    c[at] = Elem4(s);
    return;
  }
  // Instead of columns past the edge the last one, again: a branch for each would take a compiler longer than the rest.
  let last = min(p.n - 1u - 4u * j, 3u);
  let y = select(s.x, s.y, last >= 1u);
  let z = select(y, s.z, last >= 2u);
  c[at].x = Elem(s.x);
  c[at][min(1u, last)] = Elem(y);
  c[at][min(2u, last)] = Elem(z);
  c[at][last] = Elem(select(z, s.w, last >= 3u));
}

// One invocation for each block of 4 rows and 4 terms.
@compute @workgroup_size(64)
fn packA(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let rows = 8u * GROUPS;
  let blocks = (p.k + 3u) / 4u;
  let number = id.y * grid.x * 64u + id.x;
  let r = number / blocks;
  let i = number % blocks;
  if (4u * r >= (p.m + rows - 1u) / rows * rows) {
    return;
  }
  var block = mat4x4f();
  if (4u * r < p.m) {
    block = blockA(r, i);
  }
  let panel = 4u * r / rows;
  let at = (panel * blocks + i) * rows + 4u * r % rows;
  packedA[at] = block[0];
  packedA[at + 1u] = block[1];
  packedA[at + 2u] = block[2];
  packedA[at + 3u] = block[3];
}

// One invocation for each block of 4 terms and 4 columns.
@compute @workgroup_size(64)
fn packB(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let blocks = (p.k + 3u) / 4u;
  let across = ((p.n + 3u) / 4u + WORKGROUP - 1u) / WORKGROUP * WORKGROUP;
  let number = id.y * grid.x * 64u + id.x;
  let i = number / across;
  let j = number % across;
  if (i >= blocks) {
    return;
  }
  var block = mat4x4f();
  if (4u * j < p.n) {
    block = blockB(i, j);
  }
  let at = (j / WORKGROUP * blocks + i) * 4u * WORKGROUP + j % WORKGROUP;
  packedB[at] = block[0];
  packedB[at + WORKGROUP] = block[1];
  packedB[at + 2u * WORKGROUP] = block[2];
  packedB[at + 3u * WORKGROUP] = block[3];
}

// The 4 terms of 8 rows, from lanes that hold one or two of them each; in the order that rowOf says.
fn exchange(low: vec4f, high: vec4f) -> array<vec4f, 8> {
  if (QUADS == 1u) {
    return array(
      low, quadSwapX(low), quadSwapY(low), quadSwapDiagonal(low),
      high, quadSwapX(high), quadSwapY(high), quadSwapDiagonal(high),
    );
  }
  return array(
    subgroupBroadcast(low, 0u), subgroupBroadcast(low, 1u), subgroupBroadcast(low, 2u), subgroupBroadcast(low, 3u),
    subgroupBroadcast(low, 4u), subgroupBroadcast(low, 5u), subgroupBroadcast(low, 6u), subgroupBroadcast(low, 7u),
  );
}

// Which row of the tile a lane's sums number `at` belong to.
fn rowOf(at: u32, lane: u32) -> u32 {
  return select(at, at ^ (lane & 3u), QUADS == 1u);
}

@compute @workgroup_size(WORKGROUP)
fn product(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let rows = 8u * GROUPS;
  let first = group.y * rows;
  let columnBlock = group.x * WORKGROUP + index;
  let blocks = (p.k + 3u) / 4u;
  // A lane's own row in each group of 8, and the one 4 further where there are only quads.
  let own = lane & select(7u, 3u, QUADS == 1u);
  let other = select(own, own + 4u, QUADS == 1u);
  // Sums of 8 rows each, in s[0] to s[7], s[8] to s[15], ...
  var s: array<vec4f, 32>;
  for (var i = 0u; i < blocks; i++) {
    let atA = (group.y * blocks + i) * rows;
    let atB = (group.x * blocks + i) * 4u * WORKGROUP + index;
    // All loads before all sums: with loads between them, a compiler runs out of registers and keeps B in memory.
    let block = mat4x4f(
      panelsB[atB], panelsB[atB + WORKGROUP], panelsB[atB + 2u * WORKGROUP], panelsB[atB + 3u * WORKGROUP],
    );
    let low0 = panelsA[atA + own];
    let high0 = panelsA[atA + other];
    var low1 = low0;
    var high1 = high0;
    if (GROUPS > 1u) {
      low1 = panelsA[atA + 8u + own];
      high1 = panelsA[atA + 8u + other];
    }
    var low2 = low0;
    var high2 = high0;
    if (GROUPS > 2u) {
      low2 = panelsA[atA + 16u + own];
      high2 = panelsA[atA + 16u + other];
    }
    var low3 = low0;
    var high3 = high0;
    if (GROUPS > 3u) {
      low3 = panelsA[atA + 24u + own];
      high3 = panelsA[atA + 24u + other];
    }
    let x0 = exchange(low0, high0);
    s[0] = row(s[0], x0[0], block);
    s[1] = row(s[1], x0[1], block);
    s[2] = row(s[2], x0[2], block);
    s[3] = row(s[3], x0[3], block);
    s[4] = row(s[4], x0[4], block);
    s[5] = row(s[5], x0[5], block);
    s[6] = row(s[6], x0[6], block);
    s[7] = row(s[7], x0[7], block);
    if (GROUPS > 1u) {
      let x1 = exchange(low1, high1);
      s[8] = row(s[8], x1[0], block);
      s[9] = row(s[9], x1[1], block);
      s[10] = row(s[10], x1[2], block);
      s[11] = row(s[11], x1[3], block);
      s[12] = row(s[12], x1[4], block);
      s[13] = row(s[13], x1[5], block);
      s[14] = row(s[14], x1[6], block);
      s[15] = row(s[15], x1[7], block);
    }
    if (GROUPS > 2u) {
      let x2 = exchange(low2, high2);
      s[16] = row(s[16], x2[0], block);
      s[17] = row(s[17], x2[1], block);
      s[18] = row(s[18], x2[2], block);
      s[19] = row(s[19], x2[3], block);
      s[20] = row(s[20], x2[4], block);
      s[21] = row(s[21], x2[5], block);
      s[22] = row(s[22], x2[6], block);
      s[23] = row(s[23], x2[7], block);
    }
    if (GROUPS > 3u) {
      let x3 = exchange(low3, high3);
      s[24] = row(s[24], x3[0], block);
      s[25] = row(s[25], x3[1], block);
      s[26] = row(s[26], x3[2], block);
      s[27] = row(s[27], x3[3], block);
      s[28] = row(s[28], x3[4], block);
      s[29] = row(s[29], x3[5], block);
      s[30] = row(s[30], x3[6], block);
      s[31] = row(s[31], x3[7], block);
    }
  }
  let extra = biasOf(columnBlock);
  store(first + rowOf(0u, lane), columnBlock, s[0] + extra);
  store(first + rowOf(1u, lane), columnBlock, s[1] + extra);
  store(first + rowOf(2u, lane), columnBlock, s[2] + extra);
  store(first + rowOf(3u, lane), columnBlock, s[3] + extra);
  store(first + rowOf(4u, lane), columnBlock, s[4] + extra);
  store(first + rowOf(5u, lane), columnBlock, s[5] + extra);
  store(first + rowOf(6u, lane), columnBlock, s[6] + extra);
  store(first + rowOf(7u, lane), columnBlock, s[7] + extra);
  if (GROUPS > 1u) {
    store(first + rowOf(8u, lane), columnBlock, s[8] + extra);
    store(first + rowOf(9u, lane), columnBlock, s[9] + extra);
    store(first + rowOf(10u, lane), columnBlock, s[10] + extra);
    store(first + rowOf(11u, lane), columnBlock, s[11] + extra);
    store(first + rowOf(12u, lane), columnBlock, s[12] + extra);
    store(first + rowOf(13u, lane), columnBlock, s[13] + extra);
    store(first + rowOf(14u, lane), columnBlock, s[14] + extra);
    store(first + rowOf(15u, lane), columnBlock, s[15] + extra);
  }
  if (GROUPS > 2u) {
    store(first + rowOf(16u, lane), columnBlock, s[16] + extra);
    store(first + rowOf(17u, lane), columnBlock, s[17] + extra);
    store(first + rowOf(18u, lane), columnBlock, s[18] + extra);
    store(first + rowOf(19u, lane), columnBlock, s[19] + extra);
    store(first + rowOf(20u, lane), columnBlock, s[20] + extra);
    store(first + rowOf(21u, lane), columnBlock, s[21] + extra);
    store(first + rowOf(22u, lane), columnBlock, s[22] + extra);
    store(first + rowOf(23u, lane), columnBlock, s[23] + extra);
  }
  if (GROUPS > 3u) {
    store(first + rowOf(24u, lane), columnBlock, s[24] + extra);
    store(first + rowOf(25u, lane), columnBlock, s[25] + extra);
    store(first + rowOf(26u, lane), columnBlock, s[26] + extra);
    store(first + rowOf(27u, lane), columnBlock, s[27] + extra);
    store(first + rowOf(28u, lane), columnBlock, s[28] + extra);
    store(first + rowOf(29u, lane), columnBlock, s[29] + extra);
    store(first + rowOf(30u, lane), columnBlock, s[30] + extra);
    store(first + rowOf(31u, lane), columnBlock, s[31] + extra);
  }
}
