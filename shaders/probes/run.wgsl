// A small piece of work for a whole run: so many multiply-adds for each element of an array, as a loop of plain JavaScript
// does them too. With a = -1 every step is exact, and after an odd number of steps x has become b - x.
//   x: n numbers
//   y: n numbers

struct P {
  n: u32,
  steps: u32,
  a: f32,
  b: f32,
}

// A number that n never is. Another one makes another kernel, which no driver has compiled before.
const SALT: u32 = 4294967295u;

@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn multiply_add(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= p.n || p.n == SALT) {
    return;
  }
  var value = x[id.x];
  for (var i = 0u; i < p.steps; i++) {
    value = fma(value, p.a, p.b);
  }
  y[id.x] = value;
}
