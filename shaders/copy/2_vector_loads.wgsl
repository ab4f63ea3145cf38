// 2. Four elements for each invocation, as one vector.
//
// From kernel 1: a quarter of the instructions and of the lanes move the same bytes, each with one load and one store
// of a vec4. Memory that was the limit stays the limit: what is saved are instructions and requests, not bytes.
//
// x (elements) padded with zeros to a whole number of vec4s, y (elements) as vec4s; `vectors` of them.

alias Elem4 = vec4<f32>;
override WORKGROUP: u32 = 64u;

struct Params {
  elements: u32,
  vectors: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Elem4>;
@group(0) @binding(1) var<storage, read_write> y: array<Elem4>;
@group(0) @binding(2) var<uniform> p: Params;

@compute @workgroup_size(WORKGROUP)
fn copyElements(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * WORKGROUP;
  if (i >= p.vectors) {
    return;
  }
  let values = x[i];
  if (4u * i + 4u <= p.elements) {
    y[i] = values;
    return;
  }
  // The last vector may hold fewer than four elements; what lies behind them is not ours.
  for (var j = 0u; 4u * i + j < p.elements; j++) {
    y[i][j] = values[j];
  }
}
