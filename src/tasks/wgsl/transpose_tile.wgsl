// tilescope kernel
// op: transpose
// entry: turn
// workgroup: 32, 8
// dispatch: ceil(columns / 32), ceil(rows / 8)

// y = x transposed
// x (rows, columns), y (columns, rows), row-major

struct Params {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> p: Params;

@compute @workgroup_size(32, 8)
fn turn(@builtin(global_invocation_id) id: vec3u) {
  let row = id.y;
  let column = id.x;
  if (row < p.rows && column < p.columns) {
    y[column * p.rows + row] = x[row * p.columns + column];
  }
}
