// Arithmetic for as long as is asked, on given numbers: what they are decides how many wires switch, and with
// that how much power the device takes, and how high its clock may be.
//   start: 16 numbers for each of 256 lanes
//   factors: [a, b] of x = x * a + b. With a = -1 a number comes back after two steps, so that the result is exact.
//   ends: one word an invocation, a bit for each of its numbers that came back

struct P {
  rounds: u32,
}

@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> start: array<vec4f>;
@group(0) @binding(2) var<storage, read> factors: array<f32>;
@group(0) @binding(3) var<storage, read_write> ends: array<u32>;

@compute @workgroup_size(256)
fn load(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  let a = vec4f(factors[0]);
  let b = vec4f(factors[1]);
  let w0 = start[4u * lane];
  let x0 = start[4u * lane + 1u];
  let y0 = start[4u * lane + 2u];
  let z0 = start[4u * lane + 3u];
  var w = w0;
  var x = x0;
  var y = y0;
  var z = z0;
  for (var i = 0u; i < p.rounds; i++) {
    w = fma(w, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    z = fma(z, a, b);
    w = fma(w, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    z = fma(z, a, b);
    w = fma(w, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    z = fma(z, a, b);
    w = fma(w, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    z = fma(z, a, b);
    w = fma(w, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    z = fma(z, a, b);
    w = fma(w, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    z = fma(z, a, b);
    w = fma(w, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    z = fma(z, a, b);
    w = fma(w, a, b);
    x = fma(x, a, b);
    y = fma(y, a, b);
    z = fma(z, a, b);
  }
  // A bit for each of the 16 numbers that came back.
  let back = vec4u(w == w0) + 2u * vec4u(x == x0) + 4u * vec4u(y == y0) + 8u * vec4u(z == z0);
  ends[id.x] = back.x + 16u * back.y + 256u * back.z + 4096u * back.w;
}
