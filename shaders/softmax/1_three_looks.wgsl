// 1. Three looks at each row.
//
// y = exp(x - max x) / sum exp(x - max x) as a textbook writes it, one invocation for each row: find the maximum, add
// up the exponentials, divide. The maximum is subtracted so that no exponential overflows; it cancels in the quotient.
// Each look reads the row again and each exponential is computed twice, since a row need not fit in registers.
//
// Registers: a maximum and a sum. Global memory: x three times, y once; neighbouring lanes read a whole row apart.
//
// x (rows, columns), y (rows, columns), row-major without padding.

alias Elem = f32;
override WORKGROUP: u32 = 64u;

struct Params {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Elem>;
@group(0) @binding(1) var<storage, read_write> y: array<Elem>;
@group(0) @binding(2) var<uniform> p: Params;

// Finite, since an implementation may assume that there are no infinities.
const LOWEST: f32 = -3.4028234e38;

@compute @workgroup_size(WORKGROUP)
fn softmax(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let row = id.x + id.y * grid.x * WORKGROUP;
  if (row >= p.rows) {
    return;
  }
  let first = row * p.columns;
  var maximum = LOWEST;
  for (var i = 0u; i < p.columns; i++) {
    maximum = max(maximum, f32(x[first + i]));
  }
  var sum = 0.0;
  for (var i = 0u; i < p.columns; i++) {
    sum += exp(f32(x[first + i]) - maximum);
  }
  for (var i = 0u; i < p.columns; i++) {
    y[first + i] = Elem(exp(f32(x[first + i]) - maximum) / sum);
  }
}
