// 5. A register tile for each invocation.
//
// From kernel 4: a lane computes TM x TN elements instead of one. For each term it reads TM + TN words of workgroup
// memory and does TM * TN multiply-adds with them: at 4 x 4 half a read for each, where kernel 4 has two. Registers
// are the fastest memory there is, and this is the step that took published kernels from an eighth of a vendor's
// library to two thirds. The sums are an array whose size and trip counts are constants, so that a compiler can
// unroll the loops and keep it in registers. One that does not (WGSL's own compilers leave that to the driver) keeps
// it in memory and is slow: 3.5 times on SwiftShader, tried on kernel 7. From kernel 6 on the indices are written out.
//
// A (m, k) at aOffset + row * aRow + i * aColumn, B (k, n) at bOffset + i * bRow + column * bColumn, bias (n), C (m,
// n) row-major with pitch cRow. Offsets and strides in elements. Sums are f32 whatever the storage.

alias Elem = f32;
// Rows and columns of C for one lane; an override cannot size an array in registers.
const TM: u32 = 4u;
const TN: u32 = 4u;
// Lanes of a workgroup along columns and rows of C; its tile is WY * TM x WX * TN.
override WX: u32 = 16u;
override WY: u32 = 16u;
override TILE_K: u32 = 16u;
override PAD: u32 = 1u;
// 1 where neighbours along a column lie side by side.
override A_COLUMN: u32 = 0u;
override B_COLUMN: u32 = 0u;

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

@group(0) @binding(0) var<storage, read> a: array<Elem>;
@group(0) @binding(1) var<storage, read> b: array<Elem>;
@group(0) @binding(2) var<storage, read> bias: array<Elem>;
@group(0) @binding(3) var<storage, read_write> c: array<Elem>;
@group(0) @binding(4) var<uniform> p: Params;

// tileA[term][row], tileB[term][column].
var<workgroup> tileA: array<f32, TILE_K * (WY * TM + PAD)>;
var<workgroup> tileB: array<f32, TILE_K * (WX * TN + PAD)>;

@compute @workgroup_size(WX, WY)
fn product(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) lane: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let rows = WY * TM;
  let columns = WX * TN;
  let pitchA = rows + PAD;
  let pitchB = columns + PAD;
  let firstRow = group.y * rows;
  let firstColumn = group.x * columns;
  var sums: array<f32, TM * TN>;
  for (var start = 0u; start < p.k; start += TILE_K) {
    // All lanes fill both tiles together, neighbours from where neighbours lie side by side.
    for (var slot = index; slot < rows * TILE_K; slot += WX * WY) {
      let row = select(slot / TILE_K, slot % rows, A_COLUMN == 1u);
      let term = select(slot % TILE_K, slot / rows, A_COLUMN == 1u);
      var value = 0.0;
      if (firstRow + row < p.m && start + term < p.k) {
        value = f32(a[p.aOffset + (firstRow + row) * p.aRow + (start + term) * p.aColumn]);
      }
      tileA[term * pitchA + row] = value;
    }
    for (var slot = index; slot < columns * TILE_K; slot += WX * WY) {
      let term = select(slot / columns, slot % TILE_K, B_COLUMN == 1u);
      let column = select(slot % columns, slot / TILE_K, B_COLUMN == 1u);
      var value = 0.0;
      if (firstColumn + column < p.n && start + term < p.k) {
        value = f32(b[p.bOffset + (start + term) * p.bRow + (firstColumn + column) * p.bColumn]);
      }
      tileB[term * pitchB + column] = value;
    }
    // Closes read after write: every lane reads what the others have just stored.
    workgroupBarrier();
    for (var i = 0u; i < TILE_K; i++) {
      var x: array<f32, TM>;
      var y: array<f32, TN>;
      for (var r = 0u; r < TM; r++) {
        x[r] = tileA[i * pitchA + lane.y * TM + r];
      }
      // Columns of one lane lie WX apart, so that neighbours read neighbouring banks.
      for (var s = 0u; s < TN; s++) {
        y[s] = tileB[i * pitchB + lane.x + s * WX];
      }
      for (var r = 0u; r < TM; r++) {
        for (var s = 0u; s < TN; s++) {
          sums[r * TN + s] = fma(x[r], y[s], sums[r * TN + s]);
        }
      }
    }
    // Closes write after read: the next step overwrites what slower lanes may still be reading.
    workgroupBarrier();
  }
  for (var r = 0u; r < TM; r++) {
    for (var s = 0u; s < TN; s++) {
      let row = firstRow + lane.y * TM + r;
      let column = firstColumn + lane.x + s * WX;
      if (row < p.m && column < p.n) {
        var sum = sums[r * TN + s];
        if (p.bias == 1u) {
          sum += f32(bias[column]);
        }
        c[row * p.cRow + column] = Elem(sum);
      }
    }
  }
}
