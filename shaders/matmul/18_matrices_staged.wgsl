enable f16, subgroups, chromium_experimental_subgroup_matrix; diagnostic(off, chromium.subgroup_matrix_uniformity);
// 18. Subgroup matrices, fed as fast as they multiply.
//
// From kernel 15: its units waited for their operands, one element loaded and stored at a time for blocks that met two
// others each. Here a lane loads vec4s, and asks for those of the next tile before it multiplies this one (kernel 8); a
// subgroup multiplies 4 x 4 blocks, so that 8 blocks loaded from workgroup memory feed 16 products; tiles are walked in
// bands (kernel 13). Rows of a tile are 8 elements apart from a multiple of their length: without that gap, rows of one
// block begin in the same bank, at half of the speed. On an H200 the same loop without edges and bias, at 8,192 cubed,
// made 231 TFLOP/s, 117 without the gap, and 77 with blocks straight from the storage buffers.
//
// The sums leave block by block through a small piece of workgroup memory, where lanes add the bias, round to f16 and leave
// out what lies past the edges. It needs the experimental feature and is refused where that is missing.
//
// A (m, k), B (k, n), each row-major or column-major from aOffset and bOffset on with pitch aPitch and bPitch, bias
// (n), C (m, n) row-major with pitch cPitch; offsets and pitches in vec4s. m, n and k are padded with zeros up to whole
// vec4s.

alias Elem = f16;
alias Elem4 = vec4<f16>;
// Rows and columns of a block of C, and terms that one instruction adds to it.
const UNIT_M: u32 = 16u;
const UNIT_N: u32 = 16u;
const UNIT_K: u32 = 16u;
// Type of the sums: f32, or f16 where the device has no other.
alias Sum = f32;
const TILE_K: u32 = 32u;
// At least as many lanes as a subgroup of this device has, and no fewer than 32.
override LANES: u32 = 128u;
// Rows of tiles that are walked together.
override BAND: u32 = 8u;
// 1 where n is no multiple of 4.
override TAIL: u32 = 1u;
// 1 where neighbours along a column lie side by side.
override A_COLUMN: u32 = 0u;
override B_COLUMN: u32 = 0u;

// Four subgroups, two by two, each with 4 x 4 blocks.
const ROWS: u32 = 8u * UNIT_M;
const COLUMNS: u32 = 8u * UNIT_N;
const GAP: u32 = 8u;
// vec4s of each tile; a lane carries up to eight of both.
const VECTORS_A: u32 = ROWS * TILE_K / 4u;
const VECTORS_B: u32 = TILE_K * COLUMNS / 4u;

alias Left = subgroup_matrix_left<f16, UNIT_K, UNIT_M>;
alias Right = subgroup_matrix_right<f16, UNIT_N, UNIT_K>;
alias Result = subgroup_matrix_result<Sum, UNIT_N, UNIT_M>;

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

// As they lie in A and B: [row][term] or, of a matrix that lies by columns, [term][row]; B likewise.
var<workgroup> tileA: array<f16, max(ROWS * (TILE_K + GAP), TILE_K * (ROWS + GAP))>;
var<workgroup> tileB: array<f16, max(TILE_K * (COLUMNS + GAP), COLUMNS * (TILE_K + GAP))>;
// One block of C for each subgroup.
var<workgroup> blockOut: array<Sum, 4u * UNIT_M * UNIT_N>;

// A vec4 of a tile of A: of rows from `first` on and of terms from `start` on; zeros past the edges.
fn vectorA(slot: u32, first: u32, start: u32) -> Elem4 {
  if (A_COLUMN == 1u) {
    let term = start + slot / (ROWS / 4u);
    let row = first + 4u * (slot % (ROWS / 4u));
    if (slot < VECTORS_A && term < p.k && row < p.m) {
      return a[p.aOffset + term * p.aPitch + row / 4u];
    }
  } else {
    let row = first + slot / (TILE_K / 4u);
    let term = start + 4u * (slot % (TILE_K / 4u));
    if (slot < VECTORS_A && term < p.k && row < p.m) {
      return a[p.aOffset + row * p.aPitch + term / 4u];
    }
  }
  return Elem4();
}

fn vectorB(slot: u32, first: u32, start: u32) -> Elem4 {
  if (B_COLUMN == 1u) {
    let column = first + slot / (TILE_K / 4u);
    let term = start + 4u * (slot % (TILE_K / 4u));
    if (slot < VECTORS_B && term < p.k && column < p.n) {
      return b[p.bOffset + column * p.bPitch + term / 4u];
    }
  } else {
    let term = start + slot / (COLUMNS / 4u);
    let column = first + 4u * (slot % (COLUMNS / 4u));
    if (slot < VECTORS_B && term < p.k && column < p.n) {
      return b[p.bOffset + term * p.bPitch + column / 4u];
    }
  }
  return Elem4();
}

fn keepA(slot: u32, x: Elem4) {
  if (slot < VECTORS_A) {
    let across = select(TILE_K, ROWS, A_COLUMN == 1u) / 4u;
    let at = slot / across * (4u * across + GAP) + 4u * (slot % across);
    tileA[at] = x.x;
    tileA[at + 1u] = x.y;
    tileA[at + 2u] = x.z;
    tileA[at + 3u] = x.w;
  }
}

fn keepB(slot: u32, x: Elem4) {
  if (slot < VECTORS_B) {
    let across = select(COLUMNS, TILE_K, B_COLUMN == 1u) / 4u;
    let at = slot / across * (4u * across + GAP) + 4u * (slot % across);
    tileB[at] = x.x;
    tileB[at + 1u] = x.y;
    tileB[at + 2u] = x.z;
    tileB[at + 3u] = x.w;
  }
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

// Rows and columns of C from (row, column) on: the block of subgroup row `slotOf`, which all its lanes share.
fn emit(slotOf: u32, lane: u32, row: u32, column: u32) {
  for (var slot = lane; slot < UNIT_M * UNIT_N / 4u; slot += LANES) {
    let at = slotOf * UNIT_M * UNIT_N + 4u * slot;
    let j = column / 4u + slot % (UNIT_N / 4u);
    let sum = vec4f(f32(blockOut[at]), f32(blockOut[at + 1u]), f32(blockOut[at + 2u]), f32(blockOut[at + 3u]));
    store(row + slot / (UNIT_N / 4u), j, sum + biasOf(j));
  }
}

@compute @workgroup_size(LANES, 4)
fn product(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_id) lane: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  // The number of this workgroup, and of the tile that it takes: BAND rows of tiles at a time, fewer in the last band.
  let tilesDown = (p.m + ROWS - 1u) / ROWS;
  let tilesAcross = (p.n + COLUMNS - 1u) / COLUMNS;
  let number = group.y * grid.x + group.x;
  if (number >= tilesDown * tilesAcross) {
    return;
  }
  let band = number / (BAND * tilesAcross);
  let within = number % (BAND * tilesAcross);
  let height = min(BAND, tilesDown - band * BAND);
  let firstRow = (band * BAND + within % height) * ROWS;
  let firstColumn = (within / height) * COLUMNS;
  // Where subgroups have fewer than LANES lanes, several do the same work and write the same values.
  let top = lane.y / 2u * 4u * UNIT_M;
  let left = lane.y % 2u * 4u * UNIT_N;
  let pitchA = select(TILE_K, ROWS, A_COLUMN == 1u) + GAP;
  let pitchB = select(COLUMNS, TILE_K, B_COLUMN == 1u) + GAP;
  let lanes = 4u * LANES;
  var s00 = Result(); var s01 = Result(); var s02 = Result(); var s03 = Result();
  var s10 = Result(); var s11 = Result(); var s12 = Result(); var s13 = Result();
  var s20 = Result(); var s21 = Result(); var s22 = Result(); var s23 = Result();
  var s30 = Result(); var s31 = Result(); var s32 = Result(); var s33 = Result();
  var a0 = vectorA(index + 0u * lanes, firstRow, 0u);
  var a1 = vectorA(index + 1u * lanes, firstRow, 0u);
  var a2 = vectorA(index + 2u * lanes, firstRow, 0u);
  var a3 = vectorA(index + 3u * lanes, firstRow, 0u);
  var a4 = vectorA(index + 4u * lanes, firstRow, 0u);
  var a5 = vectorA(index + 5u * lanes, firstRow, 0u);
  var a6 = vectorA(index + 6u * lanes, firstRow, 0u);
  var a7 = vectorA(index + 7u * lanes, firstRow, 0u);
  var b0 = vectorB(index + 0u * lanes, firstColumn, 0u);
  var b1 = vectorB(index + 1u * lanes, firstColumn, 0u);
  var b2 = vectorB(index + 2u * lanes, firstColumn, 0u);
  var b3 = vectorB(index + 3u * lanes, firstColumn, 0u);
  var b4 = vectorB(index + 4u * lanes, firstColumn, 0u);
  var b5 = vectorB(index + 5u * lanes, firstColumn, 0u);
  var b6 = vectorB(index + 6u * lanes, firstColumn, 0u);
  var b7 = vectorB(index + 7u * lanes, firstColumn, 0u);
  for (var start = 0u; start < p.k; start += TILE_K) {
    keepA(index + 0u * lanes, a0);
    keepA(index + 1u * lanes, a1);
    keepA(index + 2u * lanes, a2);
    keepA(index + 3u * lanes, a3);
    keepA(index + 4u * lanes, a4);
    keepA(index + 5u * lanes, a5);
    keepA(index + 6u * lanes, a6);
    keepA(index + 7u * lanes, a7);
    keepB(index + 0u * lanes, b0);
    keepB(index + 1u * lanes, b1);
    keepB(index + 2u * lanes, b2);
    keepB(index + 3u * lanes, b3);
    keepB(index + 4u * lanes, b4);
    keepB(index + 5u * lanes, b5);
    keepB(index + 6u * lanes, b6);
    keepB(index + 7u * lanes, b7);
    // Closes read after write: subgroups load blocks that all lanes have stored.
    workgroupBarrier();
    // Asked for now, stored after the products.
    a0 = vectorA(index + 0u * lanes, firstRow, start + TILE_K);
    a1 = vectorA(index + 1u * lanes, firstRow, start + TILE_K);
    a2 = vectorA(index + 2u * lanes, firstRow, start + TILE_K);
    a3 = vectorA(index + 3u * lanes, firstRow, start + TILE_K);
    a4 = vectorA(index + 4u * lanes, firstRow, start + TILE_K);
    a5 = vectorA(index + 5u * lanes, firstRow, start + TILE_K);
    a6 = vectorA(index + 6u * lanes, firstRow, start + TILE_K);
    a7 = vectorA(index + 7u * lanes, firstRow, start + TILE_K);
    b0 = vectorB(index + 0u * lanes, firstColumn, start + TILE_K);
    b1 = vectorB(index + 1u * lanes, firstColumn, start + TILE_K);
    b2 = vectorB(index + 2u * lanes, firstColumn, start + TILE_K);
    b3 = vectorB(index + 3u * lanes, firstColumn, start + TILE_K);
    b4 = vectorB(index + 4u * lanes, firstColumn, start + TILE_K);
    b5 = vectorB(index + 5u * lanes, firstColumn, start + TILE_K);
    b6 = vectorB(index + 6u * lanes, firstColumn, start + TILE_K);
    b7 = vectorB(index + 7u * lanes, firstColumn, start + TILE_K);
    for (var i = 0u; i < TILE_K; i += UNIT_K) {
      var x0: Left;
      var x1: Left;
      var x2: Left;
      var x3: Left;
      var y0: Right;
      var y1: Right;
      var y2: Right;
      var y3: Right;
      if (A_COLUMN == 1u) {
        x0 = subgroupMatrixLoad<Left, col_major>(&tileA, i * pitchA + top + 0u * UNIT_M, pitchA);
        x1 = subgroupMatrixLoad<Left, col_major>(&tileA, i * pitchA + top + 1u * UNIT_M, pitchA);
        x2 = subgroupMatrixLoad<Left, col_major>(&tileA, i * pitchA + top + 2u * UNIT_M, pitchA);
        x3 = subgroupMatrixLoad<Left, col_major>(&tileA, i * pitchA + top + 3u * UNIT_M, pitchA);
      } else {
        x0 = subgroupMatrixLoad<Left, row_major>(&tileA, (top + 0u * UNIT_M) * pitchA + i, pitchA);
        x1 = subgroupMatrixLoad<Left, row_major>(&tileA, (top + 1u * UNIT_M) * pitchA + i, pitchA);
        x2 = subgroupMatrixLoad<Left, row_major>(&tileA, (top + 2u * UNIT_M) * pitchA + i, pitchA);
        x3 = subgroupMatrixLoad<Left, row_major>(&tileA, (top + 3u * UNIT_M) * pitchA + i, pitchA);
      }
      if (B_COLUMN == 1u) {
        y0 = subgroupMatrixLoad<Right, col_major>(&tileB, (left + 0u * UNIT_N) * pitchB + i, pitchB);
        y1 = subgroupMatrixLoad<Right, col_major>(&tileB, (left + 1u * UNIT_N) * pitchB + i, pitchB);
        y2 = subgroupMatrixLoad<Right, col_major>(&tileB, (left + 2u * UNIT_N) * pitchB + i, pitchB);
        y3 = subgroupMatrixLoad<Right, col_major>(&tileB, (left + 3u * UNIT_N) * pitchB + i, pitchB);
      } else {
        y0 = subgroupMatrixLoad<Right, row_major>(&tileB, i * pitchB + left + 0u * UNIT_N, pitchB);
        y1 = subgroupMatrixLoad<Right, row_major>(&tileB, i * pitchB + left + 1u * UNIT_N, pitchB);
        y2 = subgroupMatrixLoad<Right, row_major>(&tileB, i * pitchB + left + 2u * UNIT_N, pitchB);
        y3 = subgroupMatrixLoad<Right, row_major>(&tileB, i * pitchB + left + 3u * UNIT_N, pitchB);
      }
      s00 = subgroupMatrixMultiplyAccumulate(x0, y0, s00);
      s01 = subgroupMatrixMultiplyAccumulate(x0, y1, s01);
      s02 = subgroupMatrixMultiplyAccumulate(x0, y2, s02);
      s03 = subgroupMatrixMultiplyAccumulate(x0, y3, s03);
      s10 = subgroupMatrixMultiplyAccumulate(x1, y0, s10);
      s11 = subgroupMatrixMultiplyAccumulate(x1, y1, s11);
      s12 = subgroupMatrixMultiplyAccumulate(x1, y2, s12);
      s13 = subgroupMatrixMultiplyAccumulate(x1, y3, s13);
      s20 = subgroupMatrixMultiplyAccumulate(x2, y0, s20);
      s21 = subgroupMatrixMultiplyAccumulate(x2, y1, s21);
      s22 = subgroupMatrixMultiplyAccumulate(x2, y2, s22);
      s23 = subgroupMatrixMultiplyAccumulate(x2, y3, s23);
      s30 = subgroupMatrixMultiplyAccumulate(x3, y0, s30);
      s31 = subgroupMatrixMultiplyAccumulate(x3, y1, s31);
      s32 = subgroupMatrixMultiplyAccumulate(x3, y2, s32);
      s33 = subgroupMatrixMultiplyAccumulate(x3, y3, s33);
    }
    // Closes write after read: the next step overwrites what slower subgroups may still be loading.
    workgroupBarrier();
  }
  let at = lane.y * UNIT_M * UNIT_N;
  let row = firstRow + top;
  let column = firstColumn + left;
  subgroupMatrixStore<row_major>(&blockOut, at, s00, UNIT_N);
  // Closes read after write: lanes copy out what their subgroup has stored.
  workgroupBarrier();
  emit(lane.y, lane.x, row + 0u * UNIT_M, column + 0u * UNIT_N);
  // Closes write after read: the next block is stored where this one is read.
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&blockOut, at, s01, UNIT_N);
  // Closes read after write: as above.
  workgroupBarrier();
  emit(lane.y, lane.x, row + 0u * UNIT_M, column + 1u * UNIT_N);
  // Closes write after read: as above.
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&blockOut, at, s02, UNIT_N);
  // Closes read after write: as above.
  workgroupBarrier();
  emit(lane.y, lane.x, row + 0u * UNIT_M, column + 2u * UNIT_N);
  // Closes write after read: as above.
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&blockOut, at, s03, UNIT_N);
  // Closes read after write: as above.
  workgroupBarrier();
  emit(lane.y, lane.x, row + 0u * UNIT_M, column + 3u * UNIT_N);
  // Closes write after read: as above.
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&blockOut, at, s10, UNIT_N);
  // Closes read after write: as above.
  workgroupBarrier();
  emit(lane.y, lane.x, row + 1u * UNIT_M, column + 0u * UNIT_N);
  // Closes write after read: as above.
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&blockOut, at, s11, UNIT_N);
  // Closes read after write: as above.
  workgroupBarrier();
  emit(lane.y, lane.x, row + 1u * UNIT_M, column + 1u * UNIT_N);
  // Closes write after read: as above.
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&blockOut, at, s12, UNIT_N);
  // Closes read after write: as above.
  workgroupBarrier();
  emit(lane.y, lane.x, row + 1u * UNIT_M, column + 2u * UNIT_N);
  // Closes write after read: as above.
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&blockOut, at, s13, UNIT_N);
  // Closes read after write: as above.
  workgroupBarrier();
  emit(lane.y, lane.x, row + 1u * UNIT_M, column + 3u * UNIT_N);
  // Closes write after read: as above.
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&blockOut, at, s20, UNIT_N);
  // Closes read after write: as above.
  workgroupBarrier();
  emit(lane.y, lane.x, row + 2u * UNIT_M, column + 0u * UNIT_N);
  // Closes write after read: as above.
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&blockOut, at, s21, UNIT_N);
  // Closes read after write: as above.
  workgroupBarrier();
  emit(lane.y, lane.x, row + 2u * UNIT_M, column + 1u * UNIT_N);
  // Closes write after read: as above.
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&blockOut, at, s22, UNIT_N);
  // Closes read after write: as above.
  workgroupBarrier();
  emit(lane.y, lane.x, row + 2u * UNIT_M, column + 2u * UNIT_N);
  // Closes write after read: as above.
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&blockOut, at, s23, UNIT_N);
  // Closes read after write: as above.
  workgroupBarrier();
  emit(lane.y, lane.x, row + 2u * UNIT_M, column + 3u * UNIT_N);
  // Closes write after read: as above.
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&blockOut, at, s30, UNIT_N);
  // Closes read after write: as above.
  workgroupBarrier();
  emit(lane.y, lane.x, row + 3u * UNIT_M, column + 0u * UNIT_N);
  // Closes write after read: as above.
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&blockOut, at, s31, UNIT_N);
  // Closes read after write: as above.
  workgroupBarrier();
  emit(lane.y, lane.x, row + 3u * UNIT_M, column + 1u * UNIT_N);
  // Closes write after read: as above.
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&blockOut, at, s32, UNIT_N);
  // Closes read after write: as above.
  workgroupBarrier();
  emit(lane.y, lane.x, row + 3u * UNIT_M, column + 2u * UNIT_N);
  // Closes write after read: as above.
  workgroupBarrier();
  subgroupMatrixStore<row_major>(&blockOut, at, s33, UNIT_N);
  // Closes read after write: as above.
  workgroupBarrier();
  emit(lane.y, lane.x, row + 3u * UNIT_M, column + 3u * UNIT_N);
}
