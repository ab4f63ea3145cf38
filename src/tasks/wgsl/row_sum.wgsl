// tilescope kernel
// op: row-sum
// entry: sumRows
// workgroup: 64
// dispatch: ceil(rows / 64)

// y_i = sum_j x_ij
// x (rows, columns) row-major, y (rows)

struct Params {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> p: Params;

@compute @workgroup_size(64)
fn sumRows(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  if (row >= p.rows) {
    return;
  }
  var sum = 0.0;
  for (var i = 0u; i < p.columns; i++) {
    sum += x[row * p.columns + i];
  }
  y[row] = sum;
}
