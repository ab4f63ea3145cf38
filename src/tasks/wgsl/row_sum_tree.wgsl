// tilescope kernel
// op: row-sum
// entry: sumRows
// workgroup: 64
// dispatch: rows

// y_i = sum_j x_ij
// x (rows, columns) row-major, y (rows)

struct Params {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> p: Params;

var<workgroup> partial: array<f32, 64>;

@compute @workgroup_size(64)
fn sumRows(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  var sum = 0.0;
  for (var i = lane; i < p.columns; i += 64u) {
    sum += x[row * p.columns + i];
  }
  partial[lane] = sum;
  for (var half = 32u; half > 0u; half /= 2u) {
    // Closes read after write: the half below reads what the half above wrote in the round before.
    workgroupBarrier();
    if (lane < half) {
      partial[lane] += partial[lane + half];
    }
  }
  if (lane == 0u) {
    y[row] = partial[0];
  }
}
