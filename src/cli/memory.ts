/** `bench memory`: probes of the device itself, one after another; tables, JSON, an exit status. */
import { Failure, Refusal, sentence } from '../core/errors.ts';
import { inTurn, SharedTime, tookWords } from '../lab/deadline.ts';
import { documentHead } from '../lab/document.ts';
import { heldAgainst, type ProbeSuite } from '../lab/fingerprint.ts';
import { isFault } from '../lab/outcome.ts';
import type { ProbeResult } from '../lab/probe-result.ts';
import { type Arguments, parseFlags } from './args.ts';
import type { JsonTarget } from './document.ts';
import { MEMORY_FLAGS, memoryPlan } from './memory-request.ts';
import { memoryTable, refutedLines } from './memory-table.ts';
import { callProbe, unbegun } from './probe-call.ts';
import { ProgressLine } from './progress.ts';
import { EXIT, exitOf, Session, type Surroundings } from './session.ts';
import { adapterLine, asSentence, duration, wrap } from './text.ts';

export const MEMORY_HELP = `npm run bench -- memory [flags]

Measures what memory, arithmetic and launches cost on the device at hand. Each probe is a list of steps, whose outputs
are checked.

  --kernel ID        only this probe, or one whose name has this part; may be repeated
  --quick            15 shorter samples of each step
  --samples N        timed samples of each step; under 15 there are no intervals
  --seed N           seed of cycles, samples and resampling (1)
  --host NAME        chrome, dawn or deno (chrome)
  --adapter NAME     default, swiftshader or lavapipe; "default" is a hardware adapter where there is one
  --limits NAME      adapter or minimum
  --json FILE|-      writes the results as JSON; with "-" to stdout, and the tables to stderr

Exit status: 0 every step of every probe was right, 1 one was wrong or failed, 2 the request was unusable or all was
refused, 3 there is no adapter.
`;

export async function memory(argv: readonly string[], around: Surroundings, json: JsonTarget): Promise<number> {
  return measureDevice('memory', () => parseFlags(argv, MEMORY_FLAGS), memoryPlan, around, json);
}

/** A browser may have to be downloaded first, which must not take all of the time. */
const MOST_TO_OPEN = 0.5;

/** Runs the probes that `planOf` makes of the arguments, and writes tables and a document that names `command`. */
export async function measureDevice(
  command: 'memory' | 'fingerprint',
  argumentsOf: () => Arguments,
  planOf: (args: Arguments) => ProbeSuite,
  around: Surroundings,
  json: JsonTarget,
): Promise<number> {
  const progress = new ProgressLine(around.stderr);
  const results: ProbeResult[] = [];
  let session: Session | null = null;
  let error: Error | null = null;
  let timeLimitMs: number | undefined;
  const documentOf = (why: string | null): object => ({
    ...documentHead(),
    command,
    host: session?.name ?? '',
    adapter: session?.report?.adapter ?? null,
    timer: session?.report?.timer ?? null,
    features: session?.report?.features ?? [],
    limits: session?.report?.limits ?? {},
    ...(timeLimitMs === undefined ? {} : { timeLimitMs }),
    error: why,
    results: heldAgainst(results),
  });
  try {
    const args = argumentsOf();
    session = new Session(args, around);
    const { probes, budget, seed, quick, totalMs } = planOf(args);
    timeLimitMs = totalMs;
    const sink = json.isStdout ? around.stderr : around.stdout;
    progress.note(`Opening ${session.name}...`);
    const started = performance.now();
    await session.device();
    const openedMs = performance.now() - started;
    sink.write(`${adapterLine(session.name, session.report?.adapter ?? null)}\n`);
    const turns = totalMs === undefined ? probes : inTurn(probes);
    const time =
      totalMs === undefined ? null : new SharedTime(turns, totalMs - Math.min(openedMs, totalMs * MOST_TO_OPEN));
    const place = ({ kernel }: ProbeResult): number => probes.findIndex(({ id }) => id === kernel);
    const keep = (result: ProbeResult): void => {
      results.push(result);
      results.sort((a, b) => place(a) - place(b));
    };
    for (const [at, { id }] of turns.entries()) {
      const within = time ? { withinMs: time.of(at) } : {};
      const request = { probe: id, seed, quick, budget, ...within };
      let share = 0;
      const { result, restart, ended } = await callProbe(session, request, (message) => {
        if (message.kind !== 'step') return;
        if (message.phase === 'time') share = Math.max(share, message.done / message.total);
        progress.update(at + share, probes.length, `memory ${id}: ${message.phase}`);
      });
      keep(result);
      progress.clear();
      sink.write(memoryTable(result));
      if (ended) {
        const left = turns.slice(at + 1).map((probe) => probe.id);
        for (const probe of left) keep(await unbegun(session, { probe, seed, quick, budget }, ended));
        if (left.length > 0) sink.write(`\n${wrap(`Not measured: ${left.join(', ')}.`, '').join('\n')}\n`);
        throw ended;
      }
      // What a process that is killed leaves behind.
      json.writeDraft(documentOf(`Unfinished: ${results.length} of ${probes.length} probes.`));
      if (restart) await session.drop();
    }
    sink.write(refutedLines(results));
    if (totalMs !== undefined) {
      const tookMs = performance.now() - started;
      sink.write(`\nMeasured in ${tookWords(tookMs, totalMs, (ms) => duration(ms * 1e6))}.\n`);
    }
  } catch (thrown) {
    if (!(thrown instanceof Failure) && !(thrown instanceof Refusal)) throw thrown;
    error = thrown;
  } finally {
    progress.clear();
    await session?.drop();
  }
  const words = error ? asSentence(sentence(error)) : null;
  if (words !== null) around.stderr.write(`${words}\n`);
  json.write(documentOf(words));
  if (error) return exitOf(error);
  if (results.some(isFault)) return EXIT.wrong;
  return results.some(({ status }) => status !== 'refused') ? EXIT.correct : EXIT.unusable;
}
