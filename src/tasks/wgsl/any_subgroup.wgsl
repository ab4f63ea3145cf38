// tilescope kernel
// op: row-sum
// entry: sumRows
// workgroup: 48
// dispatch: rows
enable subgroups;

// y_i = sum_j x_ij, with one value for each subgroup behind a single barrier
// x (rows, columns) row-major, y (rows)

struct Params {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> p: Params;

const WORKGROUP: u32 = 48u;
var<workgroup> partial: array<f32, WORKGROUP>;
var<workgroup> filled: atomic<u32>;

@compute @workgroup_size(48)
fn sumRows(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  var sum = 0.0;
  for (var i = lane; i < p.columns; i += WORKGROUP) {
    sum += x[row * p.columns + i];
  }
  let subgroup = subgroupAdd(sum);
  if (subgroupElect()) {
    partial[lane / 32u] = subgroup;
  }
  // Closes read after write: lane 0 reads what the other subgroups have stored.
  workgroupBarrier();
  if (lane == 0u) {
    var total = 0.0;
    for (var slot = 0u; slot < WORKGROUP / 32u; slot++) {
      total += partial[slot];
    }
    y[row] = total;
  }
}
