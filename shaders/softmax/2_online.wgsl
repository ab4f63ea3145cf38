// 2. Online: two looks instead of three.
//
// From kernel 1: maximum and sum come from one look (Milakov and Gimelshein 2018). Whenever the running maximum rises,
// the sum so far shrinks by exp(old - new). One read of the row is saved; the price is a second exponential where the
// maximum rises, and here in every step, since lanes that run side by side all pay for both ways of a branch.
//
// Registers: a maximum and a sum. Global memory: x twice, y once; neighbouring lanes read a whole row apart.
//
// x (rows, columns), y (rows, columns), row-major without padding.

alias Elem = f32;
override WORKGROUP: u32 = 64u;

struct Params {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Elem>;
@group(0) @binding(1) var<storage, read_write> y: array<Elem>;
@group(0) @binding(2) var<uniform> p: Params;

// Finite, since an implementation may assume that there are no infinities.
const LOWEST: f32 = -3.4028234e38;

@compute @workgroup_size(WORKGROUP)
fn softmax(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let row = id.x + id.y * grid.x * WORKGROUP;
  if (row >= p.rows) {
    return;
  }
  let first = row * p.columns;
  var maximum = LOWEST;
  var sum = 0.0;
  for (var i = 0u; i < p.columns; i++) {
    let score = f32(x[first + i]);
    let raised = max(maximum, score);
    sum = sum * exp(maximum - raised) + exp(score - raised);
    maximum = raised;
  }
  for (var i = 0u; i < p.columns; i++) {
    y[first + i] = Elem(exp(f32(x[first + i]) - maximum) / sum);
  }
}
