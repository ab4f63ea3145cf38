// 4. Tiles with padded rows.
//
// From kernel 3: every lane loads from where neighbours lie side by side, whatever the layout, and A's tile is stored
// transposed (terms along the outer index), which is what register tiles will want. Storing a tile across its rows
// has a price: workgroup memory has 32 banks of 4 bytes, and lanes that write TILE words apart hit the same few banks
// and queue up, 8 deep where TILE is 16. PAD unused words at the end of each tile row shift the next row by PAD banks:
// with one, no bank is asked for more than two words; 0 shows the conflict. A tile stored along its rows needs none.
// Where there are no banks, as on a software adapter, padding changes nothing.
//
// A (m, k) at aOffset + row * aRow + i * aColumn, B (k, n) at bOffset + i * bRow + column * bColumn, bias (n), C (m,
// n) row-major with pitch cRow. Offsets and strides in elements. Sums are f32 whatever the storage.

alias Elem = f32;
override TILE: u32 = 16u;
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

// tileA[term][row], tileB[term][column], rows TILE + PAD long.
var<workgroup> tileA: array<f32, TILE * (TILE + PAD)>;
var<workgroup> tileB: array<f32, TILE * (TILE + PAD)>;

@compute @workgroup_size(TILE, TILE)
fn product(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let pitch = TILE + PAD;
  // Neighbours along x load neighbours in memory: along k where A is row-major, down the rows where it is not.
  let rowA = select(lane.y, lane.x, A_COLUMN == 1u);
  let termA = select(lane.x, lane.y, A_COLUMN == 1u);
  let termB = select(lane.y, lane.x, B_COLUMN == 1u);
  let columnB = select(lane.x, lane.y, B_COLUMN == 1u);
  var sum = 0.0;
  for (var start = 0u; start < p.k; start += TILE) {
    var fromA = 0.0;
    var fromB = 0.0;
    if (group.y * TILE + rowA < p.m && start + termA < p.k) {
      fromA = f32(a[p.aOffset + (group.y * TILE + rowA) * p.aRow + (start + termA) * p.aColumn]);
    }
    if (group.x * TILE + columnB < p.n && start + termB < p.k) {
      fromB = f32(b[p.bOffset + (start + termB) * p.bRow + (group.x * TILE + columnB) * p.bColumn]);
    }
    tileA[termA * pitch + rowA] = fromA;
    tileB[termB * pitch + columnB] = fromB;
    // Closes read after write: every lane reads what the others have just stored.
    workgroupBarrier();
    for (var i = 0u; i < TILE; i++) {
      sum = fma(tileA[i * pitch + lane.y], tileB[i * pitch + lane.x], sum);
    }
    // Closes write after read: the next step overwrites what slower lanes may still be reading.
    workgroupBarrier();
  }
  let row = group.y * TILE + lane.y;
  let column = group.x * TILE + lane.x;
  if (row < p.m && column < p.n) {
    if (p.bias == 1u) {
      sum += f32(bias[column]);
    }
    c[row * p.cRow + column] = Elem(sum);
  }
}
