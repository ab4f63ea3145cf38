// 2. One invocation for each neuron, weights row-major.
//
// From kernel 1: the loop over neurons becomes the grid, so all lanes work. A neuron's weights lie side by side, which
// reads well on paper and badly on a GPU: in one step, neighbouring lanes load addresses a whole row apart. A load
// moves parts of lines of 128 bytes; 32 lanes touch 32 lines and use 4 bytes of each. Caches make up for part of it, since
// the next steps use the rest of the same lines, if they are still there.
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

@compute @workgroup_size(WORKGROUP)
fn layer(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let neuron = id.x + id.y * grid.x * WORKGROUP;
  if (neuron >= p.neurons) {
    return;
  }
  let row = p.wOffset + neuron * p.wRow;
  var sum = 0.0;
  for (var i = 0u; i < p.inputs; i++) {
    sum = fma(f32(w[row + i]), f32(x[i]), sum);
  }
  sum += f32(b[neuron]);
  y[neuron] = Elem(select(sum, max(sum, 0.0), p.relu == 1u));
}
