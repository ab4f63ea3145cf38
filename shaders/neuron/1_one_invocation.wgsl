// 1. One invocation does it all.
//
// y = max(0, W x + b), spelled out as a processor without neighbours would do it: one lane walks over every neuron and
// every input. Each step is a load, a load, a fused multiply-add. Nothing overlaps: the GPU's thousands of other lanes
// idle, and each step waits for the one before. This is what the latency of memory feels like.
//
// x (inputs), W (neurons, inputs) at wOffset + neuron * wRow + input * wColumn, b (neurons), y (neurons).
// Strides and offset in elements. Sums are f32 whatever the storage.

alias Elem = f32;

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

@compute @workgroup_size(1)
fn layer() {
  for (var neuron = 0u; neuron < p.neurons; neuron++) {
    var sum = 0.0;
    for (var i = 0u; i < p.inputs; i++) {
      sum = fma(f32(w[p.wOffset + neuron * p.wRow + i * p.wColumn]), f32(x[i]), sum);
    }
    sum += f32(b[neuron]);
    y[neuron] = Elem(select(sum, max(sum, 0.0), p.relu == 1u));
  }
}
