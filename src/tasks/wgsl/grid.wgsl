// tilescope kernel
// op: neuron
// entry: layer
// workgroup: 1
// dispatch: 1

// y = max(0, W x + b)
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

@compute @workgroup_size(1)
fn layer(@builtin(global_invocation_id) id: vec3u) {
  for (var neuron = id.x; neuron < p.neurons; neuron++) {
    var sum = 0.0;
    for (var i = 0u; i < p.inputs; i++) {
      sum = fma(w[neuron * p.inputs + i], x[i], sum);
    }
    sum += b[neuron];
    y[neuron] = select(sum, max(sum, 0.0), p.relu == 1u);
  }
}
