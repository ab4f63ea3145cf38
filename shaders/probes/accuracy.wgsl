// Built-in functions over given arguments: their results are compared with float64, and timed. Arguments and results are
// stored as f32, which holds those of f16 exactly.
//   x, y, z: arguments, one each an invocation
//   values: what the function gave

alias Elem = f32;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;
@group(0) @binding(2) var<storage, read> z: array<f32>;
@group(0) @binding(3) var<storage, read_write> values: array<f32>;

@compute @workgroup_size(256)
fn exponential(@builtin(global_invocation_id) id: vec3u) { values[id.x] = f32(exp(Elem(x[id.x]))); }

@compute @workgroup_size(256)
fn logarithm(@builtin(global_invocation_id) id: vec3u) { values[id.x] = f32(log(Elem(x[id.x]))); }

@compute @workgroup_size(256)
fn quotient(@builtin(global_invocation_id) id: vec3u) { values[id.x] = f32(Elem(x[id.x]) / Elem(y[id.x])); }

@compute @workgroup_size(256)
fn multiply_add(@builtin(global_invocation_id) id: vec3u) { values[id.x] = f32(fma(Elem(x[id.x]), Elem(y[id.x]), Elem(z[id.x]))); }

@compute @workgroup_size(256)
fn hyperbolic_tangent(@builtin(global_invocation_id) id: vec3u) { values[id.x] = f32(tanh(Elem(x[id.x]))); }

@compute @workgroup_size(256)
fn square_root(@builtin(global_invocation_id) id: vec3u) { values[id.x] = f32(sqrt(Elem(x[id.x]))); }

@compute @workgroup_size(256)
fn inverse_square_root(@builtin(global_invocation_id) id: vec3u) { values[id.x] = f32(inverseSqrt(Elem(x[id.x]))); }

@compute @workgroup_size(256)
fn sine(@builtin(global_invocation_id) id: vec3u) { values[id.x] = f32(sin(Elem(x[id.x]))); }
