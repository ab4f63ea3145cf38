enable subgroups;
// 10. Lanes share rows of A by subgroup broadcast.
//
// From kernel 7: there, lanes that need the same rows of A each load them. Here each lane of a subgroup loads 4 terms
// of one row and hands them to all others by broadcast: one instruction, registers only. A subgroup of 8 lanes loads
// 8 rows for what one lane's row cost before, so a tile can have 32 rows by 4 columns for each lane, with a sixteenth
// of a lane's load for each multiply-add. What that gains depends on what a load costs: on lavapipe, where each
// lane's load is a bounds check and a branch of its own, it is 3 times as fast as kernel 7, and the fastest that
// reads A and B where they lie. Measurements published for one vendor's GPUs found broadcasts from workgroup memory a
// tenth faster than shuffles: there kernel 8 wins.
//
// Nothing here counts on how many lanes a subgroup has. Rows belong to the workgroup, so it does not matter which
// lanes form a subgroup; lanes from LANES on wrap around and load what a lower one loads, too. LANES = 4 works
// everywhere; 8 wants subgroups of 8 or more and halves the loads of A.
//
// A (m, k), B (k, n), each row-major or column-major from aOffset and bOffset on with pitch aPitch and bPitch, bias
// (n), C (m, n) row-major with pitch cPitch; offsets and pitches in vec4s. m, n and k are padded with zeros up to
// whole vec4s. Sums are f32 whatever the storage.

alias Elem = f32;
alias Elem4 = vec4<f32>;
// Groups of 8 rows of C for each lane, 1 to 4.
const GROUPS: u32 = 4u;
// Lanes that load rows of A, 4 or 8.
const LANES: u32 = 4u;
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

// Terms 4 * i to 4 * i + 3 of one row of A; rows past the edge repeat the last one, and are not stored.
fn rowOfA(unclamped: u32, i: u32, last: u32, offset: u32, step: u32) -> vec4f {
  let r = min(unclamped, last);
  if (A_COLUMN == 1u) {
    let at = offset + 4u * i * step + r / 4u;
    let q = r % 4u;
    return vec4f(f32(a[at][q]), f32(a[at + step][q]), f32(a[at + 2u * step][q]), f32(a[at + 3u * step][q]));
  }
  return vec4f(a[offset + r * step + i]);
}

// Terms 4 * i to 4 * i + 3, columns 4 * j to 4 * j + 3 of B: one term in each column of the result.
fn blockB(i: u32, j: u32, offset: u32, step: u32) -> mat4x4f {
  let at = offset + select(4u * i * step + j, 4u * j * step + i, B_COLUMN == 1u);
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

@compute @workgroup_size(WORKGROUP)
fn product(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let first = group.y * 8u * GROUPS;
  let columnBlock = group.x * WORKGROUP + index;
  // Columns past the edge load the last block instead: every lane must stay, to take part in the broadcasts.
  let loaded = min(columnBlock, (p.n - 1u) / 4u);
  // Read once: in the loop each would be a load of its own.
  let lastRow = p.m - 1u;
  let offsetA = p.aOffset;
  let stepA = p.aPitch;
  let offsetB = p.bOffset;
  let stepB = p.bPitch;
  let blocks = (p.k + 3u) / 4u;
  // Sums of row r in s[r].
  var s: array<vec4f, 32>;
  for (var i = 0u; i < blocks; i++) {
    let block = blockB(i, loaded, offsetB, stepB);
    // All loads before all sums: with loads between them, a compiler runs out of registers and keeps B in memory.
    let low0 = rowOfA(first + (lane & (LANES - 1u)), i, lastRow, offsetA, stepA);
    var high0 = low0;
    if (LANES == 4u) {
      high0 = rowOfA(first + 4u + (lane & 3u), i, lastRow, offsetA, stepA);
    }
    var low1 = low0;
    var high1 = low0;
    if (GROUPS > 1u) {
      low1 = rowOfA(first + 8u + (lane & (LANES - 1u)), i, lastRow, offsetA, stepA);
      high1 = low1;
      if (LANES == 4u) {
        high1 = rowOfA(first + 12u + (lane & 3u), i, lastRow, offsetA, stepA);
      }
    }
    var low2 = low0;
    var high2 = low0;
    if (GROUPS > 2u) {
      low2 = rowOfA(first + 16u + (lane & (LANES - 1u)), i, lastRow, offsetA, stepA);
      high2 = low2;
      if (LANES == 4u) {
        high2 = rowOfA(first + 20u + (lane & 3u), i, lastRow, offsetA, stepA);
      }
    }
    var low3 = low0;
    var high3 = low0;
    if (GROUPS > 3u) {
      low3 = rowOfA(first + 24u + (lane & (LANES - 1u)), i, lastRow, offsetA, stepA);
      high3 = low3;
      if (LANES == 4u) {
        high3 = rowOfA(first + 28u + (lane & 3u), i, lastRow, offsetA, stepA);
      }
    }
    s[0] = row(s[0], subgroupBroadcast(low0, 0u), block);
    s[1] = row(s[1], subgroupBroadcast(low0, 1u), block);
    s[2] = row(s[2], subgroupBroadcast(low0, 2u), block);
    s[3] = row(s[3], subgroupBroadcast(low0, 3u), block);
    s[4] = row(s[4], subgroupBroadcast(high0, 4u & (LANES - 1u)), block);
    s[5] = row(s[5], subgroupBroadcast(high0, 5u & (LANES - 1u)), block);
    s[6] = row(s[6], subgroupBroadcast(high0, 6u & (LANES - 1u)), block);
    s[7] = row(s[7], subgroupBroadcast(high0, 7u & (LANES - 1u)), block);
    if (GROUPS > 1u) {
      s[8] = row(s[8], subgroupBroadcast(low1, 0u), block);
      s[9] = row(s[9], subgroupBroadcast(low1, 1u), block);
      s[10] = row(s[10], subgroupBroadcast(low1, 2u), block);
      s[11] = row(s[11], subgroupBroadcast(low1, 3u), block);
      s[12] = row(s[12], subgroupBroadcast(high1, 4u & (LANES - 1u)), block);
      s[13] = row(s[13], subgroupBroadcast(high1, 5u & (LANES - 1u)), block);
      s[14] = row(s[14], subgroupBroadcast(high1, 6u & (LANES - 1u)), block);
      s[15] = row(s[15], subgroupBroadcast(high1, 7u & (LANES - 1u)), block);
    }
    if (GROUPS > 2u) {
      s[16] = row(s[16], subgroupBroadcast(low2, 0u), block);
      s[17] = row(s[17], subgroupBroadcast(low2, 1u), block);
      s[18] = row(s[18], subgroupBroadcast(low2, 2u), block);
      s[19] = row(s[19], subgroupBroadcast(low2, 3u), block);
      s[20] = row(s[20], subgroupBroadcast(high2, 4u & (LANES - 1u)), block);
      s[21] = row(s[21], subgroupBroadcast(high2, 5u & (LANES - 1u)), block);
      s[22] = row(s[22], subgroupBroadcast(high2, 6u & (LANES - 1u)), block);
      s[23] = row(s[23], subgroupBroadcast(high2, 7u & (LANES - 1u)), block);
    }
    if (GROUPS > 3u) {
      s[24] = row(s[24], subgroupBroadcast(low3, 0u), block);
      s[25] = row(s[25], subgroupBroadcast(low3, 1u), block);
      s[26] = row(s[26], subgroupBroadcast(low3, 2u), block);
      s[27] = row(s[27], subgroupBroadcast(low3, 3u), block);
      s[28] = row(s[28], subgroupBroadcast(high3, 4u & (LANES - 1u)), block);
      s[29] = row(s[29], subgroupBroadcast(high3, 5u & (LANES - 1u)), block);
      s[30] = row(s[30], subgroupBroadcast(high3, 6u & (LANES - 1u)), block);
      s[31] = row(s[31], subgroupBroadcast(high3, 7u & (LANES - 1u)), block);
    }
  }
  let extra = biasOf(columnBlock);
  store(first, columnBlock, s[0] + extra);
  store(first + 1u, columnBlock, s[1] + extra);
  store(first + 2u, columnBlock, s[2] + extra);
  store(first + 3u, columnBlock, s[3] + extra);
  store(first + 4u, columnBlock, s[4] + extra);
  store(first + 5u, columnBlock, s[5] + extra);
  store(first + 6u, columnBlock, s[6] + extra);
  store(first + 7u, columnBlock, s[7] + extra);
  if (GROUPS > 1u) {
    store(first + 8u, columnBlock, s[8] + extra);
    store(first + 9u, columnBlock, s[9] + extra);
    store(first + 10u, columnBlock, s[10] + extra);
    store(first + 11u, columnBlock, s[11] + extra);
    store(first + 12u, columnBlock, s[12] + extra);
    store(first + 13u, columnBlock, s[13] + extra);
    store(first + 14u, columnBlock, s[14] + extra);
    store(first + 15u, columnBlock, s[15] + extra);
  }
  if (GROUPS > 2u) {
    store(first + 16u, columnBlock, s[16] + extra);
    store(first + 17u, columnBlock, s[17] + extra);
    store(first + 18u, columnBlock, s[18] + extra);
    store(first + 19u, columnBlock, s[19] + extra);
    store(first + 20u, columnBlock, s[20] + extra);
    store(first + 21u, columnBlock, s[21] + extra);
    store(first + 22u, columnBlock, s[22] + extra);
    store(first + 23u, columnBlock, s[23] + extra);
  }
  if (GROUPS > 3u) {
    store(first + 24u, columnBlock, s[24] + extra);
    store(first + 25u, columnBlock, s[25] + extra);
    store(first + 26u, columnBlock, s[26] + extra);
    store(first + 27u, columnBlock, s[27] + extra);
    store(first + 28u, columnBlock, s[28] + extra);
    store(first + 29u, columnBlock, s[29] + extra);
    store(first + 30u, columnBlock, s[30] + extra);
    store(first + 31u, columnBlock, s[31] + extra);
  }
}
