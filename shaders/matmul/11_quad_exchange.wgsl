enable subgroups;
// 11. Lanes share rows of A by swaps within a quad.
//
// From kernel 10: a quad is 4 neighbouring lanes of a subgroup, whatever its size, and swapping values within it is
// the cheapest exchange there is: one shuffle with a fixed pattern. Lane l of a quad loads row l and then takes, from
// its neighbours across, down and diagonally, rows l ^ 1, l ^ 2 and l ^ 3. Each lane thus sees all four rows, in an
// order of its own; its sums are in that order too, and are put right only when they are stored. Each load of A
// serves 4 lanes instead of 8, which loses against kernel 10 where a broadcast is one instruction. Where it is not,
// as on SwiftShader (25 instructions there, 1 for a swap), this is the fastest that reads A and B where they lie.
//
// A (m, k), B (k, n), each row-major or column-major from aOffset and bOffset on with pitch aPitch and bPitch, bias
// (n), C (m, n) row-major with pitch cPitch; offsets and pitches in vec4s. m, n and k are padded with zeros up to
// whole vec4s. Sums are f32 whatever the storage.

alias Elem = f32;
alias Elem4 = vec4<f32>;
// Groups of 4 rows of C for each lane, 1 to 4.
const GROUPS: u32 = 4u;
// Columns of C for each lane, 4 or 8.
const COLUMNS: u32 = 8u;
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

// Terms 4 * i to 4 * i + 3 of one row of A.
fn rowOfA(r: u32, i: u32, offset: u32, step: u32) -> vec4f {
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
  let first = group.y * 4u * GROUPS;
  let own = first + (lane & 3u);
  // A lane's two blocks of columns lie WORKGROUP apart, so that neighbours load neighbours.
  let columnBlock = group.x * WORKGROUP * (COLUMNS / 4u) + index;
  // Rows and columns past the edge load the last ones instead, and are not stored: every lane must stay, to take part in
  // the swaps.
  let lastRow = p.m - 1u;
  let row0 = min(own, lastRow);
  let row1 = min(own + 4u, lastRow);
  let row2 = min(own + 8u, lastRow);
  let row3 = min(own + 12u, lastRow);
  let lastColumn = (p.n - 1u) / 4u;
  let column0 = min(columnBlock, lastColumn);
  let column1 = min(columnBlock + WORKGROUP, lastColumn);
  // Read once: in the loop each would be a load of its own.
  let offsetA = p.aOffset;
  let stepA = p.aPitch;
  let offsetB = p.bOffset;
  let stepB = p.bPitch;
  let blocks = (p.k + 3u) / 4u;
  // Sums of the four rows of group g, in this lane's order: s[8 * g + 2 * r], and s[8 * g + 2 * r + 1] to the right.
  var s: array<vec4f, 32>;
  for (var i = 0u; i < blocks; i++) {
    // All loads before all sums: with loads between them, a compiler runs out of registers and keeps B in memory.
    let b0 = blockB(i, column0, offsetB, stepB);
    var b1 = b0;
    if (COLUMNS > 4u) {
      b1 = blockB(i, column1, offsetB, stepB);
    }
    let x0 = rowOfA(row0, i, offsetA, stepA);
    var x1 = x0;
    if (GROUPS > 1u) {
      x1 = rowOfA(row1, i, offsetA, stepA);
    }
    var x2 = x0;
    if (GROUPS > 2u) {
      x2 = rowOfA(row2, i, offsetA, stepA);
    }
    var x3 = x0;
    if (GROUPS > 3u) {
      x3 = rowOfA(row3, i, offsetA, stepA);
    }
    let x0x = quadSwapX(x0);
    let x0y = quadSwapY(x0);
    let x0d = quadSwapDiagonal(x0);
    s[0] = row(s[0], x0, b0);
    s[2] = row(s[2], x0x, b0);
    s[4] = row(s[4], x0y, b0);
    s[6] = row(s[6], x0d, b0);
    if (COLUMNS > 4u) {
      s[1] = row(s[1], x0, b1);
      s[3] = row(s[3], x0x, b1);
      s[5] = row(s[5], x0y, b1);
      s[7] = row(s[7], x0d, b1);
    }
    if (GROUPS > 1u) {
      let x1x = quadSwapX(x1);
      let x1y = quadSwapY(x1);
      let x1d = quadSwapDiagonal(x1);
      s[8] = row(s[8], x1, b0);
      s[10] = row(s[10], x1x, b0);
      s[12] = row(s[12], x1y, b0);
      s[14] = row(s[14], x1d, b0);
      if (COLUMNS > 4u) {
        s[9] = row(s[9], x1, b1);
        s[11] = row(s[11], x1x, b1);
        s[13] = row(s[13], x1y, b1);
        s[15] = row(s[15], x1d, b1);
      }
    }
    if (GROUPS > 2u) {
      let x2x = quadSwapX(x2);
      let x2y = quadSwapY(x2);
      let x2d = quadSwapDiagonal(x2);
      s[16] = row(s[16], x2, b0);
      s[18] = row(s[18], x2x, b0);
      s[20] = row(s[20], x2y, b0);
      s[22] = row(s[22], x2d, b0);
      if (COLUMNS > 4u) {
        s[17] = row(s[17], x2, b1);
        s[19] = row(s[19], x2x, b1);
        s[21] = row(s[21], x2y, b1);
        s[23] = row(s[23], x2d, b1);
      }
    }
    if (GROUPS > 3u) {
      let x3x = quadSwapX(x3);
      let x3y = quadSwapY(x3);
      let x3d = quadSwapDiagonal(x3);
      s[24] = row(s[24], x3, b0);
      s[26] = row(s[26], x3x, b0);
      s[28] = row(s[28], x3y, b0);
      s[30] = row(s[30], x3d, b0);
      if (COLUMNS > 4u) {
        s[25] = row(s[25], x3, b1);
        s[27] = row(s[27], x3x, b1);
        s[29] = row(s[29], x3y, b1);
        s[31] = row(s[31], x3d, b1);
      }
    }
  }
  let bias0 = biasOf(columnBlock);
  let bias1 = biasOf(columnBlock + WORKGROUP);
  store(first + (lane & 3u), columnBlock, s[0] + bias0);
  store(first + ((lane & 3u) ^ 1u), columnBlock, s[2] + bias0);
  store(first + ((lane & 3u) ^ 2u), columnBlock, s[4] + bias0);
  store(first + ((lane & 3u) ^ 3u), columnBlock, s[6] + bias0);
  if (COLUMNS > 4u) {
    store(first + (lane & 3u), columnBlock + WORKGROUP, s[1] + bias1);
    store(first + ((lane & 3u) ^ 1u), columnBlock + WORKGROUP, s[3] + bias1);
    store(first + ((lane & 3u) ^ 2u), columnBlock + WORKGROUP, s[5] + bias1);
    store(first + ((lane & 3u) ^ 3u), columnBlock + WORKGROUP, s[7] + bias1);
  }
  if (GROUPS > 1u) {
    store(first + 4u + (lane & 3u), columnBlock, s[8] + bias0);
    store(first + 4u + ((lane & 3u) ^ 1u), columnBlock, s[10] + bias0);
    store(first + 4u + ((lane & 3u) ^ 2u), columnBlock, s[12] + bias0);
    store(first + 4u + ((lane & 3u) ^ 3u), columnBlock, s[14] + bias0);
    if (COLUMNS > 4u) {
      store(first + 4u + (lane & 3u), columnBlock + WORKGROUP, s[9] + bias1);
      store(first + 4u + ((lane & 3u) ^ 1u), columnBlock + WORKGROUP, s[11] + bias1);
      store(first + 4u + ((lane & 3u) ^ 2u), columnBlock + WORKGROUP, s[13] + bias1);
      store(first + 4u + ((lane & 3u) ^ 3u), columnBlock + WORKGROUP, s[15] + bias1);
    }
  }
  if (GROUPS > 2u) {
    store(first + 8u + (lane & 3u), columnBlock, s[16] + bias0);
    store(first + 8u + ((lane & 3u) ^ 1u), columnBlock, s[18] + bias0);
    store(first + 8u + ((lane & 3u) ^ 2u), columnBlock, s[20] + bias0);
    store(first + 8u + ((lane & 3u) ^ 3u), columnBlock, s[22] + bias0);
    if (COLUMNS > 4u) {
      store(first + 8u + (lane & 3u), columnBlock + WORKGROUP, s[17] + bias1);
      store(first + 8u + ((lane & 3u) ^ 1u), columnBlock + WORKGROUP, s[19] + bias1);
      store(first + 8u + ((lane & 3u) ^ 2u), columnBlock + WORKGROUP, s[21] + bias1);
      store(first + 8u + ((lane & 3u) ^ 3u), columnBlock + WORKGROUP, s[23] + bias1);
    }
  }
  if (GROUPS > 3u) {
    store(first + 12u + (lane & 3u), columnBlock, s[24] + bias0);
    store(first + 12u + ((lane & 3u) ^ 1u), columnBlock, s[26] + bias0);
    store(first + 12u + ((lane & 3u) ^ 2u), columnBlock, s[28] + bias0);
    store(first + 12u + ((lane & 3u) ^ 3u), columnBlock, s[30] + bias0);
    if (COLUMNS > 4u) {
      store(first + 12u + (lane & 3u), columnBlock + WORKGROUP, s[25] + bias1);
      store(first + 12u + ((lane & 3u) ^ 1u), columnBlock + WORKGROUP, s[27] + bias1);
      store(first + 12u + ((lane & 3u) ^ 2u), columnBlock + WORKGROUP, s[29] + bias1);
      store(first + 12u + ((lane & 3u) ^ 3u), columnBlock + WORKGROUP, s[31] + bias1);
    }
  }
}
