// A dispatch that does next to nothing, and counts that it was there: what it takes is the cost of asking for it.
//   count: one word

@group(0) @binding(0) var<storage, read_write> count: array<atomic<u32>>;

@compute @workgroup_size(1)
fn tick() {
  atomicAdd(&count[0], 1u);
}
