// tilescope kernel
// op: matmul
// entry: product
// workgroup: 8, 8
// dispatch: ceil(n / 16), ceil(m / 16)

// C = A B
// a (m, k), b (k, n), c (m, n), row-major; each lane computes 2 x 2 elements of C

struct Params {
  m: u32,
  n: u32,
  k: u32,
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> c: array<f32>;
@group(0) @binding(3) var<uniform> p: Params;

const TILE: u32 = 16u;
var<workgroup> tileA: array<f32, TILE * TILE>;
var<workgroup> tileB: array<f32, TILE * TILE>;

fn store(row: u32, column: u32, value: f32) {
  if (row < p.m && column < p.n) {
    c[row * p.n + column] = value;
  }
}

@compute @workgroup_size(8, 8)
fn product(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) lane: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let firstRow = group.y * TILE;
  let firstColumn = group.x * TILE;
  // The sums of this lane's two rows and two columns.
  var sum00 = 0.0;
  var sum01 = 0.0;
  var sum10 = 0.0;
  var sum11 = 0.0;
  for (var start = 0u; start < p.k; start += TILE) {
    for (var slot = index; slot < TILE * TILE; slot += 64u) {
      let i = slot / TILE;
      let j = slot % TILE;
      var fromA = 0.0;
      var fromB = 0.0;
      if (firstRow + i < p.m && start + j < p.k) {
        fromA = a[(firstRow + i) * p.k + start + j];
      }
      if (firstColumn + j < p.n && start + i < p.k) {
        fromB = b[(start + i) * p.n + firstColumn + j];
      }
      tileA[slot] = fromA;
      tileB[slot] = fromB;
    }
    // Closes read after write: every lane reads what the others have just stored.
    workgroupBarrier();
    for (var i = 0u; i < TILE; i++) {
      sum00 = fma(tileA[2u * lane.y * TILE + i], tileB[i * TILE + 2u * lane.x], sum00);
      sum01 = fma(tileA[2u * lane.y * TILE + i], tileB[i * TILE + 2u * lane.x + 1u], sum01);
      sum10 = fma(tileA[(2u * lane.y + 1u) * TILE + i], tileB[i * TILE + 2u * lane.x], sum10);
      sum11 = fma(tileA[(2u * lane.y + 1u) * TILE + i], tileB[i * TILE + 2u * lane.x + 1u], sum11);
    }
    // Closes write after read: the next step overwrites what slower lanes may still be reading.
    workgroupBarrier();
  }
  let row = firstRow + 2u * lane.y;
  let column = firstColumn + 2u * lane.x;
  store(row, column, sum00);
  store(row, column + 1u, sum01);
  store(row + 1u, column, sum10);
  store(row + 1u, column + 1u, sum11);
}
