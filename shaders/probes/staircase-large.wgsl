// The chase of staircase.wgsl through sets so large that all of them lie in one buffer. Each is linked again before it is
// looked at, and no order of its lines is stored: the line at each place of the cycle is computed.
//   cycle: one word a line, the index of the next line's word; the rest of a line is never read
//   state: [place in the cycle, word at which the last chase ended, whether a touch found what cannot be there]

struct P {
  lines: u32,
  // Words from line to line.
  pitch: u32,
  // Loads of a chase, a multiple of 8.
  hops: u32,
  // Lines of a page, all of which are visited before the next page; 1 where any line may follow any other.
  page: u32,
  // Another one gives another cycle.
  key: u32,
  // Of the lines that this dispatch links or touches: one dispatch for all of them might last too long.
  first: u32,
}

@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> cycle: array<u32>;
@group(0) @binding(2) var<storage, read_write> links: array<u32>;
@group(0) @binding(3) var<storage, read_write> state: array<u32>;

fn hashed(index: u32) -> u32 {
  let mixed = index * 747796405u + 2891336453u;
  return (mixed ^ (mixed >> 15u)) * 277803737u;
}

// A permutation of 0 to count - 1: each step of a round has an inverse among the numbers below a power of two, and what ends
// beyond `count` goes on until it does not.
fn shuffled(index: u32, count: u32, key: u32) -> u32 {
  let bits = 32u - countLeadingZeros(count - 1u);
  let mask = (1u << bits) - 1u;
  let half = (bits + 1u) / 2u;
  var at = index;
  loop {
    for (var round = 0u; round < 4u; round++) {
      let mixed = hashed(key + round);
      at = (at * (mixed | 1u) + (mixed >> 16u)) & mask;
      at ^= at >> half;
    }
    if (at < count) { break; }
  }
  return at;
}

// The line at a place of the cycle: pages in a random order, and the lines of each in one of its own.
fn line_at(place: u32) -> u32 {
  let page = shuffled(place / p.page, p.lines / p.page, p.key);
  return page * p.page + shuffled(place % p.page, p.page, hashed(p.key ^ page));
}

@compute @workgroup_size(256)
fn link(@builtin(global_invocation_id) id: vec3u) {
  let place = p.first + id.x;
  if (place < p.lines) {
    let next = select(place + 1u, 0u, place + 1u == p.lines);
    links[line_at(place) * p.pitch] = line_at(next) * p.pitch;
  }
}

@compute @workgroup_size(256)
fn touch(@builtin(global_invocation_id) id: vec3u) {
  let turn = p.first + id.x;
  if (turn < p.lines) {
    var place = state[0] + turn;
    if (place >= p.lines) { place -= p.lines; }
    if (cycle[line_at(place) * p.pitch] == 0xffffffffu) { state[2] = 1u; }
  }
}

@compute @workgroup_size(1)
fn chase() {
  let place = state[0];
  var at = line_at(place) * p.pitch;
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
