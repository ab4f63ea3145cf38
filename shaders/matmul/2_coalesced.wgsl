// 2. One invocation for each element, neighbours along a row of C.
//
// From kernel 1: the two axes of the grid change places, nothing else. In one step the lanes of a workgroup's row now
// read neighbouring elements of B, 16 lanes of f32 half a line of 128 bytes, and share one element of A; their stores
// lie side by side too. Same instructions, same bytes, fewer lines. It still loads two numbers for each
// multiply-add, so it waits for the caches: every element of A is read n times, every element of B m times.
//
// A (m, k) at aOffset + row * aRow + i * aColumn, B (k, n) at bOffset + i * bRow + column * bColumn, bias (n),
// C (m, n) row-major with pitch cRow. Offsets and strides in elements. Sums are f32 whatever the storage.

alias Elem = f32;
override WX: u32 = 16u;
override WY: u32 = 16u;

struct Params {
  m: u32,
  n: u32,
  k: u32,
  bias: u32,
  aOffset: u32,
  aRow: u32,
  aColumn: u32,
  bOffset: u32,
  bRow: u32,
  bColumn: u32,
  cRow: u32,
}

@group(0) @binding(0) var<storage, read> a: array<Elem>;
@group(0) @binding(1) var<storage, read> b: array<Elem>;
@group(0) @binding(2) var<storage, read> bias: array<Elem>;
@group(0) @binding(3) var<storage, read_write> c: array<Elem>;
@group(0) @binding(4) var<uniform> p: Params;

@compute @workgroup_size(WX, WY)
fn product(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let row = id.y;
  if (row >= p.m || column >= p.n) {
    return;
  }
  var sum = 0.0;
  for (var i = 0u; i < p.k; i++) {
    sum = fma(f32(a[p.aOffset + row * p.aRow + i * p.aColumn]), f32(b[p.bOffset + i * p.bRow + column * p.bColumn]), sum);
  }
  if (p.bias == 1u) {
    sum += f32(bias[column]);
  }
  c[row * p.cRow + column] = Elem(sum);
}
