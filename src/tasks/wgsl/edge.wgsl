// tilescope kernel
// op: copy
// entry: copyElements
// workgroup: 64
// dispatch: ceil(elements / 64)

// y = x
// x (elements), y (elements)

struct Params {
  elements: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> p: Params;

@compute @workgroup_size(64)
fn copyElements(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  y[i] = x[i];
}
