/** `bench roofline`: the device's roofs, and every kernel under them; a table, JSON, an exit status. */
import { Failure, Refusal, sentence } from '../core/errors.ts';
import { DTYPES, NEEDS } from '../core/format.ts';
import { missingFeature } from '../gpu/limits.ts';
import { documentHead } from '../lab/document.ts';
import { isFault } from '../lab/outcome.ts';
import { PROBE_BUDGETS, type ProbeResult } from '../lab/probe-result.ts';
import { FULL, QUICK } from '../lab/protocol.ts';
import type { Result } from '../lab/result.ts';
import { type RooflinePoint, type Runner, roofline, rooflineCount, unplaced, workOf } from '../lab/roofline.ts';
import { refuted } from '../model/roofline.ts';
import { ceilings, ROOFS } from '../probes/parts/ceilings.ts';
import { choose, type FlagSpecs, parseFlags } from './args.ts';
import { selectOperations } from './bench-request.ts';
import type { JsonTarget } from './document.ts';
import { ALLOW_LONG, ALLOW_LONG_HELP } from './long-dispatch.ts';
import { memoryTable } from './memory-table.ts';
import { callProbe } from './probe-call.ts';
import { ProgressLine } from './progress.ts';
import { rooflineTable } from './roofline-table.ts';
import { runRequests } from './run.ts';
import { screenOf } from './screen.ts';
import { EXIT, exitOf, Session, type Surroundings } from './session.ts';
import { adapterLine, asSentence } from './text.ts';

/** The operation's name that stands for the roofline. */
export const ROOFLINE = 'roofline';

const FLAGS: FlagSpecs = {
  host: {},
  adapter: {},
  limits: {},
  json: {},
  dtype: {},
  quick: { boolean: true },
  [ALLOW_LONG]: { boolean: true },
  help: { boolean: true },
};

export const ROOFLINE_HELP = `npm run bench -- roofline [OP] [flags]

Measures the roofs of the device (memory, f32 arithmetic) and places every kernel of OP, or of all operations, that
takes f32 under them: once by the bytes that the problem needs at least, once by the bytes that the kernel's requests
ask for, from a trace of it. A roof that does not prove itself, or that a kernel is above, is withheld.
With --dtype f16 the kernels are those that take f16, each under the roof of what it computes with: most of them store
f16 and compute in f32.

  --dtype f32|f16    what the data are stored as (f32); f16 needs a device with shader-f16
  --quick            small shapes, shorter samples; on a software adapter the kernels always have these
  --host NAME        chrome, dawn or deno (chrome)
  --adapter NAME     default, swiftshader or lavapipe; "default" is a hardware adapter where there is one
  --limits NAME      adapter or minimum
${ALLOW_LONG_HELP}
  --json FILE|-      writes the results as JSON; with "-" to stdout, and the tables to stderr

Exit status: 0 all that ran is correct, 1 something was wrong or failed, 2 the request was unusable, 3 there is no
adapter.
`;

export async function rooflineCommand(
  argv: readonly string[],
  around: Surroundings,
  json: JsonTarget,
): Promise<number> {
  const args = parseFlags(argv, FLAGS);
  const [, ...words] = args.positionals;
  const ops = selectOperations(ROOFLINE, words.length === 0 ? ['all'] : words, ['all']);
  const quick = args.has('quick');
  const dtype = choose(args.value('dtype') ?? 'f32', DTYPES, 'dtype');
  // A dispatch on a shape meant for GPUs takes seconds where a CPU emulates one.
  let isSmall = quick;
  const allowLong = args.has(ALLOW_LONG);
  const session = new Session(args, around);
  const progress = new ProgressLine(around.stderr);
  const points: RooflinePoint[] = [];
  const benched: Result[] = [];
  let roofs: ProbeResult | null = null;
  let error: Error | null = null;
  const sink = json.isStdout ? around.stderr : around.stdout;
  const count = rooflineCount(dtype, ops);
  const runner: Runner = {
    bench: async (requests) => {
      const results: (Result | null)[] = requests.map(() => null);
      await runRequests({ requests, budget: isSmall ? QUICK : FULL, results, allowLong }, session, {
        note: (text) => progress.note(text),
        onStep: (done, { op, kernel }, phase) => {
          progress.update(points.length + done / 2, count, `${op} ${kernel}: ${phase}`);
        },
      });
      benched.push(...results.filter((result) => result !== null));
      return results;
    },
    trace: async (request) => {
      const { result, restart } = await session.call('trace', { ...request, ...(allowLong ? { allowLong } : {}) });
      if (restart) await session.drop();
      return result;
    },
  };
  try {
    progress.note(`Opening ${session.name}...`);
    const { adapter } = await session.device();
    sink.write(`${adapterLine(session.name, adapter)}\n`);
    isSmall ||= adapter.software;
    const missing = missingFeature(NEEDS[dtype].features, new Set(session.report?.features));
    if (missing) throw missing;
    const budget = PROBE_BUDGETS[quick ? 'quick' : 'full'];
    const { result, restart, ended } = await callProbe(session, { probe: ROOFS, seed: 1, quick, budget });
    if (restart) await session.drop();
    roofs = result;
    progress.clear();
    sink.write(memoryTable(result));
    if (ended) throw ended;
    await roofline(
      runner,
      isSmall,
      (point) => {
        points.push(point);
        progress.update(points.length, count, `${point.op} ${point.kernel}: traced`);
      },
      dtype,
      ops,
    );
  } catch (thrown) {
    if (!(thrown instanceof Failure) && !(thrown instanceof Refusal)) throw thrown;
    error = thrown;
  } finally {
    progress.clear();
    await session.drop();
  }
  const measured = ceilings(roofs?.found ?? [], roofs?.rows ?? [], dtype);
  const kernels = points.flatMap((point) => workOf(point, 'compulsoryBytes') ?? []);
  const checked = refuted(measured, kernels);
  if (points.length > 0) sink.write(rooflineTable(points, checked, screenOf(sink, around.env), unplaced(dtype, ops)));
  const why = error ? asSentence(sentence(error)) : null;
  if (why !== null) around.stderr.write(`${why}\n`);
  json.write({
    ...documentHead(),
    command: ROOFLINE,
    host: session.name,
    adapter: session.report?.adapter ?? null,
    timer: session.report?.timer ?? null,
    features: session.report?.features ?? [],
    limits: session.report?.limits ?? {},
    error: why,
    results: roofs ? [roofs] : [],
    points,
    roofs: checked,
  });
  if (error) return exitOf(error);
  return benched.some(isFault) || (roofs && isFault(roofs)) ? EXIT.wrong : EXIT.correct;
}
