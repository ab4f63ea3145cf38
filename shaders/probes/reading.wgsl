// Reading with a stride, and from a base that is not aligned: how much of what memory sends is useful.
//   words, pairs, vectors: the same buffer, read 4, 8 and 16 bytes at a time; every word a hash of its index
//   sums: one word an invocation, the sum of all that it read
// A workgroup reads `items` rows of 256 elements, which are `stride` elements apart, from element `base` on.

struct P {
  stride: u32,
  base: u32,
  // Rows of one workgroup, a multiple of 4.
  items: u32,
  // Words of the buffer, for the fill.
  words: u32,
}

@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> words: array<u32>;
@group(0) @binding(2) var<storage, read> pairs: array<vec2u>;
@group(0) @binding(3) var<storage, read> vectors: array<vec4u>;
@group(0) @binding(4) var<storage, read_write> filled: array<u32>;
@group(0) @binding(5) var<storage, read_write> sums: array<u32>;

// A word that tells its place, for which no cache or bus can save itself the transfer.
fn hashed(index: u32) -> u32 {
  let mixed = index * 747796405u + 2891336453u;
  return (mixed ^ (mixed >> 15u)) * 277803737u;
}

@compute @workgroup_size(256)
fn fill(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < p.words; i += groups.x * 256u) { filled[i] = hashed(i); }
}

@compute @workgroup_size(256)
fn scalar(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var a = 0u;
  var b = 0u;
  var c = 0u;
  var d = 0u;
  let row = 256u * p.stride;
  var at = p.base + group.x * p.items * row + lane * p.stride;
  for (var i = 0u; i < p.items; i += 4u) {
    a += words[at];
    b += words[at + row];
    c += words[at + 2u * row];
    d += words[at + 3u * row];
    at += 4u * row;
  }
  sums[group.x * 256u + lane] = a + b + c + d;
}

@compute @workgroup_size(256)
fn pair(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var a = vec2u();
  var b = vec2u();
  let row = 256u * p.stride;
  var at = p.base + group.x * p.items * row + lane * p.stride;
  for (var i = 0u; i < p.items; i += 4u) {
    a += pairs[at];
    b += pairs[at + row];
    a += pairs[at + 2u * row];
    b += pairs[at + 3u * row];
    at += 4u * row;
  }
  let sum = a + b;
  sums[group.x * 256u + lane] = sum.x + sum.y;
}

@compute @workgroup_size(256)
fn vector(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var a = vec4u();
  var b = vec4u();
  let row = 256u * p.stride;
  var at = p.base + group.x * p.items * row + lane * p.stride;
  for (var i = 0u; i < p.items; i += 4u) {
    a += vectors[at];
    b += vectors[at + row];
    a += vectors[at + 2u * row];
    b += vectors[at + 3u * row];
    at += 4u * row;
  }
  let sum = a + b;
  sums[group.x * 256u + lane] = sum.x + sum.y + sum.z + sum.w;
}

// Four words from word `base` on, which is no multiple of four: two aligned loads, and the words that are needed of them.
fn unaligned(element: u32) -> vec4u {
  let first = vectors[element + p.base / 4u];
  let second = vectors[element + p.base / 4u + 1u];
  switch (p.base % 4u) {
    case 1u: { return vec4u(first.yzw, second.x); }
    case 2u: { return vec4u(first.zw, second.xy); }
    case 3u: { return vec4u(first.w, second.xyz); }
    default: { return first; }
  }
}

@compute @workgroup_size(256)
fn realigned(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var a = vec4u();
  var b = vec4u();
  var at = group.x * p.items * 256u + lane;
  for (var i = 0u; i < p.items; i += 4u) {
    a += unaligned(at);
    b += unaligned(at + 256u);
    a += unaligned(at + 512u);
    b += unaligned(at + 768u);
    at += 1024u;
  }
  let sum = a + b;
  sums[group.x * 256u + lane] = sum.x + sum.y + sum.z + sum.w;
}
