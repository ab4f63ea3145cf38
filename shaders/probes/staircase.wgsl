// Latency and bandwidth against the working set: where a number rises, a cache ends.
//
// Latency: one invocation follows a cycle through all lines of the set. Each address is what the load before it gave, so
// that no two loads overlap, and no compiler can leave one out: the place where the chase ends is compared.
//   order: lines in the order of the cycle
//   cycle: one word a line, the index of the next line's word; the rest of a line is never read
//   state: [place in the cycle, word at which the last chase ended, whether a touch found what cannot be there]
// Before each chase all lines are touched in the order of the cycle, by many invocations at once, beginning at the place
// where the chase begins: a cache holds what a whole lap would have left in it, for a fraction of a lap's time.
//
// Bandwidth: many workgroups read 4 KiB tiles of the set, one after another, each from a place of its own.
//   data: tiles x 256 vectors, every word a hash of its index
//   sums: one word an invocation, the sum of all words that it read

struct P {
  lines: u32,
  // Words from line to line.
  pitch: u32,
  // Loads of a chase, a multiple of 8.
  hops: u32,
  tiles: u32,
  // Tiles that each workgroup reads, a multiple of 4.
  loads: u32,
}

@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> order: array<u32>;
@group(0) @binding(2) var<storage, read> cycle: array<u32>;
@group(0) @binding(3) var<storage, read_write> links: array<u32>;
@group(0) @binding(4) var<storage, read_write> state: array<u32>;
@group(0) @binding(5) var<storage, read> data: array<vec4u>;
@group(0) @binding(6) var<storage, read_write> words: array<u32>;
@group(0) @binding(7) var<storage, read_write> sums: array<u32>;

@compute @workgroup_size(256)
fn link(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < p.lines) {
    let next = select(id.x + 1u, 0u, id.x + 1u == p.lines);
    links[order[id.x] * p.pitch] = order[next] * p.pitch;
  }
}

@compute @workgroup_size(256)
fn touch(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < p.lines) {
    var place = state[0] + id.x;
    if (place >= p.lines) { place -= p.lines; }
    if (cycle[order[place] * p.pitch] == 0xffffffffu) { state[2] = 1u; }
  }
}

@compute @workgroup_size(1)
fn chase() {
  let place = state[0];
  var at = order[place] * p.pitch;
  for (var i = 0u; i < p.hops; i += 8u) {
    at = cycle[at];
    at = cycle[at];
    at = cycle[at];
    at = cycle[at];
    at = cycle[at];
    at = cycle[at];
    at = cycle[at];
    at = cycle[at];
  }
  state[0] = (place + p.hops) % p.lines;
  state[1] = at;
}

// A word that tells its place, for which no cache or bus can save itself the transfer.
fn hashed(index: u32) -> u32 {
  let mixed = index * 747796405u + 2891336453u;
  return (mixed ^ (mixed >> 15u)) * 277803737u;
}

@compute @workgroup_size(256)
fn fill(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < p.tiles * 1024u; i += groups.x * 256u) { words[i] = hashed(i); }
}

fn following(tile: u32) -> u32 {
  return select(tile + 1u, 0u, tile + 1u == p.tiles);
}

@compute @workgroup_size(256)
fn gather(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var a = vec4u();
  var b = vec4u();
  var c = vec4u();
  var d = vec4u();
  var tile = (group.x * p.loads) % p.tiles;
  for (var i = 0u; i < p.loads; i += 4u) {
    let second = following(tile);
    let third = following(second);
    let fourth = following(third);
    a += data[tile * 256u + lane];
    b += data[second * 256u + lane];
    c += data[third * 256u + lane];
    d += data[fourth * 256u + lane];
    tile = following(fourth);
  }
  let sum = a + b + c + d;
  sums[group.x * 256u + lane] = sum.x + sum.y + sum.z + sum.w;
}
