// 1. One lane for each row.
//
// A loop adds up one row. Neighbouring lanes read addresses a whole row apart, and a matrix of few rows leaves most of
// the device idle.
//
// x (rows, columns) row-major, y (rows). Sums are f32 whatever the storage.

alias Elem = f32;
override WORKGROUP: u32 = 64u;

struct Params {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Elem>;
@group(0) @binding(1) var<storage, read_write> y: array<Elem>;
@group(0) @binding(2) var<uniform> p: Params;

@compute @workgroup_size(WORKGROUP)
fn sumRows(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let row = id.x + id.y * grid.x * WORKGROUP;
  if (row >= p.rows) {
    return;
  }
  var sum = 0.0;
  for (var i = 0u; i < p.columns; i++) {
    sum += f32(x[row * p.columns + i]);
  }
  y[row] = Elem(sum);
}
