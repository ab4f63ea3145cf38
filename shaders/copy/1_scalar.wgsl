// 1. One element for each invocation.
//
// y = x: a load and a store of 4 bytes (2 in f16), neighbours beside neighbours, so that the requests of a group of
// lanes touch no sector that they do not use. All that could be better is how much one instruction moves.
//
// x (elements), y (elements).

alias Elem = f32;
override WORKGROUP: u32 = 64u;

struct Params {
  elements: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Elem>;
@group(0) @binding(1) var<storage, read_write> y: array<Elem>;
@group(0) @binding(2) var<uniform> p: Params;

@compute @workgroup_size(WORKGROUP)
fn copyElements(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * WORKGROUP;
  if (i >= p.elements) {
    return;
  }
  y[i] = x[i];
}
