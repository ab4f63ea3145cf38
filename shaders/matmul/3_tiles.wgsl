// 3. Tiles in workgroup memory.
//
// From kernel 2: the lanes of a workgroup share what they load. A TILE x TILE block of C walks along k in steps of
// TILE; in each step every lane loads one element of A and one of B into workgroup memory, and then all lanes read
// those 2 * TILE * TILE elements TILE times each. Traffic from the caches falls by TILE. The price is two barriers a
// step, and one read of workgroup memory for each operand of each multiply-add: on a GPU that is now the limit. On a
// software adapter, where workgroup memory is the same cache and a barrier means saving every lane's state, it loses.
//
// A (m, k) at aOffset + row * aRow + i * aColumn, B (k, n) at bOffset + i * bRow + column * bColumn, bias (n),
// C (m, n) row-major with pitch cRow. Offsets and strides in elements. Sums are f32 whatever the storage.

alias Elem = f32;
override TILE: u32 = 16u;

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

var<workgroup> tileA: array<f32, TILE * TILE>;
var<workgroup> tileB: array<f32, TILE * TILE>;

@compute @workgroup_size(TILE, TILE)
fn product(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let column = id.x;
  let row = id.y;
  let slot = lane.y * TILE + lane.x;
  var sum = 0.0;
  for (var start = 0u; start < p.k; start += TILE) {
    // Past an edge a tile holds zeros, which add nothing; what lies there in memory is never read.
    var fromA = 0.0;
    var fromB = 0.0;
    if (row < p.m && start + lane.x < p.k) {
      fromA = f32(a[p.aOffset + row * p.aRow + (start + lane.x) * p.aColumn]);
    }
    if (column < p.n && start + lane.y < p.k) {
      fromB = f32(b[p.bOffset + (start + lane.y) * p.bRow + column * p.bColumn]);
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
    if (p.bias == 1u) {
      sum += f32(bias[column]);
    }
    c[row * p.cRow + column] = Elem(sum);
  }
}
