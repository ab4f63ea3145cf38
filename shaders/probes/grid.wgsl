// How many lanes hide the wait of loads that depend on each other: the same lanes in workgroups of other sizes, and with more
// workgroup memory to each.
//   links: a cycle through all of its 4096 words
//   ends:  where each lane's chain ended

struct P {
  hops: u32,
}

override SIZE: u32 = 64;
// A constant, since some browsers make an array empty whose length is an override.
const WORDS: u32 = 256u;

@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> links: array<u32>;
@group(0) @binding(2) var<storage, read_write> ends: array<u32>;

// What it holds is of no use: what counts is the room it takes.
var<workgroup> held: array<u32, WORDS>;

@compute @workgroup_size(SIZE)
fn wait(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  held[lane] = id.x % 4096u;
  // Every lane reads what another lane has written.
  workgroupBarrier();
  var at = held[SIZE - 1u - lane];
  for (var i = 0u; i < p.hops; i++) { at = links[at]; }
  ends[id.x] = at;
}
