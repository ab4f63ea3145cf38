// The highest rates of the device: bandwidth of memory by wide and narrow loads and stores, rates of arithmetic, bandwidth of
// workgroup memory. Each kernel is as plain as possible, so that nothing but the roof itself limits it.
//   wide: vectors of 16 bytes; narrow: words of 4 bytes; both hold a hash of each word's index
//   wideOut, narrowOut: what is written
//   one: a 1, which no compiler can know
//   sums: one word an invocation, which depends on all that it read or computed
// A workgroup goes over `items` consecutive rows of 256 elements of a set of `rows`. Workgroups of one y are a lap over the set:
// as far as is known devices start them in this order, so that all of the set lies between two reads of a word, and no
// cache holds what is read again. (Laps within a workgroup would meet those of its neighbours in a cache.)
//
// WebGPU promises no order. Where the workgroups of one x start together, each word is read again at once, from a cache: many laps
// then take hardly longer than one from memory, twice as many laps take twice as long, and so do laps over twice the set. Both
// ratios are 2, and the rate is that of the cache. So the laps of the step with twice the work are shifted against one another:
// at least a third of the set lies between two reads of a word if y comes first, and three fifths if x does. If the laps of the
// other steps met in a cache, twice the work takes more than twice the time; and the rate that is shown is that of the step with
// the shift.
//
// The condition: the last cache holds less than the smaller set. Where y comes first, a cache of half of the set serves no shifted
// lap; one of nine tenths or more may serve so many reads that both ratios are about 2 and it passes for memory. Where x comes
// first, only a cache that holds the larger set does.

struct P {
  rows: u32,
  // Rows of one workgroup, a multiple of 4.
  items: u32,
  laps: u32,
  // Rounds of arithmetic, each of 8 steps of every chain.
  rounds: u32,
  // Workgroups by which a lap begins further on in the set than the one before it.
  shift: u32,
}

@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> wide: array<vec4u>;
@group(0) @binding(2) var<storage, read> narrow: array<u32>;
@group(0) @binding(3) var<storage, read_write> wideOut: array<vec4u>;
@group(0) @binding(4) var<storage, read_write> narrowOut: array<u32>;
@group(0) @binding(5) var<storage, read_write> sums: array<u32>;
@group(0) @binding(6) var<storage, read> one: array<u32>;

// A word that tells its place, for which no cache or bus can save itself the transfer.
fn hashed(index: u32) -> u32 {
  let mixed = index * 747796405u + 2891336453u;
  return (mixed ^ (mixed >> 15u)) * 277803737u;
}

@compute @workgroup_size(256)
fn fill(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < p.rows * 256u; i += groups.x * 256u) {
    wideOut[i] = vec4u(hashed(4u * i), hashed(4u * i + 1u), hashed(4u * i + 2u), hashed(4u * i + 3u));
  }
}

// Which part of the set a workgroup goes over, of as many as there are workgroups in a lap.
fn partOf(group: vec3u, groups: vec3u) -> u32 {
  return (group.x + group.y * p.shift) % groups.x;
}

// The last lap writes: that the others are not left out shows in the time, which must double with their number.
fn keepSum(lap: u32, part: u32, lane: u32, sum: u32) {
  if (lap + 1u == p.laps) {
    sums[part * 256u + lane] = sum;
  }
}

@compute @workgroup_size(256)
fn read_wide(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  var a = vec4u();
  var b = vec4u();
  var c = vec4u();
  var d = vec4u();
  let part = partOf(group, groups);
  var at = part * p.items * 256u + lane;
  for (var i = 0u; i < p.items; i += 4u) {
    a += wide[at];
    b += wide[at + 256u];
    c += wide[at + 512u];
    d += wide[at + 768u];
    at += 1024u;
  }
  let sum = a + b + c + d;
  keepSum(group.y, part, lane, sum.x + sum.y + sum.z + sum.w);
}

@compute @workgroup_size(256)
fn read_narrow(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  var a = 0u;
  var b = 0u;
  var c = 0u;
  var d = 0u;
  let part = partOf(group, groups);
  var at = part * p.items * 256u + lane;
  for (var i = 0u; i < p.items; i += 4u) {
    a += narrow[at];
    b += narrow[at + 256u];
    c += narrow[at + 512u];
    d += narrow[at + 768u];
    at += 1024u;
  }
  keepSum(group.y, part, lane, a + b + c + d);
}

@compute @workgroup_size(256)
fn write_wide(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let part = partOf(group, groups);
  var at = part * p.items * 256u + lane;
  for (var i = 0u; i < p.items; i++) {
    wideOut[at] = vec4u(at, at + 1u, at + 2u, at + 3u);
    at += 256u;
  }
}

@compute @workgroup_size(256)
fn write_narrow(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let part = partOf(group, groups);
  var at = part * p.items * 256u + lane;
  for (var i = 0u; i < p.items; i++) {
    narrowOut[at] = at + 5u;
    at += 256u;
  }
}

@compute @workgroup_size(256)
fn copy_wide(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let part = partOf(group, groups);
  var at = part * p.items * 256u + lane;
  for (var i = 0u; i < p.items; i += 4u) {
    let a = wide[at];
    let b = wide[at + 256u];
    let c = wide[at + 512u];
    let d = wide[at + 768u];
    wideOut[at] = a;
    wideOut[at + 256u] = b;
    wideOut[at + 512u] = c;
    wideOut[at + 768u] = d;
    at += 1024u;
  }
}

@compute @workgroup_size(256)
fn copy_narrow(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let part = partOf(group, groups);
  var at = part * p.items * 256u + lane;
  for (var i = 0u; i < p.items; i += 4u) {
    let a = narrow[at];
    let b = narrow[at + 256u];
    let c = narrow[at + 512u];
    let d = narrow[at + 768u];
    narrowOut[at] = a;
    narrowOut[at + 256u] = b;
    narrowOut[at + 512u] = c;
    narrowOut[at + 768u] = d;
    at += 1024u;
  }
}

// f32 or f16, scalars or vectors: set by the probe.
alias Scalar = f32;
alias Chain = vec4<Scalar>;

// Four chains of vectors x = x * a + b with a = 1, eight steps a round. b is 1 in one round and -1 in the next, so that all
// numbers are small whole ones and f16 is exact too.
@compute @workgroup_size(256)
fn multiply_add_4(@builtin(global_invocation_id) id: vec3u) {
  let a = Chain(Scalar(one[0]));
  var b = a;
  let start = Scalar(id.x & 7u);
  var w = Chain(start);
  var x = Chain(start + a.x);
  var y = Chain(start + a.x + a.x);
  var z = Chain(start + a.x + a.x + a.x);
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
    b = -b;
  }
  let sum = w + x + y + z;
  sums[id.x] = u32(dot(sum, a));
}

// Eight chains x = (sum of the four bytes of x, with their signs) + more: a product with 1 for each byte.
@compute @workgroup_size(256)
fn dot_bytes(@builtin(global_invocation_id) id: vec3u) {
  let ones = one[0] * 0x01010101u;
  let more = i32(one[0] * 0x12345679u);
  var a = i32(id.x & 7u);
  var b = a + 1;
  var c = a + 2;
  var d = a + 3;
  var e = a + 4;
  var f = a + 5;
  var g = a + 6;
  var h = a + 7;
  for (var i = 0u; i < p.rounds; i++) {
    a = dot4I8Packed(ones, u32(a)) + more;
    b = dot4I8Packed(ones, u32(b)) + more;
    c = dot4I8Packed(ones, u32(c)) + more;
    d = dot4I8Packed(ones, u32(d)) + more;
    e = dot4I8Packed(ones, u32(e)) + more;
    f = dot4I8Packed(ones, u32(f)) + more;
    g = dot4I8Packed(ones, u32(g)) + more;
    h = dot4I8Packed(ones, u32(h)) + more;
    a = dot4I8Packed(ones, u32(a)) + more;
    b = dot4I8Packed(ones, u32(b)) + more;
    c = dot4I8Packed(ones, u32(c)) + more;
    d = dot4I8Packed(ones, u32(d)) + more;
    e = dot4I8Packed(ones, u32(e)) + more;
    f = dot4I8Packed(ones, u32(f)) + more;
    g = dot4I8Packed(ones, u32(g)) + more;
    h = dot4I8Packed(ones, u32(h)) + more;
    a = dot4I8Packed(ones, u32(a)) + more;
    b = dot4I8Packed(ones, u32(b)) + more;
    c = dot4I8Packed(ones, u32(c)) + more;
    d = dot4I8Packed(ones, u32(d)) + more;
    e = dot4I8Packed(ones, u32(e)) + more;
    f = dot4I8Packed(ones, u32(f)) + more;
    g = dot4I8Packed(ones, u32(g)) + more;
    h = dot4I8Packed(ones, u32(h)) + more;
    a = dot4I8Packed(ones, u32(a)) + more;
    b = dot4I8Packed(ones, u32(b)) + more;
    c = dot4I8Packed(ones, u32(c)) + more;
    d = dot4I8Packed(ones, u32(d)) + more;
    e = dot4I8Packed(ones, u32(e)) + more;
    f = dot4I8Packed(ones, u32(f)) + more;
    g = dot4I8Packed(ones, u32(g)) + more;
    h = dot4I8Packed(ones, u32(h)) + more;
  }
  sums[id.x] = u32(a + b + c + d + e + f + g + h);
}

// The same in four chains of four numbers each, so that sixteen are on their way at once.
@compute @workgroup_size(256)
fn dot_bytes_wide(@builtin(global_invocation_id) id: vec3u) {
  let ones = one[0] * 0x01010101u;
  let more = vec4i(i32(one[0] * 0x12345679u));
  let start = vec4i(i32(id.x & 7u)) + vec4i(0, 1, 2, 3);
  var a = start;
  var b = start + 4;
  var c = start + 8;
  var d = start + 12;
  for (var i = 0u; i < p.rounds; i++) {
    a = dots(ones, a) + more;
    b = dots(ones, b) + more;
    c = dots(ones, c) + more;
    d = dots(ones, d) + more;
    a = dots(ones, a) + more;
    b = dots(ones, b) + more;
    c = dots(ones, c) + more;
    d = dots(ones, d) + more;
    a = dots(ones, a) + more;
    b = dots(ones, b) + more;
    c = dots(ones, c) + more;
    d = dots(ones, d) + more;
    a = dots(ones, a) + more;
    b = dots(ones, b) + more;
    c = dots(ones, c) + more;
    d = dots(ones, d) + more;
  }
  sums[id.x] = u32(dot(a + b + c + d, vec4i(1)));
}

fn dots(ones: u32, x: vec4i) -> vec4i {
  return vec4i(
    dot4I8Packed(ones, u32(x.x)),
    dot4I8Packed(ones, u32(x.y)),
    dot4I8Packed(ones, u32(x.z)),
    dot4I8Packed(ones, u32(x.w)),
  );
}

var<workgroup> tile: array<vec4u, 256>;

// Each invocation reads a vector beside its neighbours' from all over the tile, without a bank conflict.
@compute @workgroup_size(256)
fn workgroup_read(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  tile[lane] = vec4u(lane, lane + 1u, lane + 2u, lane + 3u);
  // What is read below was written by other lanes.
  workgroupBarrier();
  var a = vec4u();
  var b = vec4u();
  var c = vec4u();
  var d = vec4u();
  for (var i = 0u; i < p.rounds; i++) {
    let at = lane + i * 32u * one[0];
    a += tile[at & 255u];
    b += tile[(at + 64u) & 255u];
    c += tile[(at + 128u) & 255u];
    d += tile[(at + 192u) & 255u];
  }
  let sum = a + 3u * b + 5u * c + 7u * d;
  sums[id.x] = sum.x + sum.y + sum.z + sum.w;
}
