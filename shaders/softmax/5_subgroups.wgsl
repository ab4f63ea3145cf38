enable subgroups;
// 5. Subgroups merge in registers.
//
// From kernel 4: the lanes of a subgroup agree on their maximum with one instruction and add their sums with another;
// one pair for each subgroup goes through workgroup memory, behind a single barrier. How many lanes a subgroup has is
// the device's affair: each subgroup elects one lane, and that lane takes the next free slot. The slots are filled in
// whatever order subgroups finish, so the last bits of the sum may differ from run to run.
//
// Registers: a maximum and a sum. Workgroup memory: one pair for each subgroup. Global memory: as in kernel 4.
//
// x (rows, columns) with pitch `vectors` in vec4s, y (rows, columns) without padding.

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

// Maximum and sum of what each subgroup has seen; a subgroup of a single lane is the worst case.
var<workgroup> parts: array<vec2f, WORKGROUP>;
var<workgroup> filled: atomic<u32>;

// A part that has seen nothing has a sum of 0, whatever it is multiplied by.
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
  let raised = subgroupMax(maximum);
  let total = subgroupAdd(sum * exp(maximum - raised));
  if (subgroupElect()) {
    parts[atomicAdd(&filled, 1u)] = vec2f(raised, total);
  }
  // Closes read after write: all lanes read what the other subgroups have put in their slots.
  workgroupBarrier();
  var whole = parts[0];
  for (var slot = 1u; slot < atomicLoad(&filled); slot++) {
    whole = merge(whole, parts[slot]);
  }
  let share = 1.0 / whole.y;
  for (var i = lane; i < p.vectors; i += WORKGROUP) {
    let probabilities = exp(vec4f(x[row * p.vectors + i]) - whole.x) * share;
    store(row, 4u * i, probabilities);
  }
}
