/** `tune OP`: the fastest kernel and knobs for one problem on this adapter, found in a bounded time. */
import { Failure, Refusal, sentence } from '../core/errors.ts';
import { describeAdapter, normaliseAdapter, shapeClass, type TunedEntry } from '../kernels/tuned.ts';
import { capabilitiesOf } from '../lab/capabilities.ts';
import { documentHead } from '../lab/document.ts';
import { planRequest } from '../lab/plan.ts';
import { type Budget, FULL, QUICK, type Request } from '../lab/protocol.ts';
import type { AdapterReport, Result } from '../lab/result.ts';
import { eligible, spaceOf, speedOf, type Tuned, tunable, tune as tuneKernels } from '../lab/tune.ts';
import { parseFlags } from './args.ts';
import type { JsonTarget } from './document.ts';
import { ALLOW_LONG_HELP } from './long-dispatch.ts';
import { ProgressLine } from './progress.ts';
import { runRequests, type Watcher } from './run.ts';
import { screenOf } from './screen.ts';
import { EXIT, exitOf, Session, type Surroundings } from './session.ts';
import { asSentence, duration } from './text.ts';
import type { TuneDocument } from './tune-document.ts';
import { TUNE_FLAGS, type TunePlan, tunePlan } from './tune-request.ts';
import { tuneTable } from './tune-table.ts';
import { TunedFile } from './tuned-file.ts';

export const TUNE_HELP = `npm run tune -- OP [flags]

Looks for the fastest kernel and knobs for one problem on this adapter: starts from every kernel's defaults, climbs
knob by knob, starts again at random places, and in the end compares the best with the defaults side by side. Every
configuration is verified before it is timed; a wrong one never wins. A driver may take seconds to compile each: the
limit decides how many are tried.

  --shape KEY=N,...  sizes and flags of the problem, e.g. m=1024,n=1024,k=1024
  --dtype f32|f16    how tensors are stored (f32)
  --kernel ID        only this kernel: its whole name, its number, or a part that only one kernel has; may be repeated
  --limit SECONDS    how long to look (60); opening the adapter and the comparison at the end come on top
  --set KEY=V        how the data lie (layout, pitch, offset): given, not tuned; may be repeated
  --input CASE       which seeded inputs to use (the operation's first)
  --seed N           seed of the inputs and of the search (1)
  --host NAME        chrome, dawn or deno (chrome)
  --adapter NAME     default, swiftshader or lavapipe; "default" is a hardware adapter where there is one
  --json FILE|-      writes all that was measured as JSON; with "-" to stdout, and the table to stderr
                     (npm prints two lines of its own there unless it is called as npm run --silent)
  --save             keeps the winner in bench/tuned.json, by adapter and class of shapes, for the kernels that choose
                     (without the repository: in tuned.json of the working folder)
${ALLOW_LONG_HELP}

Exit status: 0 there is a winner and all that ran is correct, 1 something was wrong or failed, 2 the request was
unusable or nothing could be timed, 3 there is no adapter.
`;

/** Few samples while looking, more for what is reported and kept. */
const SEARCH: Budget = { ...QUICK, samples: 3, sampleMs: FULL.sampleMs };
const FINAL: Budget = { ...FULL, limitMs: QUICK.limitMs, referenceCost: QUICK.referenceCost };

export async function tune(argv: readonly string[], around: Surroundings, json: JsonTarget): Promise<number> {
  const args = parseFlags(argv, TUNE_FLAGS);
  const session = new Session(args, around);
  const plan = tunePlan(args);
  const file = args.has('save') ? new TunedFile(around.root) : null;
  const progress = new ProgressLine(around.stderr);
  const search = new Search(plan, session, progress);
  let tuned: Tuned | null = null;
  let winner: TunedEntry | null = null;
  let savedIn: string | null = null;
  let error: Error | null = null;
  try {
    tuned = await search.run();
    winner = session.report ? entryOf(tuned, plan, session.report.adapter) : null;
    savedIn = winner && file ? file.save(winner) : null;
  } catch (thrown) {
    if (!(thrown instanceof Failure) && !(thrown instanceof Refusal)) throw thrown;
    error = thrown;
  } finally {
    progress.clear();
    await session.drop();
  }
  const document: TuneDocument = {
    ...documentHead(),
    command: 'tune',
    host: session.name,
    adapter: session.report?.adapter ?? null,
    timer: session.report?.timer ?? null,
    error: error ? asSentence(sentence(error)) : null,
    problem: { ...plan.problem, shapeClass: shapeClass(plan.problem.op, plan.problem.shape) },
    search: {
      kernels: plan.kernels.map(({ id }) => id),
      space: spaceOf(plan.kernels),
      measured: search.results.length,
      limitSeconds: plan.limitSeconds,
      seconds: search.seconds,
      timeUp: tuned?.timeUp ?? false,
    },
    winner,
    gain: tuned?.gain ?? null,
    savedIn,
    finals: tuned?.finals ?? [],
    results: tuned?.results ?? [...search.results].sort((a, b) => speedOf(b) - speedOf(a)),
  };
  if (document.results.length > 0) {
    const sink = json.isStdout ? around.stderr : around.stdout;
    sink.write(tuneTable(document, tuned, screenOf(sink, around.env)));
  }
  json.write(document);
  if (error) around.stderr.write(`${asSentence(sentence(error))}\n`);
  if (error) return exitOf(error);
  const faults = [...document.results, ...document.finals].filter(({ status }) => status !== 'correct');
  if (faults.some(({ status }) => status !== 'refused')) return EXIT.wrong;
  return winner ? EXIT.correct : EXIT.unusable;
}

/** One search on a session's host, in its time. */
class Search {
  /** All that was measured so far, the comparison at the end not counted. */
  readonly results: Result[] = [];
  private started = performance.now();
  private ended: number | null = null;

  constructor(
    private readonly plan: TunePlan,
    private readonly session: Session,
    private readonly progress: ProgressLine,
  ) {}

  /** How long the search took. */
  get seconds(): number {
    return Math.round((this.ended ?? performance.now()) - this.started) / 1000;
  }

  /** Throws a `Refusal` where the device takes nothing of it, and what ends the host. */
  async run(): Promise<Tuned> {
    const { plan, session, progress } = this;
    progress.note(`Opening ${session.name}...`);
    const device = capabilitiesOf(await session.device());
    const runs = eligible(device);
    const limitMs = 1000 * plan.limitSeconds;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), limitMs);
    this.started = performance.now();
    try {
      const tuned = await tuneKernels(plan.kernels, plan.base, {
        seed: plan.problem.seed,
        limitMs,
        now: () => performance.now(),
        runs,
        measure: (requests, round) =>
          round === 'search' ? this.search(requests, deadline.signal) : this.compare(requests),
        onProgress: (_, best) => this.show(best),
      });
      // Nothing ran at all: the rule that stands against the first is what a reader can mend.
      if (tuned.results.length === 0 && !tuned.timeUp) {
        planRequest({ ...plan.base, kernel: plan.kernels[0].id }, device);
        throw new Refusal(
          'None of these kernels may win: they keep their sums in f16, so they are fast at the cost of accuracy.',
        );
      }
      if (tuned.results.length === 0) {
        throw new Refusal(`Nothing could be measured within ${plan.limitSeconds} s: give a longer --limit.`);
      }
      return tuned;
    } finally {
      clearTimeout(timer);
      this.ended ??= performance.now();
    }
  }

  /** Cut short when the time is up: what it did not come to is null. */
  private async search(requests: readonly Request[], deadline: AbortSignal): Promise<(Result | null)[]> {
    const results: (Result | null)[] = requests.map(() => null);
    try {
      const watcher: Watcher = {
        note: (text) => this.progress.note(text),
        onStep: () => this.show(fastest(this.results)),
      };
      await runRequests(
        { requests, budget: SEARCH, results, allowLong: this.plan.allowLong },
        this.session,
        watcher,
        deadline,
      );
    } catch (error) {
      const isTimeUp = error instanceof Failure && error.code === 'cancelled' && !this.session.interrupted;
      if (!isTimeUp) throw error;
    } finally {
      this.results.push(...results.filter((result) => result !== null));
    }
    return results;
  }

  private async compare(requests: readonly Request[]): Promise<(Result | null)[]> {
    this.ended = performance.now();
    this.progress.note(`Comparing ${requests.length} configurations side by side...`);
    const results: (Result | null)[] = requests.map(() => null);
    const watcher: Watcher = {
      note: (text) => this.progress.note(text),
      onStep: (_, { kernel }, phase) => this.progress.update(1, 1, `compare ${kernel}: ${phase}`),
    };
    await runRequests({ requests, budget: FINAL, results, allowLong: this.plan.allowLong }, this.session, watcher);
    return results;
  }

  private show(best: Result | null): void {
    const { results, plan, progress, seconds } = this;
    const leader = best?.time?.medianNs ? `, best ${best.kernel} ${duration(best.time.medianNs)}` : '';
    const text = `tune ${plan.problem.op}: ${results.length} measured${leader}`;
    progress.update(Math.min(seconds, plan.limitSeconds), plan.limitSeconds, text);
  }
}

function fastest(results: readonly Result[]): Result | null {
  const timed = results.filter((result) => speedOf(result) > 0);
  return timed.length === 0 ? null : timed.reduce((a, b) => (speedOf(a) >= speedOf(b) ? a : b));
}

/** The winner as an entry; null where there is none. */
function entryOf(
  { best, baseline, gain }: Tuned,
  { kernels, problem }: TunePlan,
  adapter: AdapterReport,
): TunedEntry | null {
  const kernel = kernels.find(({ id }) => id === best?.kernel);
  if (!best || !kernel) return null;
  return {
    adapter: normaliseAdapter(describeAdapter(adapter)),
    op: problem.op,
    shapeClass: shapeClass(problem.op, problem.shape),
    dtype: problem.dtype,
    kernel: kernel.id,
    knobs: Object.fromEntries(tunable(kernel).map(({ key }) => [key, best.knobs[key]])),
    shape: problem.shape,
    ratioToDefault: baseline ? Number((1 / (gain?.ratio ?? 1)).toFixed(3)) : null,
    date: new Date().toISOString().slice(0, 10),
  };
}
