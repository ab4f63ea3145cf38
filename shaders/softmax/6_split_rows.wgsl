// 6. Long rows split over workgroups.
//
// From kernel 4: a vocabulary of 128,000 tokens is one row, and one workgroup leaves the device idle. Every SPLIT
// vectors are a workgroup's own: it writes their maximum and sum; a second pass merges all parts of a row, in every
// workgroup anew since they are few, and writes the probabilities. Its look at x comes from the cache where x fits.
//
// Registers: a maximum and a sum. Workgroup memory: one pair for each lane. Global memory: x twice, y once, and one
// pair for each part, written once and read by every workgroup of its row.
//
// x (rows, columns) with pitch `vectors` in vec4s, y (rows, columns) without padding. WORKGROUP is a power of two.

alias Elem = f32;
alias Elem4 = vec4<f32>;
override WORKGROUP: u32 = 64u;
// Vectors of one part, and parts of a row.
override SPLIT: u32 = 256u;
override SPLITS: u32 = 1u;

struct Params {
  rows: u32,
  columns: u32,
  vectors: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Elem4>;
@group(0) @binding(1) var<storage, read_write> y: array<Elem>;
@group(0) @binding(2) var<uniform> p: Params;
// Maximum and sum of each part of each row.
@group(0) @binding(3) var<storage, read_write> partial: array<vec2f>;

// Finite, since an implementation may assume that there are no infinities.
const LOWEST: f32 = -3.4028234e38;

// Maximum and sum of what each lane has seen.
var<workgroup> parts: array<vec2f, WORKGROUP>;

// A part that has seen nothing has a sum of 0, whatever it is multiplied by.
fn merge(a: vec2f, b: vec2f) -> vec2f {
  let maximum = max(a.x, b.x);
  return vec2f(maximum, a.y * exp(a.x - maximum) + b.y * exp(b.x - maximum));
}

// What all lanes have seen together.
fn merged(lane: u32, part: vec2f) -> vec2f {
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
  return parts[0];
}

// Four elements of a row, those past its end left out.
fn store(row: u32, column: u32, values: vec4f) {
  let at = row * p.columns + column;
  y[at] = Elem(values.x);
  if (column + 1u < p.columns) {
    y[at + 1u] = Elem(values.y);
  }
  if (column + 2u < p.columns) {
    y[at + 2u] = Elem(values.z);
  }
  if (column + 3u < p.columns) {
    y[at + 3u] = Elem(values.w);
  }
}

@compute @workgroup_size(WORKGROUP)
fn sumParts(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let part = group.x + group.y * grid.x;
  let row = part / SPLITS;
  if (row >= p.rows) {
    return;
  }
  let first = part % SPLITS * SPLIT;
  var maximum = LOWEST;
  var sum = 0.0;
  for (var i = first + lane; i < min(first + SPLIT, p.vectors); i += WORKGROUP) {
    let isElement = vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) < vec4u(p.columns);
    let scores = select(vec4f(LOWEST), vec4f(x[row * p.vectors + i]), isElement);
    let raised = max(maximum, max(max(scores.x, scores.y), max(scores.z, scores.w)));
    let weights = select(vec4f(), exp(scores - raised), isElement);
    sum = sum * exp(maximum - raised) + ((weights.x + weights.y) + (weights.z + weights.w));
    maximum = raised;
  }
  let whole = merged(lane, vec2f(maximum, sum));
  if (lane == 0u) {
    partial[part] = whole;
  }
}

@compute @workgroup_size(WORKGROUP)
fn divide(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let part = group.x + group.y * grid.x;
  let row = part / SPLITS;
  if (row >= p.rows) {
    return;
  }
  var seen = vec2f(LOWEST, 0.0);
  for (var i = lane; i < SPLITS; i += WORKGROUP) {
    seen = merge(seen, partial[row * SPLITS + i]);
  }
  let whole = merged(lane, seen);
  let share = 1.0 / whole.y;
  let first = part % SPLITS * SPLIT;
  for (var i = first + lane; i < min(first + SPLIT, p.vectors); i += WORKGROUP) {
    let probabilities = exp(vec4f(x[row * p.vectors + i]) - whole.x) * share;
    store(row, 4u * i, probabilities);
  }
}
