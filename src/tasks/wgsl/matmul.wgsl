// tilescope kernel
// op: matmul
// entry: product
// workgroup: 16, 16
// dispatch: ceil(n / 16), ceil(m / 16)

// C = A B
// a (m, k), b (k, n), c (m, n), row-major

struct Params {
  m: u32,
  n: u32,
  k: u32,
}

@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> c: array<f32>;
@group(0) @binding(3) var<uniform> p: Params;

@compute @workgroup_size(16, 16)
fn product(@builtin(global_invocation_id) id: vec3u) {
  let row = id.y;
  let column = id.x;
  if (row >= p.m || column >= p.n) {
    return;
  }
  var sum = 0.0;
  for (var i = 0u; i < p.k; i++) {
    sum = fma(a[row * p.k + i], b[i * p.n + column], sum);
  }
  c[row * p.n + column] = sum;
}
