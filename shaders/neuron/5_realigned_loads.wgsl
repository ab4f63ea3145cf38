// 5. Vector loads from a base that is not aligned.
//
// From kernel 4: the weights may start at any element. No instruction loads a vec4 from there, so each four weights are
// put together from the two aligned vectors that hold them: load two, keep the lanes that are needed. The vector loaded
// second is the first of the next step, so the price is the shuffle and one more load for each row, not twice the loads.
// What it costs against kernel 4 at the same shape is the price of one misaligned base pointer.
//
// x (inputs, zeros up to a multiple of 4), W (neurons, inputs) row-major with zero padding up to pitch wRow, b (neurons),
// y (neurons). wOffset in elements, 0 to 3 of them beyond a vec4; wRow in vec4s.

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

// The four elements that start `shift` elements into `first` and run on into `second`.
fn realign(first: Elem4, second: Elem4, shift: u32) -> Elem4 {
  switch (shift) {
    case 1u: { return Elem4(first.yzw, second.x); }
    case 2u: { return Elem4(first.zw, second.xy); }
    case 3u: { return Elem4(first.w, second.xyz); }
    default: { return first; }
  }
}

@compute @workgroup_size(WORKGROUP)
fn layer(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let neuron = id.x + id.y * grid.x * WORKGROUP;
  if (neuron >= p.neurons) {
    return;
  }
  let row = p.wOffset / 4u + neuron * p.wRow;
  let shift = p.wOffset % 4u;
  let vectors = (p.inputs + 3u) / 4u;
  var sums = vec4f();
  var first = w[row];
  for (var i = 0u; i < vectors; i++) {
    let second = w[row + i + 1u];
    sums = fma(vec4f(realign(first, second, shift)), vec4f(x[i]), sums);
    first = second;
  }
  let sum = (sums.x + sums.y) + (sums.z + sums.w) + f32(b[neuron]);
  y[neuron] = Elem(select(sum, max(sum, 0.0), p.relu == 1u));
}
