enable subgroups;
// 3. A workgroup for each row, and subgroups to add up.
//
// From kernel 2: the lanes of a subgroup add their sums in registers; one value for each subgroup goes through workgroup
// memory, behind a single barrier. How many lanes a subgroup has is the device's affair: each subgroup elects one lane,
// and that lane takes the next free slot. Slots fill in whatever order subgroups finish, so the last bits of a sum may
// differ from run to run.
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

// One slot for each subgroup; a subgroup of a single lane is the worst case.
var<workgroup> partial: array<f32, WORKGROUP>;
var<workgroup> filled: atomic<u32>;

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
  let subgroup = subgroupAdd(sum);
  if (subgroupElect()) {
    partial[atomicAdd(&filled, 1u)] = subgroup;
  }
  // Closes read after write: lane 0 reads the slots that the other subgroups have filled.
  workgroupBarrier();
  if (lane == 0u) {
    var total = 0.0;
    let slots = atomicLoad(&filled);
    for (var slot = 0u; slot < slots; slot++) {
      total += partial[slot];
    }
    y[row] = Elem(total);
  }
}
