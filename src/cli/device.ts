/** `device`: the adapter, what it can do, and how finely it tells the time; or why there is none. */
import { Failure, Refusal, sentence } from '../core/errors.ts';
import { withCommas } from '../core/words.ts';
import { documentHead } from '../lab/document.ts';
import type { DeviceReport } from '../lab/result.ts';
import { parseFlags } from './args.ts';
import type { JsonTarget } from './document.ts';
import { measureDevice } from './memory.ts';
import { DEVICE_FLAGS, fingerprintPlan } from './memory-request.ts';
import { EXIT, exitOf, Session, type Surroundings } from './session.ts';
import { adapterLine, asSentence, duration, wrap } from './text.ts';

export const DEVICE_HELP = `npm run device -- [flags]

Says which WebGPU adapter there is, its features and limits, and its timer's quantum.

  --fingerprint    measures the device too: latency and bandwidth by working set, roofs, workgroup memory, alignment,
                   launches and grids, in under a minute; whatever there is no time for is withheld
  --thorough       the same with larger sets and longer samples, in five minutes at most
  --seconds N      stops measuring after N seconds (55; with --thorough 300)
  --host NAME      chrome, dawn or deno (chrome)
  --adapter NAME   default, swiftshader or lavapipe; "default" is a hardware adapter where there is one
  --limits NAME    adapter or minimum: the adapter's own, or WebGPU's guaranteed limits and no optional
                   feature, as on the least device there is (adapter)
  --json FILE|-    writes the same as JSON; with "-" to stdout, and the text to stderr
                   (npm prints two lines of its own there unless it is called as npm run --silent)

Exit status: 0 there is a device, and what was measured was right, 1 it was not, 2 the request was unusable, 3 there is
no adapter.
`;

export async function device(argv: readonly string[], around: Surroundings, json: JsonTarget): Promise<number> {
  if (argv.includes('--fingerprint')) {
    return measureDevice('fingerprint', () => parseFlags(argv, DEVICE_FLAGS), fingerprintPlan, around, json);
  }
  const args = parseFlags(argv, DEVICE_FLAGS);
  if (args.positionals.length > 0) throw new Refusal(`device takes only flags, not "${args.positionals[0]}".`);
  const foreign = ['thorough', 'seconds'].find((flag) => args.has(flag));
  if (foreign !== undefined) throw new Refusal(`--${foreign} belongs to --fingerprint.`);
  const session = new Session(args, around);
  let report: DeviceReport | null = null;
  let failure: Failure | null = null;
  try {
    report = await session.device();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    failure = error;
  } finally {
    await session.drop();
  }
  const reason = failure ? asSentence(sentence(failure)) : null;
  if (report) (json.isStdout ? around.stderr : around.stdout).write(text(session.name, report));
  if (reason !== null) around.stderr.write(`${reason}\n`);
  json.write({ ...documentHead(), command: 'device', host: session.name, device: report, error: reason });
  return failure ? exitOf(failure) : EXIT.correct;
}

function text(host: string, report: DeviceReport): string {
  const { adapter, timer, subgroupSizes, features, limits } = report;
  const sizes =
    adapter.subgroupMaxSize > 0 ? `${adapter.subgroupMinSize} to ${adapter.subgroupMaxSize}` : 'not reported';
  const floor = timer.floorNs === null ? 'below what the timer resolves' : duration(timer.floorNs);
  const width = Math.max(...Object.keys(limits).map((name) => name.length));
  const lines = [
    adapterLine(host, adapter),
    `Vendor ${adapter.vendor || 'not reported'}, architecture ${adapter.architecture || 'not reported'}, device ${adapter.device || 'not reported'}`,
    `Subgroup size: ${sizes}; ${subgroupSizes.length > 0 ? `${subgroupSizes.join(', ')} where a kernel counted` : 'none ran'}`,
    ...(adapter.subgroupMatrices
      ? wrap(`Subgroup matrices (factors, sums, rows x columns x terms): ${adapter.subgroupMatrices.join(', ')}`)
      : []),
    timer.source === 'gpu'
      ? `Timer: timestamp queries, quantum ${duration(timer.quantumNs)}; an empty dispatch takes ${floor}`
      : `Timer: wall time, since the device has no timestamp queries; quantum ${duration(timer.quantumNs)}`,
    ...wrap(`Features: ${features.join(', ') || 'none'}`),
    'Limits:',
    ...Object.entries(limits).map(([name, value]) => `  ${name.padEnd(width)}  ${withCommas(value)}`),
  ];
  return `${lines.join('\n')}\n`;
}
