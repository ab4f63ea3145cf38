// A matrix read by rows and by columns, a transpose with and without a tile in workgroup memory, and products of matrices
// that are stored by rows or by columns.
//   data: a matrix of side * side words, row by row; every word a hash of its index
//   x:    a vector of side words
//   out:  the transposed matrix, sums of 64 words each, or a product
// A workgroup of 256 lanes takes 256 rows or columns by 64 words, or one tile of 32 * 32.

struct P {
  side: u32,
  // Words from row to row of a tile: 32, or 33 so that a column of it lies in 32 banks.
  pitch: u32,
  // Of a product: words from row to row and from column to column of each factor, and where the second begins.
  aRow: u32,
  aColumn: u32,
  bRow: u32,
  bColumn: u32,
  bStart: u32,
}

@group(0) @binding(0) var<uniform> p: P;
@group(0) @binding(1) var<storage, read> data: array<u32>;
@group(0) @binding(2) var<storage, read_write> filled: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<u32>;
@group(0) @binding(4) var<storage, read> x: array<u32>;

var<workgroup> tile: array<u32, 1056>;

// A word that tells its place, for which no cache or bus can save itself the transfer.
fn hashed(index: u32) -> u32 {
  let mixed = index * 747796405u + 2891336453u;
  return (mixed ^ (mixed >> 15u)) * 277803737u;
}

@compute @workgroup_size(256)
fn fill(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < p.side * p.side; i += groups.x * 256u) { filled[i] = hashed(i); }
}

// A lane sums 64 words of its column: lanes side by side read words side by side.
@compute @workgroup_size(256)
fn columns(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let column = group.x * 256u + lane;
  var sum = 0u;
  for (var i = 0u; i < 64u; i++) { sum += data[(group.y * 64u + i) * p.side + column]; }
  out[group.y * p.side + column] = sum;
}

// A lane sums 64 words of its row: lanes side by side read words a whole row apart.
@compute @workgroup_size(256)
fn rows(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.x * 256u + lane;
  var sum = 0u;
  for (var i = 0u; i < 64u; i++) { sum += data[row * p.side + group.y * 64u + i]; }
  out[group.y * p.side + row] = sum;
}

// Reads rows and writes columns.
@compute @workgroup_size(256)
fn transpose(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let x = group.x * 32u + lane % 32u;
  for (var i = lane / 32u; i < 32u; i += 8u) {
    let y = group.y * 32u + i;
    out[x * p.side + y] = data[y * p.side + x];
  }
}

// Reads rows and writes rows; the columns are those of the tile.
@compute @workgroup_size(256)
fn tiled(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let x = lane % 32u;
  for (var i = lane / 32u; i < 32u; i += 8u) {
    tile[i * p.pitch + x] = data[(group.y * 32u + i) * p.side + group.x * 32u + x];
  }
  // A column of the tile was written by all lanes.
  workgroupBarrier();
  for (var i = lane / 32u; i < 32u; i += 8u) {
    out[(group.x * 32u + i) * p.side + group.y * 32u + x] = tile[x * p.pitch + i];
  }
}

// A matrix times a vector, one invocation for each row, as a layer of neurons is computed.
@compute @workgroup_size(64)
fn times_vector(@builtin(global_invocation_id) id: vec3u) {
  var sum = 0u;
  for (var i = 0u; i < p.side; i++) { sum += data[id.x * p.aRow + i * p.aColumn] * x[i]; }
  out[id.x] = sum;
}

// A matrix times another, one invocation for each element, neighbours along a row of the result.
@compute @workgroup_size(16, 16)
fn times_matrix(@builtin(global_invocation_id) id: vec3u) {
  var sum = 0u;
  for (var i = 0u; i < p.side; i++) {
    sum += data[id.y * p.aRow + i * p.aColumn] * data[p.bStart + i * p.bRow + id.x * p.bColumn];
  }
  out[id.y * p.side + id.x] = sum;
}
