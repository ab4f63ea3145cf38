// tilescope kernel
// op: matmul
// entry: product
// workgroup: 16, 16
// dispatch: ceil(n / 16), ceil(m / 16)

// C = A B
// a (m, k), b (k, n), c (m, n), row-major

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

@compute @workgroup_size(16, 16)
fn product(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let row = id.y;
  let column = id.x;
  let slot = lane.y * TILE + lane.x;
  var sum = 0.0;
  for (var start = 0u; start < p.k; start += TILE) {
    var fromA = 0.0;
    var fromB = 0.0;
    if (row < p.m && start + lane.x < p.k) {
      fromA = a[row * p.k + start + lane.x];
    }
    if (column < p.n && start + lane.y < p.k) {
      fromB = b[(start + lane.y) * p.n + column];
    }
    tileA[slot] = fromA;
    tileB[slot] = fromB;
    // Closes read after write: every lane reads what the others have just stored.
    workgroupBarrier();
    for (var i = 0u; i < TILE; i++) {
      sum = fma(tileA[lane.y * TILE + i], tileB[i * TILE + lane.x], sum);
    }
    // Closes write after read: the next step overwrites what slower lanes may still be reading.
    workgroupBarrier();
  }
  if (row < p.m && column < p.n) {
    c[row * p.n + column] = sum;
  }
}
