// 3. One invocation for each neuron, weights column-major.
//
// From kernel 2: only the layout of W changes. The weights of one input lie side by side, so in one step neighbouring
// lanes load neighbouring addresses: 32 lanes of f32 touch one line of 128 bytes (two where the base is not aligned)
// and use all of it. Same instructions, same bytes, fewer lines. It loses nothing but the convenience of reading a
// neuron's weights in one stretch, which kernels 4 and 6 build on.
//
// x (inputs), W (neurons, inputs) column-major with pitch wColumn, b (neurons), y (neurons). Offsets in elements.

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

@compute @workgroup_size(WORKGROUP)
fn layer(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let neuron = id.x + id.y * grid.x * WORKGROUP;
  if (neuron >= p.neurons) {
    return;
  }
  let column = p.wOffset + neuron;
  var sum = 0.0;
  for (var i = 0u; i < p.inputs; i++) {
    sum = fma(f32(w[column + i * p.wColumn]), f32(x[i]), sum);
  }
  sum += f32(b[neuron]);
  y[neuron] = Elem(select(sum, max(sum, 0.0), p.relu == 1u));
}
