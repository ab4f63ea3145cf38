// 17. The loop over a tile written out.
//
// From kernel 13: a step of 8 terms has no loop. Each side of the tiles is an array of its own and every term a
// constant, so all places in workgroup memory are the lane's own plus a constant: they cost no instruction, and no check
// of a bound that the compiler can see is kept. And a subgroup of 32 lanes covers 4 x 8 blocks instead of 2 x 16, so
// that it reads 12 different vec4s a term instead of 18. On an H200 at 8,192 cubed this loop made 46.7 TFLOP/s, 92% of
// what cuBLAS reaches there, where the same with a loop made 38 and kernel 13 makes 32.8. There each of the 256 lanes
// carried one vec4 of A and one of B; but to store four terms of a row apart takes stores to components of a vec4, and
// WGSL lets such a store touch the whole vector, so that neighbours race. It loses where there are few tiles of
// 128 x 128, and where code is slow to compile.
//
// A (m, k), B (k, n), each row-major or column-major from aOffset and bOffset on with pitch aPitch and bPitch, bias
// (n), C (m, n) row-major with pitch cPitch; offsets and pitches in vec4s. m, n and k are padded with zeros up to
// whole vec4s. Sums are f32 whatever the storage.

alias Elem = f32;
alias Elem4 = vec4<f32>;
// 1 where n is no multiple of 4.
override TAIL: u32 = 1u;
// 1 where neighbours along a column lie side by side.
override A_COLUMN: u32 = 0u;
override B_COLUMN: u32 = 0u;

// A workgroup computes 128 x 128 of C, 16 x 16 lanes with two blocks of 4 down and two across each.
const SIDE: u32 = 128u;
const BLOCKS: u32 = 32u;
const LANES: u32 = 16u;
const TILE_K: u32 = 8u;
// Rows of tiles that are walked together: 4, 8 and 16 were alike on an H200.
const BAND: u32 = 8u;

struct Params {
  m: u32,
  n: u32,
  k: u32,
  bias: u32,
  aOffset: u32,
  aPitch: u32,
  bOffset: u32,
  bPitch: u32,
  cPitch: u32,
}

@group(0) @binding(0) var<storage, read> a: array<Elem4>;
@group(0) @binding(1) var<storage, read> b: array<Elem4>;
@group(0) @binding(2) var<storage, read> bias: array<Elem4>;
@group(0) @binding(3) var<storage, read_write> c: array<Elem4>;
@group(0) @binding(4) var<uniform> p: Params;

// Two of each, used in turn: [term][rows of one block], [term][columns of one block].
var<workgroup> evenA: array<array<vec4f, BLOCKS>, TILE_K>;
var<workgroup> evenB: array<array<vec4f, BLOCKS>, TILE_K>;
var<workgroup> oddA: array<array<vec4f, BLOCKS>, TILE_K>;
var<workgroup> oddB: array<array<vec4f, BLOCKS>, TILE_K>;

// The lane's two blocks of C down times its two across.
struct Sums {
  s00: mat4x4f,
  s01: mat4x4f,
  s10: mat4x4f,
  s11: mat4x4f,
}

// Rows 4 * r to 4 * r + 3 of A, terms 4 * i to 4 * i + 3: one term in each column of the result.
fn blockA(r: u32, i: u32) -> mat4x4f {
  let step = p.aPitch;
  let at = p.aOffset + select(4u * r * step + i, 4u * i * step + r, A_COLUMN == 1u);
  let block = mat4x4f(vec4f(a[at]), vec4f(a[at + step]), vec4f(a[at + 2u * step]), vec4f(a[at + 3u * step]));
  if (A_COLUMN == 1u) {
    return block;
  }
  return transpose(block);
}

// Terms 4 * i to 4 * i + 3, columns 4 * j to 4 * j + 3 of B: one term in each column of the result.
fn blockB(i: u32, j: u32) -> mat4x4f {
  let step = p.bPitch;
  let at = p.bOffset + select(4u * i * step + j, 4u * j * step + i, B_COLUMN == 1u);
  let block = mat4x4f(vec4f(b[at]), vec4f(b[at + step]), vec4f(b[at + 2u * step]), vec4f(b[at + 3u * step]));
  if (B_COLUMN == 1u) {
    return transpose(block);
  }
  return block;
}

// Block (r, i) of A, or zeros past the last term; past the last row it is the last block again, and is not stored.
fn loadA(r: u32, i: u32) -> mat4x4f {
  if (4u * i >= p.k) {
    return mat4x4f();
  }
  return blockA(min(r, (p.m - 1u) / 4u), i);
}

fn loadB(i: u32, j: u32) -> mat4x4f {
  if (4u * i >= p.k) {
    return mat4x4f();
  }
  return blockB(i, min(j, (p.n - 1u) / 4u));
}

// The bias of columns 4 * j to 4 * j + 3, zeros where there is none.
fn biasOf(j: u32) -> vec4f {
  if (p.bias == 0u || 4u * j >= p.n) {
    return vec4f();
  }
  return vec4f(bias[j]);
}

// Writes columns 4 * j to 4 * j + 3 of one row of C, and nothing past its edges.
fn store(r: u32, j: u32, s: vec4f) {
  if (r >= p.m || 4u * j >= p.n) {
    return;
  }
  let at = r * p.cPitch + j;
  if (TAIL == 0u) {
    c[at] = Elem4(s);
    return;
  }
  // Instead of columns past the edge the last one, again: a branch for each would take a compiler longer than the rest.
  let last = min(p.n - 1u - 4u * j, 3u);
  let y = select(s.x, s.y, last >= 1u);
  let z = select(y, s.z, last >= 2u);
  c[at].x = Elem(s.x);
  c[at][min(1u, last)] = Elem(y);
  c[at][min(2u, last)] = Elem(z);
  c[at][last] = Elem(select(z, s.w, last >= 3u));
}

// Four rows of C by four columns, one term more.
fn outer(x: vec4f, y: vec4f, s: mat4x4f) -> mat4x4f {
  return mat4x4f(
    fma(vec4f(x.x), y, s[0]), fma(vec4f(x.y), y, s[1]), fma(vec4f(x.z), y, s[2]), fma(vec4f(x.w), y, s[3]),
  );
}

fn addTerm(s: Sums, x0: vec4f, x1: vec4f, y0: vec4f, y1: vec4f) -> Sums {
  return Sums(outer(x0, y0, s.s00), outer(x0, y1, s.s01), outer(x1, y0, s.s10), outer(x1, y1, s.s11));
}

// What a lane carries of a tile: of the first 64 one block of A each, of the next 64 one of B, of the rest nothing.
fn carry(tile: u32, firstRow: u32, firstColumn: u32, index: u32) -> mat4x4f {
  let slot = index % 64u;
  if (index < 64u) {
    return loadA(firstRow + acrossOf(slot, A_COLUMN), 2u * tile + downOf(slot, A_COLUMN));
  }
  if (index < 128u) {
    return loadB(2u * tile + downOf(slot, 1u - B_COLUMN), firstColumn + acrossOf(slot, 1u - B_COLUMN));
  }
  return mat4x4f();
}

// Neighbouring lanes take neighbouring vec4s: along the tile's side where those lie together, else along its terms.
fn acrossOf(slot: u32, together: u32) -> u32 {
  return select(slot / 2u, slot % BLOCKS, together == 1u);
}

fn downOf(slot: u32, together: u32) -> u32 {
  return select(slot % 2u, slot / BLOCKS, together == 1u);
}

fn keepEven(next: mat4x4f, index: u32) {
  let slot = index % 64u;
  if (index < 64u) {
    let term = 4u * downOf(slot, A_COLUMN);
    let block = acrossOf(slot, A_COLUMN);
    evenA[term][block] = next[0];
    evenA[term + 1u][block] = next[1];
    evenA[term + 2u][block] = next[2];
    evenA[term + 3u][block] = next[3];
  } else if (index < 128u) {
    let term = 4u * downOf(slot, 1u - B_COLUMN);
    let block = acrossOf(slot, 1u - B_COLUMN);
    evenB[term][block] = next[0];
    evenB[term + 1u][block] = next[1];
    evenB[term + 2u][block] = next[2];
    evenB[term + 3u][block] = next[3];
  }
}

fn keepOdd(next: mat4x4f, index: u32) {
  let slot = index % 64u;
  if (index < 64u) {
    let term = 4u * downOf(slot, A_COLUMN);
    let block = acrossOf(slot, A_COLUMN);
    oddA[term][block] = next[0];
    oddA[term + 1u][block] = next[1];
    oddA[term + 2u][block] = next[2];
    oddA[term + 3u][block] = next[3];
  } else if (index < 128u) {
    let term = 4u * downOf(slot, 1u - B_COLUMN);
    let block = acrossOf(slot, 1u - B_COLUMN);
    oddB[term][block] = next[0];
    oddB[term + 1u][block] = next[1];
    oddB[term + 2u][block] = next[2];
    oddB[term + 3u][block] = next[3];
  }
}

@compute @workgroup_size(256)
fn product(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  // The number of this workgroup, and of the tile that it takes: BAND rows of tiles at a time, fewer in the last band.
  let tilesDown = (p.m + SIDE - 1u) / SIDE;
  let tilesAcross = (p.n + SIDE - 1u) / SIDE;
  let number = group.y * grid.x + group.x;
  if (number >= tilesDown * tilesAcross) {
    return;
  }
  let band = number / (BAND * tilesAcross);
  let within = number % (BAND * tilesAcross);
  let height = min(BAND, tilesDown - band * BAND);
  let firstRow = (band * BAND + within % height) * BLOCKS;
  let firstColumn = (within / height) * BLOCKS;
  // Of 32 neighbouring lanes 8 lie side by side and 4 below one another.
  let x = index / 32u % 2u * 8u + index % 8u;
  let y = index / 64u * 4u + index % 32u / 8u;
  let tiles = (p.k + TILE_K - 1u) / TILE_K;
  var s = Sums();
  keepEven(carry(0u, firstRow, firstColumn, index), index);
  // Closes read after write: all lanes read what each has stored of the first tile.
  workgroupBarrier();
  for (var tile = 0u; tile < tiles; tile += 2u) {
    // Asked for now, stored after the sums: a tile past the last one is zeros.
    var next = carry(tile + 1u, firstRow, firstColumn, index);
    s = addTerm(s, evenA[0][y], evenA[0][y + LANES], evenB[0][x], evenB[0][x + LANES]);
    s = addTerm(s, evenA[1][y], evenA[1][y + LANES], evenB[1][x], evenB[1][x + LANES]);
    s = addTerm(s, evenA[2][y], evenA[2][y + LANES], evenB[2][x], evenB[2][x + LANES]);
    s = addTerm(s, evenA[3][y], evenA[3][y + LANES], evenB[3][x], evenB[3][x + LANES]);
    s = addTerm(s, evenA[4][y], evenA[4][y + LANES], evenB[4][x], evenB[4][x + LANES]);
    s = addTerm(s, evenA[5][y], evenA[5][y + LANES], evenB[5][x], evenB[5][x + LANES]);
    s = addTerm(s, evenA[6][y], evenA[6][y + LANES], evenB[6][x], evenB[6][x + LANES]);
    s = addTerm(s, evenA[7][y], evenA[7][y + LANES], evenB[7][x], evenB[7][x + LANES]);
    keepOdd(next, index);
    // Closes read after write: the odd tile that is read next. And write after read: the even one is stored to next.
    workgroupBarrier();
    next = carry(tile + 2u, firstRow, firstColumn, index);
    s = addTerm(s, oddA[0][y], oddA[0][y + LANES], oddB[0][x], oddB[0][x + LANES]);
    s = addTerm(s, oddA[1][y], oddA[1][y + LANES], oddB[1][x], oddB[1][x + LANES]);
    s = addTerm(s, oddA[2][y], oddA[2][y + LANES], oddB[2][x], oddB[2][x + LANES]);
    s = addTerm(s, oddA[3][y], oddA[3][y + LANES], oddB[3][x], oddB[3][x + LANES]);
    s = addTerm(s, oddA[4][y], oddA[4][y + LANES], oddB[4][x], oddB[4][x + LANES]);
    s = addTerm(s, oddA[5][y], oddA[5][y + LANES], oddB[5][x], oddB[5][x + LANES]);
    s = addTerm(s, oddA[6][y], oddA[6][y + LANES], oddB[6][x], oddB[6][x + LANES]);
    s = addTerm(s, oddA[7][y], oddA[7][y + LANES], oddB[7][x], oddB[7][x + LANES]);
    keepEven(next, index);
    // Closes read after write: the even tile that is read next. And write after read: the odd one is stored to next.
    workgroupBarrier();
  }
  let row = 4u * (firstRow + y);
  let column = firstColumn + x;
  let bias0 = biasOf(column);
  let bias1 = biasOf(column + LANES);
  for (var r = 0u; r < 4u; r++) {
    store(row + r, column, s.s00[r] + bias0);
    store(row + r, column + LANES, s.s01[r] + bias1);
    store(row + 4u * LANES + r, column, s.s10[r] + bias0);
    store(row + 4u * LANES + r, column + LANES, s.s11[r] + bias1);
  }
}
