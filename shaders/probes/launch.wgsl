// A dispatch that does almost nothing but count itself: its time is the cost of launching it.
//   count: one word

@group(0) @binding(0) var<storage, read_write> count: array<atomic<u32>>;

@compute @workgroup_size(1)
fn tick() {
  atomicAdd(&count[0], 1u);
}
