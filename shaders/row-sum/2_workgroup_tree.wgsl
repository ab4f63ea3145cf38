// 2. A workgroup for each row, and a tree to add up.
//
// From kernel 1: lane i takes columns i, i + WORKGROUP, ... so that neighbours read neighbours, and one row keeps a
// workgroup busy. The partial sums meet in workgroup memory: halves are added to halves, log2(WORKGROUP) times, with a
// barrier each time. It loses where rows are short.
//
// x (rows, columns) row-major, y (rows). Sums are f32 whatever the storage. WORKGROUP is a power of two.

alias Elem = f32;
override WORKGROUP: u32 = 64u;

struct Params {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Elem>;
@group(0) @binding(1) var<storage, read_write> y: array<Elem>;
@group(0) @binding(2) var<uniform> p: Params;

var<workgroup> partial: array<f32, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn sumRows(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = group.x + group.y * grid.x;
  if (row >= p.rows) {
    return;
  }
  var sum = 0.0;
  for (var i = lane; i < p.columns; i += WORKGROUP) {
    sum += f32(x[row * p.columns + i]);
  }
  partial[lane] = sum;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    // Closes read after write: the half below reads what the half above wrote in the round before.
    workgroupBarrier();
    if (lane < half) {
      partial[lane] += partial[lane + half];
    }
  }
  if (lane == 0u) {
    y[row] = Elem(partial[0]);
  }
}
