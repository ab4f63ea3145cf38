// tilescope kernel
// op: transpose
// entry: turn
// workgroup: 32, 8
// dispatch: ceil(columns / 32), ceil(rows / 32)

// y = x transposed
// x (rows, columns), y (columns, rows), row-major

struct Params {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> p: Params;

// Elements from one row of the tile to the next.
const PITCH: u32 = 32u;
var<workgroup> tile: array<f32, 32u * PITCH>;

@compute @workgroup_size(32, 8)
fn turn(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) lane: vec3u) {
  let firstRow = group.y * 32u;
  let firstColumn = group.x * 32u;
  for (var i = lane.y; i < 32u; i += 8u) {
    if (firstRow + i < p.rows && firstColumn + lane.x < p.columns) {
      tile[i * PITCH + lane.x] = x[(firstRow + i) * p.columns + firstColumn + lane.x];
    }
  }
  // Closes read after write: lanes read along a column of the tile what others have stored along its rows.
  workgroupBarrier();
  for (var i = lane.y; i < 32u; i += 8u) {
    if (firstRow + lane.x < p.rows && firstColumn + i < p.columns) {
      y[(firstColumn + i) * p.rows + firstRow + lane.x] = tile[lane.x * PITCH + i];
    }
  }
}
