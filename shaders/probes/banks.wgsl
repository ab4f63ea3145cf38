// What workgroup memory costs: by stride, for its banks; with every lane at one word; with padding; and a barrier.
//   sums: one word an invocation, the sum of all that it read

struct P {
  // Words between neighbouring lanes.
  stride: u32,
  rounds: u32,
  // Of a column read from a tile of 32 rows: words from row to row.
  pitch: u32,
}

@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read_write> sums: array<u32>;

const WORDS = 4096u;
var<workgroup> words: array<u32, WORDS>;

fn prepare(lane: u32) {
  for (var i = lane; i < WORDS; i += 256u) { words[i] = i * 3u + 1u; }
  // Lanes read below what others have written.
  workgroupBarrier();
}

// Each round moves all lanes by one word, which leaves the conflicts between them as they are.
@compute @workgroup_size(256)
fn strided(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  prepare(lane);
  var a = 0u;
  var b = 0u;
  var c = 0u;
  var d = 0u;
  let start = lane * p.stride;
  for (var i = 0u; i < p.rounds; i++) {
    a += words[(start + 4u * i) % WORDS];
    b += words[(start + 4u * i + 1u) % WORDS];
    c += words[(start + 4u * i + 2u) % WORDS];
    d += words[(start + 4u * i + 3u) % WORDS];
  }
  sums[id.x] = a + b + c + d;
}

// A tile of 32 x 32 words is read by columns: lane l takes row l of column c. With a pitch of 32 all rows begin in one bank.
@compute @workgroup_size(256)
fn column(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  prepare(lane);
  var a = 0u;
  var b = 0u;
  var c = 0u;
  var d = 0u;
  let start = (lane % 32u) * p.pitch;
  for (var i = 0u; i < p.rounds; i++) {
    let at = (lane / 32u + 4u * i) % 32u;
    a += words[start + at];
    b += words[start + (at ^ 1u)];
    c += words[start + (at ^ 2u)];
    d += words[start + (at ^ 3u)];
  }
  sums[id.x] = a + b + c + d;
}

// Barriers and nothing else; `rounds` of them, each after a store, since without one a compiler may leave it out.
@compute @workgroup_size(256)
fn barriers(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_index) lane: u32) {
  for (var i = 0u; i < p.rounds; i++) {
    words[lane] = i;
    // There is no hazard to close: what this costs is what is asked.
    workgroupBarrier();
  }
  sums[id.x] = words[lane] + 1u;
}
