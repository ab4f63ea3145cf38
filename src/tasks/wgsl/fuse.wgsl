// tilescope kernel
// op: neuron
// entry: multiply
// workgroup: 64
// dispatch: ceil(neurons / 64)
// entry: activate
// workgroup: 64
// dispatch: ceil(neurons / 64)
// scratch: sums = 4 * neurons

// y = max(0, W x + b), in two passes with the sums in between
// x (inputs), w (neurons, inputs) row-major, b (neurons), y (neurons)

struct Params {
  inputs: u32,
  neurons: u32,
  relu: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;
@group(0) @binding(4) var<uniform> p: Params;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(64)
fn multiply(@builtin(global_invocation_id) id: vec3u) {
  let neuron = id.x;
  if (neuron >= p.neurons) {
    return;
  }
  var sum = 0.0;
  for (var i = 0u; i < p.inputs; i++) {
    sum = fma(w[neuron * p.inputs + i], x[i], sum);
  }
  sums[neuron] = sum;
}

@compute @workgroup_size(64)
fn activate(@builtin(global_invocation_id) id: vec3u) {
  let neuron = id.x;
  if (neuron >= p.neurons) {
    return;
  }
  let sum = sums[neuron] + b[neuron];
  y[neuron] = select(sum, max(sum, 0.0), p.relu == 1u);
}
