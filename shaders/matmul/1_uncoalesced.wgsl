// 1. One invocation for each element, neighbours along a column of C.
//
// What a beginner writes: row = id.x, column = id.y, one loop over k. It is right, and it wastes most of what memory
// delivers: in one step 32 lanes of a 16 x 16 workgroup sit in 16 rows of A, a whole row apart, touch 16 lines of 128
// bytes and use 4 bytes of each; their stores are scattered the same way. Caches make up for part of it. On a software
// adapter, where every lane's load is a load of its own anyhow, it costs little; on a GPU kernel 2 is several times
// as fast.
//
// A (m, k) at aOffset + row * aRow + i * aColumn, B (k, n) at bOffset + i * bRow + column * bColumn, bias (n), C (m,
// n) row-major with pitch cRow. Offsets and strides in elements. Sums are f32 whatever the storage.

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
  let row = id.x;
  let column = id.y;
  if (row >= p.m || column >= p.n) {
    return;
  }
  var sum = 0.0;
  for (var i = 0u; i < p.k; i++) {
    let x = f32(a[p.aOffset + row * p.aRow + i * p.aColumn]);
    let y = f32(b[p.bOffset + i * p.bRow + column * p.bColumn]);
    sum = fma(x, y, sum);
  }
  if (p.bias == 1u) {
    sum += f32(bias[column]);
  }
  c[row * p.cRow + column] = Elem(sum);
}
