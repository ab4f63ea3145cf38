enable subgroups;
// 8. Vector loads and subgroups together.
//
// From kernel 7: each lane loads four weights with one instruction, as in kernel 4, and the lanes of a workgroup load
// neighbouring vectors. A layer is bound by memory: every weight is used once. To fill a fast memory, enough bytes must
// be under way at any time, and a load of 16 bytes asks for four times as many as one of 4. On an H200 that took
// 8,192 x 8,192 from 2.4 TB/s to 4.2, what a copy reaches there; two loads a lane at once gained 3% more, and several
// neurons for each workgroup nothing.
//
// x (inputs, zeros up to a multiple of 4), W (neurons, inputs) row-major with zero padding up to pitch wRow, b (neurons),
// y (neurons). Offset and pitch in vec4s.

alias Elem = f32;
alias Elem4 = vec4<f32>;
override WORKGROUP: u32 = 256u;

struct Params {
  inputs: u32,
  neurons: u32,
  wOffset: u32,
  wRow: u32,
  wColumn: u32,
  relu: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Elem4>;
@group(0) @binding(1) var<storage, read> w: array<Elem4>;
@group(0) @binding(2) var<storage, read> b: array<Elem>;
@group(0) @binding(3) var<storage, read_write> y: array<Elem>;
@group(0) @binding(4) var<uniform> p: Params;

// One slot for each subgroup, however many there are.
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
  let vectors = (p.inputs + 3u) / 4u;
  var sums = vec4f();
  for (var i = lane; i < vectors; i += WORKGROUP) {
    sums = fma(vec4f(w[row + i]), vec4f(x[i]), sums);
  }
  let subgroup = subgroupAdd((sums.x + sums.y) + (sums.z + sums.w));
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
