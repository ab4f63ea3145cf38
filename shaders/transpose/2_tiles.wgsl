// 2. Tiles turned in workgroup memory.
//
// From kernel 1: a workgroup reads a tile of TILE x TILE along the rows of x into workgroup memory and writes it along
// the rows of y, so that both sides touch whole sectors. What was scattered in memory is now scattered in workgroup
// memory: lanes that read a column of the tile hit one bank where TILE is the number of banks, one after the other.
//
// x (rows, columns), y (columns, rows), row-major.

alias Elem = f32;
override TILE: u32 = 32u;
// Workgroup: TILE lanes along a row, ROWS along a column; each lane moves TILE / ROWS elements.
override ROWS: u32 = 8u;

struct Params {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Elem>;
@group(0) @binding(1) var<storage, read_write> y: array<Elem>;
@group(0) @binding(2) var<uniform> p: Params;

var<workgroup> tile: array<Elem, TILE * TILE>;

@compute @workgroup_size(TILE, ROWS)
fn turn(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_id) lane: vec3u,
) {
  let number = group.x + group.y * grid.x;
  let across = (p.columns + TILE - 1u) / TILE;
  let firstRow = (number / across) * TILE;
  let firstColumn = (number % across) * TILE;
  let column = firstColumn + lane.x;
  for (var i = lane.y; i < TILE; i += ROWS) {
    if (firstRow + i < p.rows && column < p.columns) {
      tile[i * TILE + lane.x] = x[(firstRow + i) * p.columns + column];
    }
  }
  // Closes read after write: lanes read along a column of the tile what others have stored along its rows.
  workgroupBarrier();
  let row = firstRow + lane.x;
  for (var i = lane.y; i < TILE; i += ROWS) {
    if (row < p.rows && firstColumn + i < p.columns) {
      y[(firstColumn + i) * p.rows + row] = tile[lane.x * TILE + i];
    }
  }
}
