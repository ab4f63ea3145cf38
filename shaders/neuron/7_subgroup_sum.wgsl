enable subgroups;
// 7. A workgroup for each neuron, and subgroups to add up.
//
// From kernel 6: lanes of a subgroup add their sums in registers with one instruction, without workgroup memory and
// without a barrier. Only one value for each subgroup goes through workgroup memory, behind a single barrier. How many
// lanes a subgroup has (4, 8, 16, 32, 64, 128) is the device's affair and may differ between dispatches, so nothing here
// counts on it: each subgroup elects one lane, and that lane takes the next free slot. The slots are filled in whatever
// order subgroups finish, so the last bits of the sum may differ from run to run.
//
// x (inputs), W (neurons, inputs) row-major with pitch wRow, b (neurons), y (neurons). Offsets and pitches in elements.

alias Elem = f32;
override WORKGROUP: u32 = 64u;

struct Params {
  inputs: u32,
  neurons: u32,
  wOffset: u32,
  wRow: u32,
  wColumn: u32,
  relu: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Elem>;
@group(0) @binding(1) var<storage, read> w: array<Elem>;
@group(0) @binding(2) var<storage, read> b: array<Elem>;
@group(0) @binding(3) var<storage, read_write> y: array<Elem>;
@group(0) @binding(4) var<uniform> p: Params;

// One slot for each subgroup; a subgroup of a single lane is the worst case.
var<workgroup> partial: array<f32, WORKGROUP>;
var<workgroup> filled: atomic<u32>;

@compute @workgroup_size(WORKGROUP)
fn layer(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let neuron = group.x + group.y * grid.x;
  if (neuron >= p.neurons) {
    return;
  }
  let row = p.wOffset + neuron * p.wRow;
  var sum = 0.0;
  for (var i = lane; i < p.inputs; i += WORKGROUP) {
    sum = fma(f32(w[row + i]), f32(x[i]), sum);
  }
  let subgroup = subgroupAdd(sum);
  if (subgroupElect()) {
    partial[atomicAdd(&filled, 1u)] = subgroup;
  }
  // Closes read after write: lane 0 reads the slots that the other subgroups have filled.
  workgroupBarrier();
  if (lane == 0u) {
    var total = f32(b[neuron]);
    let slots = atomicLoad(&filled);
    for (var slot = 0u; slot < slots; slot++) {
      total += partial[slot];
    }
    y[neuron] = Elem(select(total, max(total, 0.0), p.relu == 1u));
  }
}
