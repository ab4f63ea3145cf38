/**
 * The arithmetic roof of an adapter: chains of independent f32 multiply-adds that load nothing and store once.
 *
 *     VK_DRIVER_FILES=path/of/icd.json node bench/roof.mjs [--json FILE]
 *
 * A chain is x = fma(x, a, b) with a and b from memory, so that nothing folds; the chains of a lane depend on nothing but
 * themselves, and more of them hide more of an instruction's latency, until the registers are full. More steps of all
 * chains in the body of the loop leave less to the loop itself, which is dear on software adapters: the mask of active
 * lanes, and a copy of all that one iteration hands to the next. The rate is by processor time: what the threads of this
 * process spent, divided by the number of processors, so that a busy machine tells about the same as an idle one (Linux
 * only). The highest is the roof.
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { create, globals } from 'webgpu';

const CHAINS = [8, 16, 24, 32];
/** Steps of all chains in the body of the loop. */
const UNROLLED = [1, 4, 8, 16];
const STEPS = 1024;
const [WORKGROUP, WORKGROUPS] = [64, 512];
const ROUNDS = 7;

function shader(chains, unrolled) {
  const each = (line) => Array.from({ length: chains }, (_, i) => line(i)).join('\n');
  const step = each((i) => `    x${i} = fma(x${i}, a, b);`);
  return `
@group(0) @binding(0) var<storage, read> factors: array<f32>;
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let a = factors[0];
  let b = factors[1];
${each((i) => `  var x${i} = f32(id.x + ${i}u);`)}
  for (var i = 0u; i < ${STEPS / unrolled}u; i++) {
${Array(unrolled).fill(step).join('\n')}
  }
  sums[id.x] = ${Array.from({ length: chains }, (_, i) => `x${i}`).join(' + ')};
}`;
}

/** Nanoseconds on a processor of all threads but the one that waits. */
function processorNs() {
  let total = 0;
  for (const thread of readdirSync('/proc/self/task')) {
    if (Number(thread) === process.pid) continue;
    try {
      total += Number(readFileSync(`/proc/self/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      // It has ended.
    }
  }
  return total;
}

/** Nothing is measured for a mistake in the command line. */
function end(text, status = 2) {
  process.stderr.write(`${text}\n`);
  process.exit(status);
}

const [flag, file, ...more] = process.argv.slice(2);
if (flag !== undefined && (flag !== '--json' || file === undefined || more.length > 0))
  end(`node bench/roof.mjs takes --json FILE, and got "${process.argv.slice(2).join(' ')}".`);
const isFolder = (path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
if (file !== undefined && (isFolder(file) || !isFolder(dirname(resolve(file)))))
  end(`--json cannot write ${file}: name a file in a folder that is there.`);

Object.assign(globalThis, globals);
// Kept in a global: the process crashes when the garbage collector takes it.
globalThis.dawn = create([]);
const adapter = await globalThis.dawn.requestAdapter();
if (!adapter) end('There is no adapter; name a driver in VK_DRIVER_FILES.', 3);
const device = await adapter.requestDevice();
const storage = GPUBufferUsage.STORAGE;
const factors = device.createBuffer({ size: 8, usage: storage | GPUBufferUsage.COPY_DST });
device.queue.writeBuffer(factors, 0, new Float32Array([0.999, 0.5]));
const sums = device.createBuffer({ size: 4 * WORKGROUP * WORKGROUPS, usage: storage });

const cases = [];
for (const chains of CHAINS) {
  for (const unrolled of UNROLLED) {
    const module = device.createShaderModule({ code: shader(chains, unrolled) });
    const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
    const entries = [factors, sums].map((buffer, binding) => ({ binding, resource: { buffer } }));
    const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    cases.push({ chains, unrolled, pipeline, group, least: Number.POSITIVE_INFINITY });
  }
}

for (let round = 0; round <= ROUNDS; round++) {
  for (const one of cases) {
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    pass.setPipeline(one.pipeline);
    pass.setBindGroup(0, one.group);
    pass.dispatchWorkgroups(WORKGROUPS);
    pass.end();
    const before = processorNs();
    device.queue.submit([encoder.finish()]);
    await device.queue.onSubmittedWorkDone();
    // The first round compiles.
    if (round > 0) one.least = Math.min(one.least, (processorNs() - before) / availableParallelism());
  }
}

const say = (line) => process.stdout.write(`${line}\n`);
const { vendor, architecture, description } = adapter.info;
say([vendor, architecture, description].filter(Boolean).join(', '));
say(`GFLOP/s    ${UNROLLED.map((unrolled) => `${unrolled} a loop`.padStart(10)).join('')}`);
for (const chains of CHAINS) {
  const rates = cases
    .filter((one) => one.chains === chains)
    .map(({ least }) => ((2 * chains * STEPS * WORKGROUP * WORKGROUPS) / least).toFixed(1).padStart(10));
  say(`${String(chains).padStart(4)} chains${rates.join('')}`);
}
if (file !== undefined) {
  const rate = ({ chains, least }) => (2 * chains * STEPS * WORKGROUP * WORKGROUPS) / least;
  const best = cases.reduce((a, b) => (rate(b) > rate(a) ? b : a));
  const { chains, unrolled } = best;
  const roof = { adapter: description, unit: 'GFLOP/s', value: Number(rate(best).toPrecision(3)), chains, unrolled };
  try {
    writeFileSync(file, `${JSON.stringify({ createdAt: new Date().toISOString(), ...roof }, null, 2)}\n`);
  } catch (error) {
    end(`--json cannot write ${file}: ${error.message}.`);
  }
}
process.exit(0);
