// 4. Vector loads: four weights at a time.
//
// From kernel 2: the row is read as vec4, 16 bytes of f32 (8 of f16) in one instruction, and four sums run side by
// side. A quarter of the load instructions, and four multiply-adds that do not wait for one another. Neighbouring lanes
// still load a row apart. An index into array<vec4> steps by 16 bytes, so the base and the pitch must be multiples
// of that: rows are padded with zeros up to the pitch, and any number of inputs works.
//
// x (inputs, zeros up to a multiple of 4), W (neurons, inputs) row-major with zero padding up to pitch wRow, b (neurons),
// y (neurons). Offset and pitch in vec4s.

alias Elem = f32;
alias Elem4 = vec4<f32>;
override WORKGROUP: u32 = 64u;

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

@compute @workgroup_size(WORKGROUP)
fn layer(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let neuron = id.x + id.y * grid.x * WORKGROUP;
  if (neuron >= p.neurons) {
    return;
  }
  let row = p.wOffset + neuron * p.wRow;
  let vectors = (p.inputs + 3u) / 4u;
  var sums = vec4f();
  for (var i = 0u; i < vectors; i++) {
    sums = fma(vec4f(w[row + i]), vec4f(x[i]), sums);
  }
  let sum = (sums.x + sums.y) + (sums.z + sums.w) + f32(b[neuron]);
  y[neuron] = Elem(select(sum, max(sum, 0.0), p.relu == 1u));
}
