/** `bench OP`: every kernel of an operation verified and timed side by side; a table, JSON, an exit status. */
import { Failure, Refusal, sentence } from '../core/errors.ts';
import { unmade } from '../lab/outcome.ts';
import { resolve } from '../lab/plan.ts';
import type { Progress, Request } from '../lab/protocol.ts';
import type { Result, ResultDocument } from '../lab/result.ts';
import { parseFlags } from './args.ts';
import { BENCH_FLAGS, type BenchPlan, benchPlan } from './bench-request.ts';
import { documentHead, type JsonTarget } from './document.ts';
import { ProgressLine } from './progress.ts';
import { EXIT, exitOf, Session, type Surroundings } from './session.ts';
import { asSentence, benchTable } from './table.ts';

export const BENCH_HELP = `npm run bench -- OP [flags]

Verifies and times every kernel of an operation. OP is an operation's name, or "all".

  --kernel ID        only this kernel: its whole name, its number, or a part that only one kernel has; may be repeated
  --shape KEY=N,...  sizes and flags of the problem, e.g. inputs=1024,neurons=4096
  --dtype f32|f16    how tensors are stored (f32)
  --set KEY=V,...    sets a knob; several values are swept, several --set as a product; shape keys can be swept too
  --input CASE       which seeded inputs to use (the operation's first)
  --seed N           seed of the inputs (1)
  --host NAME        chrome, dawn or deno (chrome)
  --adapter NAME     default, swiftshader or lavapipe; "default" is a hardware adapter where there is one
  --samples N        timed samples for each variant; 0 verifies only
  --quick            small shapes and few samples: under a minute for one operation
  --json FILE|-      writes the results as JSON; with "-" to stdout, and the table to stderr
                     (npm prints two lines of its own there unless it is called as npm run --silent)

Exit status: 0 all that ran is correct, 1 something was wrong or failed, 2 the request was unusable or all was refused,
3 there is no adapter.
`;

interface Progressed {
  readonly results: (Result | null)[];
  /** Why the work ended early; null where it did not. */
  readonly error: Error | null;
}

export async function bench(argv: readonly string[], around: Surroundings, json: JsonTarget): Promise<number> {
  const args = parseFlags(argv, BENCH_FLAGS);
  const session = new Session(args, around);
  const plan = benchPlan(args);
  const { results, error } = await run(plan, session, around);
  const made = results.filter((result): result is Result => result !== null);
  const document: ResultDocument & { error: string | null } = {
    ...documentHead(),
    host: session.name,
    adapter: session.report?.adapter ?? null,
    timer: session.report?.timer ?? null,
    error: error ? asSentence(sentence(error)) : null,
    results: made,
  };
  if (made.length > 0) (json.isStdout ? around.stderr : around.stdout).write(benchTable(document));
  json.write(document);
  if (error) around.stderr.write(`${asSentence(sentence(error))}\n`);
  return error ? exitOf(error) : statusOf(made);
}

function statusOf(results: readonly Result[]): number {
  if (results.some(({ status }) => status === 'wrong' || status === 'failed')) return EXIT.wrong;
  return results.some(({ status }) => status === 'correct') ? EXIT.correct : EXIT.unusable;
}

/** What no device can make right is refused before a host is started for it. */
function refusedBeforehand(request: Request): Result | null {
  try {
    resolve(request);
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return unmade(request, error);
  }
}

function problemOf({ op, shape, dtype }: Request): string {
  return JSON.stringify([op, shape, dtype]);
}

async function run({ requests, budget }: BenchPlan, session: Session, around: Surroundings): Promise<Progressed> {
  const results = requests.map(refusedBeforehand);
  const progress = new ProgressLine(around.stderr);
  const open = (): number[] => requests.flatMap((_, index) => (results[index] ? [] : [index]));
  try {
    for (let left = open(); left.length > 0; left = open()) {
      // One problem a call: its variants are timed side by side, and an interrupt loses no other problem's results.
      const [first] = left;
      await runSome(left.filter((index) => problemOf(requests[index]) === problemOf(requests[first])));
      const made = left.length - open().length;
      if (made === 0) throw new Failure('internal', 'The host gave back not a single result');
      const behind = results.filter((result) => result !== null).length;
      if (made < left.length)
        progress.milestone(
          behind,
          requests.length,
          `${requests[first].op}: ${made} ${made === 1 ? 'result' : 'results'}`,
        );
    }
    return { results, error: null };
  } catch (error) {
    if (!(error instanceof Failure) && !(error instanceof Refusal)) throw error;
    return { results, error };
  } finally {
    progress.clear();
    await session.drop();
  }

  /** One call to the host. Results land as they come, so that what ends the call does not take them along. */
  async function runSome(indices: readonly number[]): Promise<void> {
    let current = indices[0];
    const onProgress = (message: Progress): void => {
      current = indices[message.index];
      if (message.kind === 'result') {
        results[current] = message.result;
        return;
      }
      const { op, kernel } = requests[current];
      const behind = results.filter((result, index) => result !== null && !indices.includes(index)).length;
      const share = message.total > 0 ? message.done / message.total : 0;
      progress.update(behind + share * indices.length, requests.length, `${op} ${kernel}: ${message.phase}`);
    };
    if (!session.report) progress.note(`Opening ${session.name}...`);
    await session.device();
    try {
      const reply = await session.call(
        'bench',
        { requests: indices.map((index) => requests[index]), budget },
        onProgress,
      );
      reply.results.forEach((result, k) => {
        results[indices[k]] = result ?? results[indices[k]];
      });
      if (!reply.restart) return;
      progress.note(`${asSentence(results[current]?.reason ?? 'A kernel did not return')} Restarting the host.`);
      await session.drop();
    } catch (error) {
      if (!(error instanceof Failure) || error.code === 'cancelled' || error.code === 'no-adapter') throw error;
      // The host went down: what it was working on takes the blame, the rest gets a new host.
      results[current] ??= unmade(requests[current], error);
      progress.note(`${asSentence(sentence(error))} Restarting the host.`);
    }
  }
}
