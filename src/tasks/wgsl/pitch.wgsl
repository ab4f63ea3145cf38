// tilescope kernel
// op: neuron
// entry: layer
// workgroup: 32
// dispatch: neurons
// param: pitch = inputs

// y = max(0, W x + b)
// x (inputs), w (neurons, inputs) with rows `pitch` elements apart, b (neurons), y (neurons)
//
// "pad: w = N" in the header would start each row of w at a multiple of N elements.

struct Params {
  inputs: u32,
  neurons: u32,
  relu: u32,
  pitch: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> p: Params;

var<workgroup> partial: array<f32, 32>;

@compute @workgroup_size(32)
fn layer(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let neuron = group.x;
  var sum = 0.0;
  for (var i = lane; i < p.inputs; i += 32u) {
    sum = fma(w[neuron * p.pitch + i], x[i], sum);
  }
  partial[lane] = sum;
  for (var half = 16u; half > 0u; half /= 2u) {
    // Closes read after write: the half below reads what the half above wrote in the round before.
    workgroupBarrier();
    if (lane < half) {
      partial[lane] += partial[lane + half];
    }
  }
  if (lane == 0u) {
    let total = partial[0] + b[neuron];
    y[neuron] = select(total, max(total, 0.0), p.relu == 1u);
  }
}
