enable f16, subgroups, chromium_experimental_subgroup_matrix; diagnostic(off, chromium.subgroup_matrix_uniformity);
// 15. Subgroup matrices.
//
// From kernel 8: the multiply-adds of a whole block are one instruction of a whole subgroup, on the units that GPUs
// have for it (tensor cores, XMX, simdgroup matrices): published kernels run 2.5 to 3.5 times as fast as with f16
// vectors. How its lanes hold a block is the device's affair; a block is loaded from, multiplied and stored to memory
// by all of them together. Which shapes and types a device multiplies is its affair too: 16 x 16 x 16 of f16 with f32
// sums on several vendors' Vulkan drivers, 8 x 16 x 16 on one, 8 x 8 x 8 on Metal.
//
// Both tiles are staged in workgroup memory with zeros past the edges, so any m, n and k works. A workgroup has four
// subgroups, two by two, each with 2 x 2 blocks. It needs the experimental feature and is refused where that is missing:
// on the adapters that the tests have it is only compiled. On an H200 it was right at small and odd shapes.
//
// A (m, k) at aOffset + row * aRow + i * aColumn, B (k, n) at bOffset + i * bRow + column * bColumn, bias (n), C (m,
// n) row-major with pitch cRow; all f16, offsets and strides in elements.

// Rows and columns of a block of C, and terms that one instruction adds to it.
const UNIT_M: u32 = 16u;
const UNIT_N: u32 = 16u;
const UNIT_K: u32 = 16u;
// Type of the sums: f32, or f16 where the device has no other.
alias Sum = f32;
const TILE_K: u32 = 32u;
// The most lanes that a subgroup of this device has.
override LANES: u32 = 128u;

const ROWS: u32 = 4u * UNIT_M;
const COLUMNS: u32 = 4u * UNIT_N;

alias Left = subgroup_matrix_left<f16, UNIT_K, UNIT_M>;
alias Right = subgroup_matrix_right<f16, UNIT_N, UNIT_K>;
alias Result = subgroup_matrix_result<Sum, UNIT_N, UNIT_M>;

struct Params {
  m: u32,
  n: u32,
  k: u32,
  bias: u32,
  aOffset: u32,
  aRow: u32,
  aColumn: u32,
  bOffset: u32,
  bRow: u32,
  bColumn: u32,
  cRow: u32,
}

@group(0) @binding(0) var<storage, read> a: array<f16>;
@group(0) @binding(1) var<storage, read> b: array<f16>;
@group(0) @binding(2) var<storage, read> bias: array<f16>;
@group(0) @binding(3) var<storage, read_write> c: array<f16>;
@group(0) @binding(4) var<uniform> p: Params;

var<workgroup> tileA: array<f16, ROWS * TILE_K>;
var<workgroup> tileB: array<f16, TILE_K * COLUMNS>;
var<workgroup> tileC: array<Sum, ROWS * COLUMNS>;

@compute @workgroup_size(LANES, 4)
fn product(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) lane: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let firstRow = group.y * ROWS;
  let firstColumn = group.x * COLUMNS;
  // Where subgroups have fewer than LANES lanes, several do the same work and write the same values.
  let top = (lane.y / 2u) * 2u * UNIT_M;
  let left = (lane.y % 2u) * 2u * UNIT_N;
  var s00 = Result();
  var s01 = Result();
  var s10 = Result();
  var s11 = Result();
  for (var start = 0u; start < p.k; start += TILE_K) {
    for (var slot = index; slot < ROWS * TILE_K; slot += 4u * LANES) {
      let row = firstRow + slot / TILE_K;
      let i = start + slot % TILE_K;
      var value = 0.0h;
      if (row < p.m && i < p.k) {
        value = a[p.aOffset + row * p.aRow + i * p.aColumn];
      }
      tileA[slot] = value;
    }
    for (var slot = index; slot < TILE_K * COLUMNS; slot += 4u * LANES) {
      let i = start + slot / COLUMNS;
      let column = firstColumn + slot % COLUMNS;
      var value = 0.0h;
      if (i < p.k && column < p.n) {
        value = b[p.bOffset + i * p.bRow + column * p.bColumn];
      }
      tileB[slot] = value;
    }
    // Closes read after write: subgroups load blocks that all lanes have stored.
    workgroupBarrier();
    for (var i = 0u; i < TILE_K; i += UNIT_K) {
      let x0 = subgroupMatrixLoad<Left, row_major>(&tileA, top * TILE_K + i, TILE_K);
      let x1 = subgroupMatrixLoad<Left, row_major>(&tileA, (top + UNIT_M) * TILE_K + i, TILE_K);
      let y0 = subgroupMatrixLoad<Right, row_major>(&tileB, i * COLUMNS + left, COLUMNS);
      let y1 = subgroupMatrixLoad<Right, row_major>(&tileB, i * COLUMNS + left + UNIT_N, COLUMNS);
      s00 = subgroupMatrixMultiplyAccumulate(x0, y0, s00);
      s01 = subgroupMatrixMultiplyAccumulate(x0, y1, s01);
      s10 = subgroupMatrixMultiplyAccumulate(x1, y0, s10);
      s11 = subgroupMatrixMultiplyAccumulate(x1, y1, s11);
    }
    // Closes write after read: the next step overwrites what slower subgroups may still be loading.
    workgroupBarrier();
  }
  subgroupMatrixStore<row_major>(&tileC, top * COLUMNS + left, s00, COLUMNS);
  subgroupMatrixStore<row_major>(&tileC, top * COLUMNS + left + UNIT_N, s01, COLUMNS);
  subgroupMatrixStore<row_major>(&tileC, (top + UNIT_M) * COLUMNS + left, s10, COLUMNS);
  subgroupMatrixStore<row_major>(&tileC, (top + UNIT_M) * COLUMNS + left + UNIT_N, s11, COLUMNS);
  // Closes read after write: lanes copy out what the subgroups have stored.
  workgroupBarrier();
  for (var slot = index; slot < ROWS * COLUMNS; slot += 4u * LANES) {
    let row = firstRow + slot / COLUMNS;
    let column = firstColumn + slot % COLUMNS;
    if (row < p.m && column < p.n) {
      var sum = f32(tileC[slot]);
      if (p.bias == 1u) {
        sum += f32(bias[column]);
      }
      c[row * p.cRow + column] = f16(sum);
    }
  }
}
