// 4. Vector loads, and one exponential for four elements' rescaling.
//
// From kernel 3: x is read as vec4, and four elements are merged at once: one maximum, one rescaling, four exponentials
// that do not wait for one another. Rows are padded up to a whole vector; the elements past the end count for nothing.
//
// Registers: a maximum and a sum. Workgroup memory: one pair for each lane. Global memory: x twice, y once, x in a
// quarter of the loads.
//
// x (rows, columns) with pitch `vectors` in vec4s, y (rows, columns) without padding. WORKGROUP is a power of two.

alias Elem = f32;
alias Elem4 = vec4<f32>;
override WORKGROUP: u32 = 64u;

struct Params {
  rows: u32,
  columns: u32,
  vectors: u32,
}

@group(0) @binding(0) var<storage, read> x: array<Elem4>;
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
fn softmax(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let row = group.x + group.y * grid.x;
  if (row >= p.rows) {
    return;
  }
  var maximum = LOWEST;
  var sum = 0.0;
  for (var i = lane; i < p.vectors; i += WORKGROUP) {
    let isElement = vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u) < vec4u(p.columns);
    let scores = select(vec4f(LOWEST), vec4f(x[row * p.vectors + i]), isElement);
    let raised = max(maximum, max(max(scores.x, scores.y), max(scores.z, scores.w)));
    let weights = select(vec4f(), exp(scores - raised), isElement);
    sum = sum * exp(maximum - raised) + ((weights.x + weights.y) + (weights.z + weights.w));
    maximum = raised;
  }
  parts[lane] = vec2f(maximum, sum);
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
  let share = 1.0 / whole.y;
  for (var i = lane; i < p.vectors; i += WORKGROUP) {
    let probabilities = exp(vec4f(x[row * p.vectors + i]) - whole.x) * share;
    store(row, 4u * i, probabilities);
  }
}
