// 13. Workgroups in an order that suits the second cache.
//
// From kernel 8: only the order of the tiles changes. Workgroups start in the order of their number, row of tiles by
// row of tiles, so at any time those that run read a few rows of tiles of A and all of B, which a second-level cache
// cannot hold when B is large. Here BAND rows of tiles are walked column by column: the same number of running
// workgroups now covers a nearly square piece of C, and reads the square root less of A and B together. It gains
// nothing where B fits the cache, and cannot gain where the device runs workgroups in an order of its own.
//
// A (m, k), B (k, n), each row-major or column-major from aOffset and bOffset on with pitch aPitch and bPitch, bias
// (n), C (m, n) row-major with pitch cPitch; offsets and pitches in vec4s. m, n and k are padded with zeros up to
// whole vec4s. Sums are f32 whatever the storage.

alias Elem = f32;
alias Elem4 = vec4<f32>;
// Rows and columns of C for one lane, 4 or 8.
const ROWS: u32 = 4u;
const COLUMNS: u32 = 4u;
// Lanes of a workgroup along columns and rows of C; its tile is WY * ROWS x WX * COLUMNS, TILE_K terms deep.
override WX: u32 = 16u;
override WY: u32 = 16u;
override TILE_K: u32 = 16u;
// Unused vec4s at the end of each tile row.
override PAD: u32 = 1u;
// Rows of tiles that are walked together.
override BAND: u32 = 8u;
// 1 where n is no multiple of 4.
override TAIL: u32 = 1u;
// 1 where neighbours along a column lie side by side.
override A_COLUMN: u32 = 0u;
override B_COLUMN: u32 = 0u;

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

// Two of each, used in turn: tileA[side][term][rows of one block], tileB[side][term][columns of one block].
var<workgroup> tileA: array<vec4f, 2u * TILE_K * (WY * (ROWS / 4u) + PAD)>;
var<workgroup> tileB: array<vec4f, 2u * TILE_K * (WX * (COLUMNS / 4u) + PAD)>;

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

@compute @workgroup_size(WX, WY)
fn product(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_id) lane: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let blocksA = WY * (ROWS / 4u);
  let blocksB = WX * (COLUMNS / 4u);
  let pitchA = blocksA + PAD;
  let pitchB = blocksB + PAD;
  let deep = TILE_K / 4u;
  let lengthA = TILE_K * pitchA;
  let lengthB = TILE_K * pitchB;
  // The number of this workgroup, and of the tile that it takes: BAND rows of tiles at a time, fewer in the last band.
  let tilesDown = (p.m + 4u * blocksA - 1u) / (4u * blocksA);
  let tilesAcross = (p.n + 4u * blocksB - 1u) / (4u * blocksB);
  let number = group.y * grid.x + group.x;
  if (number >= tilesDown * tilesAcross) {
    return;
  }
  let band = number / (BAND * tilesAcross);
  let within = number % (BAND * tilesAcross);
  let height = min(BAND, tilesDown - band * BAND);
  let firstRow = (band * BAND + within % height) * blocksA;
  let firstColumn = (within / height) * blocksB;
  // The first lanes carry one block of A each, those after them one of B, the rest none.
  let isA = index < blocksA * deep;
  let slot = select(index - blocksA * deep, index, isA);
  let isB = !isA && slot < blocksB * deep;
  let acrossA = select(slot / deep, slot % blocksA, A_COLUMN == 1u);
  let acrossB = select(slot % blocksB, slot / deep, B_COLUMN == 1u);
  let downA = select(slot % deep, slot / blocksA, A_COLUMN == 1u);
  let downB = select(slot / blocksB, slot % deep, B_COLUMN == 1u);
  // Sums of row r of this lane: s[2 * r] and, WX blocks to the right, s[2 * r + 1].
  var s: array<vec4f, 16>;
  let steps = (p.k + TILE_K - 1u) / TILE_K;
  // Step t loads tile t and computes with tile t - 1.
  for (var step = 0u; step <= steps; step++) {
    var next = mat4x4f();
    if (isA) {
      next = loadA(firstRow + acrossA, step * deep + downA);
    } else if (isB) {
      next = loadB(step * deep + downB, firstColumn + acrossB);
    }
    if (step > 0u) {
      let fromA = (1u - step % 2u) * lengthA;
      let fromB = (1u - step % 2u) * lengthB;
      for (var t = 0u; t < TILE_K; t++) {
        let y0 = tileB[fromB + t * pitchB + lane.x];
        var y1 = y0;
        if (COLUMNS > 4u) {
          y1 = tileB[fromB + t * pitchB + lane.x + WX];
        }
        let x0 = tileA[fromA + t * pitchA + lane.y];
        s[0] = fma(vec4f(x0.x), y0, s[0]);
        s[2] = fma(vec4f(x0.y), y0, s[2]);
        s[4] = fma(vec4f(x0.z), y0, s[4]);
        s[6] = fma(vec4f(x0.w), y0, s[6]);
        if (COLUMNS > 4u) {
          s[1] = fma(vec4f(x0.x), y1, s[1]);
          s[3] = fma(vec4f(x0.y), y1, s[3]);
          s[5] = fma(vec4f(x0.z), y1, s[5]);
          s[7] = fma(vec4f(x0.w), y1, s[7]);
        }
        if (ROWS > 4u) {
          let x1 = tileA[fromA + t * pitchA + lane.y + WY];
          s[8] = fma(vec4f(x1.x), y0, s[8]);
          s[10] = fma(vec4f(x1.y), y0, s[10]);
          s[12] = fma(vec4f(x1.z), y0, s[12]);
          s[14] = fma(vec4f(x1.w), y0, s[14]);
          if (COLUMNS > 4u) {
            s[9] = fma(vec4f(x1.x), y1, s[9]);
            s[11] = fma(vec4f(x1.y), y1, s[11]);
            s[13] = fma(vec4f(x1.z), y1, s[13]);
            s[15] = fma(vec4f(x1.w), y1, s[15]);
          }
        }
      }
    }
    if (isA) {
      let at = (step % 2u) * lengthA + 4u * downA * pitchA + acrossA;
      tileA[at] = next[0];
      tileA[at + pitchA] = next[1];
      tileA[at + 2u * pitchA] = next[2];
      tileA[at + 3u * pitchA] = next[3];
    } else if (isB) {
      let at = (step % 2u) * lengthB + 4u * downB * pitchB + acrossB;
      tileB[at] = next[0];
      tileB[at + pitchB] = next[1];
      tileB[at + 2u * pitchB] = next[2];
      tileB[at + 3u * pitchB] = next[3];
    }
    // Closes read after write: the next step reads what all lanes have just stored. And write after read: it stores to
    // the side that this step has read.
    workgroupBarrier();
  }
  let rowBlock = firstRow + lane.y;
  let columnBlock = firstColumn + lane.x;
  let bias0 = biasOf(columnBlock);
  let bias1 = biasOf(columnBlock + WX);
  store(4u * rowBlock, columnBlock, s[0] + bias0);
  store(4u * rowBlock + 1u, columnBlock, s[2] + bias0);
  store(4u * rowBlock + 2u, columnBlock, s[4] + bias0);
  store(4u * rowBlock + 3u, columnBlock, s[6] + bias0);
  if (COLUMNS > 4u) {
    store(4u * rowBlock, columnBlock + WX, s[1] + bias1);
    store(4u * rowBlock + 1u, columnBlock + WX, s[3] + bias1);
    store(4u * rowBlock + 2u, columnBlock + WX, s[5] + bias1);
    store(4u * rowBlock + 3u, columnBlock + WX, s[7] + bias1);
  }
  if (ROWS > 4u) {
    store(4u * (rowBlock + WY), columnBlock, s[8] + bias0);
    store(4u * (rowBlock + WY) + 1u, columnBlock, s[10] + bias0);
    store(4u * (rowBlock + WY) + 2u, columnBlock, s[12] + bias0);
    store(4u * (rowBlock + WY) + 3u, columnBlock, s[14] + bias0);
    if (COLUMNS > 4u) {
      store(4u * (rowBlock + WY), columnBlock + WX, s[9] + bias1);
      store(4u * (rowBlock + WY) + 1u, columnBlock + WX, s[11] + bias1);
      store(4u * (rowBlock + WY) + 2u, columnBlock + WX, s[13] + bias1);
      store(4u * (rowBlock + WY) + 3u, columnBlock + WX, s[15] + bias1);
    }
  }
}
