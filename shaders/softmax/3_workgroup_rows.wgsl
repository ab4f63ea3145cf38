// 3. A workgroup for each row.
//
// From kernel 2: the lanes of a workgroup share a row, lane i taking elements i, i + WORKGROUP, ... Neighbours read
// neighbours, and one long row keeps a whole workgroup busy. Each lane has a maximum and a sum of its own; two of them
// merge as two tiles would, each sum shrunk to the larger maximum, halves with halves, log2(WORKGROUP) times.
//
// Registers: a maximum and a sum. Workgroup memory: one pair for each lane. Global memory: x twice, y once.
//
// x (rows, columns), y (rows, columns), row-major without padding. WORKGROUP is a power of two.

alias Elem = f32;
override WORKGROUP: u32 = 64u;

struct Params {
  rows: u32,
  columns: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Elem>;
@group(0) @binding(1) var<storage, read_write> y: array<Elem>;
@group(0) @binding(2) var<uniform> p: Params;

// Finite, since an implementation may assume that there are no infinities.
const LOWEST: f32 = -3.4028234e38;

// Maximum and sum of what each lane has seen.
var<workgroup> parts: array<vec2f, WORKGROUP>;

// A lane that has seen nothing has a sum of 0, whatever it is multiplied by.
fn merge(a: vec2f, b: vec2f) -> vec2f {
  let maximum = max(a.x, b.x);
  return vec2f(maximum, a.y * exp(a.x - maximum) + b.y * exp(b.x - maximum));
}

@compute @workgroup_size(WORKGROUP)
fn softmax(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = group.x + group.y * grid.x;
  if (row >= p.rows) {
    return;
  }
  let first = row * p.columns;
  var part = vec2f(LOWEST, 0.0);
  for (var i = lane; i < p.columns; i += WORKGROUP) {
    part = merge(part, vec2f(f32(x[first + i]), 1.0));
  }
  parts[lane] = part;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    // Closes read after write: the half below reads what the half above wrote in the round before.
    workgroupBarrier();
    if (lane < half) {
      parts[lane] = merge(parts[lane], parts[lane + half]);
    }
  }
  // Closes read after write: all lanes need what lane 0 has merged.
  workgroupBarrier();
  let whole = parts[0];
  for (var i = lane; i < p.columns; i += WORKGROUP) {
    y[first + i] = Elem(exp(f32(x[first + i]) - whole.x) / whole.y);
  }
}
