// 1. Each lane moves one element.
//
// Neighbouring lanes read neighbours of a row of x, which is one stretch of memory, and write neighbours of a column of
// y, each in a row of its own: one sector for each lane, of which it uses 4 bytes.
//
// x (rows, columns), y (columns, rows), row-major.

alias Elem = f32;
// Workgroup: TILE lanes along a row of x, ROWS along a column.
override TILE: u32 = 32u;
override ROWS: u32 = 8u;

struct Params {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Elem>;
@group(0) @binding(1) var<storage, read_write> y: array<Elem>;
@group(0) @binding(2) var<uniform> p: Params;

@compute @workgroup_size(TILE, ROWS)
fn turn(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_id) lane: vec3u,
) {
  let tile = group.x + group.y * grid.x;
  let across = (p.columns + TILE - 1u) / TILE;
  let row = (tile / across) * ROWS + lane.y;
  let column = (tile % across) * TILE + lane.x;
  if (row < p.rows && column < p.columns) {
    y[column * p.rows + row] = x[row * p.columns + column];
  }
}
