/** `bench OP`: every kernel of an operation verified and timed side by side; a table, JSON, an exit status. */
import { Failure, Refusal, sentence } from '../core/errors.ts';
import { OWN } from '../kernels/own/index.ts';
import { documentHead, VERSION } from '../lab/document.ts';
import { isFault } from '../lab/outcome.ts';
import type { Result } from '../lab/result.ts';
import { parseFlags } from './args.ts';
import { BENCH_FLAGS, type BenchPlan, benchPlan } from './bench-request.ts';
import type { BenchDocument, JsonTarget } from './document.ts';
import type { EditedSource } from './edited-source.ts';
import { ALLOW_LONG, ALLOW_LONG_HELP } from './long-dispatch.ts';
import { memory } from './memory.ts';
import { MEMORY } from './memory-request.ts';
import { ProgressLine } from './progress.ts';
import { RaceFile } from './race-file.ts';
import { checkAdapter, checkAlike, readEarlier, takeOver } from './resume.ts';
import { ROOFLINE, rooflineCommand } from './roofline.ts';
import { refusedBeforehand, runRequests } from './run.ts';
import { sameKernel } from './same-kernel.ts';
import { screenOf } from './screen.ts';
import { EXIT, exitOf, Session, type Surroundings } from './session.ts';
import { benchTable } from './table.ts';
import { asSentence } from './text.ts';

export const BENCH_HELP = `npm run bench -- OP [flags]

Verifies and times every kernel of an operation. OP is an operation's name, or "all". With "memory" it measures the
device itself: npm run bench -- memory --help; with "roofline" it places kernels under the device's roofs.

  --kernel ID        only this kernel: its whole name, its number, or a part that only one kernel has; may be repeated
  --shape KEY=N,...  sizes and flags of the problem, e.g. inputs=1024,neurons=4096
  --dtype f32|f16    how tensors are stored (f32)
  --set KEY=V,...    sets a knob; several values are swept, several --set as a product; shape keys can be swept too;
                     two axes are drawn as a heat map
  --source FILE      runs this WGSL in place of the kernel's own, through the same verdict; with one --kernel, whose
                     knobs, bindings and dispatches stay
                     without --kernel, a kernel of your own: FILE begins with a header (CONTRIBUTING.md)
  --beside ID        times a kernel of your own side by side with this one; may be repeated; "all" takes the ladder
  --input CASE       which seeded inputs to use (the operation's first)
  --seed N           seed of the inputs (1)
  --host NAME        chrome, dawn or deno (chrome)
  --adapter NAME     default, swiftshader or lavapipe; "default" is a hardware adapter where there is one
  --limits NAME      adapter or minimum: the adapter's own, or WebGPU's guaranteed limits and no optional
                     feature, as on the least device there is (adapter)
  --samples N        timed samples for each variant; 0 verifies only
  --no-race          0_auto goes by its rules; otherwise it lets the likeliest kernels race for some seconds when it
                     first meets a kind of shape on this adapter, and keeps the outcome in .cache/race.json
  --quick            small shapes and shorter samples: under a minute for one operation
  --repeat-kernel N  one kernel under N names, timed side by side: counts the comparisons that say it differs from
                     itself, which are all false; --tries M does so M times
${ALLOW_LONG_HELP}
  --json FILE|-      writes the results as JSON; with "-" to stdout, and the table to stderr
                     (npm prints two lines of its own there unless it is called as npm run --silent)
  --resume FILE      goes on from an earlier JSON file of the same host and adapter: runs only what it lacks or what
                     failed in it, and writes the whole to --json, or back to FILE

Exit status: 0 all that ran is correct, or a lesson that is wrong by design and came out so, 1 something was wrong or
failed, 2 the request was unusable or all was refused, 3 there is no adapter.
`;

/** Seconds between two drafts of the JSON file: what a killed process leaves behind. */
const DRAFT_EVERY_MS = 3000;

export async function bench(argv: readonly string[], around: Surroundings, json: JsonTarget): Promise<number> {
  if (argv[0] === MEMORY) return memory(argv, around, json);
  if (argv[0] === ROOFLINE) return rooflineCommand(argv, around, json);
  const args = parseFlags(argv, BENCH_FLAGS);
  const session = new Session(args, around);
  const plan = benchPlan(args);
  if (args.has('repeat-kernel')) return sameKernel(args, plan, session, around, json);
  if (args.has('tries')) throw new Refusal('--tries needs --repeat-kernel N: how many names the kernel runs under.');
  const { requests, budget, edited } = plan;
  const allowLong = args.has(ALLOW_LONG);
  const from = args.value('resume');
  const earlier = from === undefined ? null : readEarlier(from, VERSION);
  if (from !== undefined && earlier) checkAlike(from, earlier, { host: session.name, budget });
  let results = requests.map(refusedBeforehand);
  let others: readonly Result[] = [];
  const progress = new ProgressLine(around.stderr);
  const documentOf = (error: string | null): BenchDocument => ({
    ...documentHead(),
    host: session.name,
    adapter: session.report?.adapter ?? null,
    timer: session.report?.timer ?? null,
    error,
    budget,
    results: [...made(results, edited), ...others],
  });
  let error: Error | null = null;
  try {
    if (from !== undefined && earlier) {
      progress.note(`Opening ${session.name}...`);
      const { adapter } = await session.device();
      checkAdapter(from, earlier, adapter);
      const taken = takeOver(earlier, requests, budget, allowLong);
      results = results.map((result, at) => result ?? taken.results[at]);
      others = taken.others;
      json.unseal();
      progress.note(takenText(from, taken.results.filter((result) => result !== null).length, plan, others.length));
    }
    const drafts = new Drafts(json, progress);
    const races = args.has('no-race') ? {} : { races: new RaceFile(around.root) };
    await runRequests({ requests, budget, results, ...races, allowLong }, session, {
      note: (text) => progress.note(text),
      onStep: (done, { op, kernel }, phase) => progress.update(done, requests.length, `${op} ${kernel}: ${phase}`),
      onResult: () => {
        const { length } = made(results, edited);
        if (length < requests.length) {
          drafts.offer(() => documentOf(`Unfinished: ${length} of ${requests.length} results; go on with --resume.`));
        }
      },
      onCall: (op, count) => {
        const { length } = made(results, edited);
        if (length === requests.length) return;
        progress.milestone(length, requests.length, `${op}: ${count} ${count === 1 ? 'result' : 'results'}`);
      },
    });
  } catch (thrown) {
    // Before the earlier results are taken over there is nothing to report and nothing to write.
    const isOurs = thrown instanceof Failure || thrown instanceof Refusal;
    if (!isOurs || (earlier && json.isSealed)) throw thrown;
    error = thrown;
  } finally {
    progress.clear();
    await session.drop();
  }
  const done = made(results, edited);
  const document = documentOf(error ? asSentence(sentence(error)) : null);
  if (done.length > 0) {
    const sink = json.isStdout ? around.stderr : around.stdout;
    const { sweeps } = plan;
    sink.write(
      benchTable({ ...document, results: done }, { screen: screenOf(sink, around.env), sweeps, file: json.file }),
    );
  }
  json.write(document);
  if (error) around.stderr.write(`${asSentence(sentence(error))}${resumeHint(error, json, done, plan)}\n`);
  return error ? exitOf(error) : statusOf(done);
}

/** The results that there are; hosts know the text of an edited kernel and not its file. */
function made(results: readonly (Result | null)[], edited: EditedSource | null): Result[] {
  const there = results.filter((result) => result !== null);
  if (!edited) return there;
  // Beside a kernel of the user's own, those of the registry ran as saved.
  const isOwn = there.some(({ kernel }) => kernel === OWN);
  return there.map((result) => (isOwn && result.kernel !== OWN ? result : { ...result, source: edited }));
}

function takenText(from: string, taken: number, { requests }: BenchPlan, others: number): string {
  const kept = others > 0 ? ` Its ${others} other results stay in the document.` : '';
  return `${taken} of ${requests.length} results are taken from ${from}.${kept}`;
}

function resumeHint(error: Error, json: JsonTarget, done: readonly Result[], { requests }: BenchPlan): string {
  const isInterrupt = error instanceof Failure && error.code === 'cancelled';
  if (!isInterrupt || json.file === undefined || done.length === requests.length) return '';
  return ` ${done.length} of ${requests.length} results are in ${json.file}: --resume ${json.file} runs the rest.`;
}

function statusOf(results: readonly Result[]): number {
  if (results.some(isFault)) return EXIT.wrong;
  // A lesson that is wrong as it is meant to be is as good as a correct kernel.
  return results.some(({ status }) => status !== 'refused') ? EXIT.correct : EXIT.unusable;
}

/** What there is so far, written every few seconds, so that a process that is killed leaves a file to resume from. */
class Drafts {
  private last = performance.now();
  private hasFailed = false;

  constructor(
    private readonly json: JsonTarget,
    private readonly progress: ProgressLine,
  ) {}

  offer(document: () => BenchDocument): void {
    if (this.hasFailed || performance.now() - this.last < DRAFT_EVERY_MS) return;
    try {
      this.json.writeDraft(document());
    } catch (error) {
      // The work goes on: the table still comes, and the file may be writable again by then.
      this.hasFailed = true;
      this.progress.note(asSentence(sentence(error)));
    }
    this.last = performance.now();
  }
}
