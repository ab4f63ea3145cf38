// 7. Register tiles straight from the cache.
//
// From kernel 6: workgroup memory and its barriers are gone. Each lane loads the vec4s of A and B that its register
// tile needs, ROWS + COLUMNS of them for 4 terms, and does 4 * ROWS * COLUMNS multiply-adds with them. Lanes that
// share rows or columns load the same vectors, which the cache serves. A GPU's first cache delivers fewer bytes than
// its workgroup memory, so there kernel 6 wins at large sizes; where workgroup memory is a piece of the same cache
// and a barrier means saving every lane's state, as on software adapters, this wins by far. The sums are indexed by
// constants only: with a loop over the rows it ran 3.5 times slower on SwiftShader and no different on lavapipe.
//
// A (m, k), B (k, n), each row-major or column-major from aOffset and bOffset on with pitch aPitch and bPitch, bias
// (n), C (m, n) row-major with pitch cPitch; offsets and pitches in vec4s. m, n and k are padded with zeros up to
// whole vec4s. Sums are f32 whatever the storage.

alias Elem = f32;
alias Elem4 = vec4<f32>;
// Rows and columns of C for one lane, 4 or 8.
const ROWS: u32 = 8u;
const COLUMNS: u32 = 8u;
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

// Rows 4 * r to 4 * r + 3 of A, terms 4 * i to 4 * i + 3: one row in each column of the result.
fn blockA(r: u32, i: u32, offset: u32, step: u32) -> mat4x4f {
  let at = offset + select(4u * r * step + i, 4u * i * step + r, A_COLUMN == 1u);
  let block = mat4x4f(vec4f(a[at]), vec4f(a[at + step]), vec4f(a[at + 2u * step]), vec4f(a[at + 3u * step]));
  if (A_COLUMN == 1u) {
    return transpose(block);
  }
  return block;
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

@compute @workgroup_size(WX, WY)
fn product(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  // Blocks past an edge load the last one instead, and are not stored.
  let lastRow = (p.m - 1u) / 4u;
  let lastColumn = (p.n - 1u) / 4u;
  let rowBlock = (group.y * WY + lane.y) * (ROWS / 4u);
  // A lane's two blocks of columns lie WX apart, so that neighbours load neighbours.
  let columnBlock = group.x * WX * (COLUMNS / 4u) + lane.x;
  // Read once: in the loop each would be a load of its own.
  let offsetA = p.aOffset;
  let stepA = p.aPitch;
  let offsetB = p.bOffset;
  let stepB = p.bPitch;
  let blocks = (p.k + 3u) / 4u;
  // Sums of row r: s[2 * r] and, WX blocks to the right, s[2 * r + 1].
  var s: array<vec4f, 16>;
  for (var i = 0u; i < blocks; i++) {
    // All loads before all sums: with loads between them, a compiler runs out of registers and keeps B in memory.
    let b0 = blockB(i, min(columnBlock, lastColumn), offsetB, stepB);
    var b1 = b0;
    if (COLUMNS > 4u) {
      b1 = blockB(i, min(columnBlock + WX, lastColumn), offsetB, stepB);
    }
    let a0 = blockA(min(rowBlock, lastRow), i, offsetA, stepA);
    var a1 = a0;
    if (ROWS > 4u) {
      a1 = blockA(min(rowBlock + 1u, lastRow), i, offsetA, stepA);
    }
    s[0] = row(s[0], a0[0], b0);
    s[2] = row(s[2], a0[1], b0);
    s[4] = row(s[4], a0[2], b0);
    s[6] = row(s[6], a0[3], b0);
    if (COLUMNS > 4u) {
      s[1] = row(s[1], a0[0], b1);
      s[3] = row(s[3], a0[1], b1);
      s[5] = row(s[5], a0[2], b1);
      s[7] = row(s[7], a0[3], b1);
    }
    if (ROWS > 4u) {
      s[8] = row(s[8], a1[0], b0);
      s[10] = row(s[10], a1[1], b0);
      s[12] = row(s[12], a1[2], b0);
      s[14] = row(s[14], a1[3], b0);
      if (COLUMNS > 4u) {
        s[9] = row(s[9], a1[0], b1);
        s[11] = row(s[11], a1[1], b1);
        s[13] = row(s[13], a1[2], b1);
        s[15] = row(s[15], a1[3], b1);
      }
    }
  }
  let first = 4u * rowBlock;
  let bias0 = biasOf(columnBlock);
  let bias1 = biasOf(columnBlock + WX);
  store(first, columnBlock, s[0] + bias0);
  store(first + 1u, columnBlock, s[2] + bias0);
  store(first + 2u, columnBlock, s[4] + bias0);
  store(first + 3u, columnBlock, s[6] + bias0);
  if (COLUMNS > 4u) {
    store(first, columnBlock + WX, s[1] + bias1);
    store(first + 1u, columnBlock + WX, s[3] + bias1);
    store(first + 2u, columnBlock + WX, s[5] + bias1);
    store(first + 3u, columnBlock + WX, s[7] + bias1);
  }
  if (ROWS > 4u) {
    store(first + 4u, columnBlock, s[8] + bias0);
    store(first + 5u, columnBlock, s[10] + bias0);
    store(first + 6u, columnBlock, s[12] + bias0);
    store(first + 7u, columnBlock, s[14] + bias0);
    if (COLUMNS > 4u) {
      store(first + 4u, columnBlock + WX, s[9] + bias1);
      store(first + 5u, columnBlock + WX, s[11] + bias1);
      store(first + 6u, columnBlock + WX, s[13] + bias1);
      store(first + 7u, columnBlock + WX, s[15] + bias1);
    }
  }
}
