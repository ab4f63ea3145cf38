// 6. A workgroup for each neuron, and a tree to add up.
//
// From kernel 2: the lanes of a workgroup share one row, lane i taking inputs i, i + WORKGROUP, ... Neighbours read
// neighbours, now with row-major weights, and one neuron with many inputs keeps a whole workgroup busy instead of one
// lane. The partial sums meet in workgroup memory: halves are added to halves, log2(WORKGROUP) times, with a barrier
// each time. It loses where rows are short: then the barriers cost more than the loads.
//
// x (inputs), W (neurons, inputs) row-major with pitch wRow, b (neurons), y (neurons). Offsets and pitches in elements.
// WORKGROUP is a power of two.

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

var<workgroup> partial: array<f32, WORKGROUP>;

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
  partial[lane] = sum;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    // Closes read after write: the half below reads what the half above wrote in the round before.
    workgroupBarrier();
    if (lane < half) {
      partial[lane] += partial[lane + half];
    }
  }
  if (lane == 0u) {
    let total = partial[0] + f32(b[neuron]);
    y[neuron] = Elem(select(total, max(total, 0.0), p.relu == 1u));
  }
}
