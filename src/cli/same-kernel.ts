/**
 * `bench OP --repeat-kernel N`: one kernel under several names, timed side by side as if they were different kernels. All
 * comparisons should be inconclusive; those that are not are false, and how many there are says what a comparison is worth
 * on this machine.
 */
import { Failure, Refusal, sentence } from '../core/errors.ts';
import { binomialInterval, FEWEST_SAMPLES, type Interval } from '../core/statistics.ts';
import { withCommas } from '../core/words.ts';
import { GROUP_VARIANTS } from '../lab/bench.ts';
import { type Compared, compareTimes } from '../lab/compare.ts';
import { documentHead } from '../lab/document.ts';
import { isFault } from '../lab/outcome.ts';
import type { Result } from '../lab/result.ts';
import { type Arguments, wholeNumber } from './args.ts';
import type { BenchPlan } from './bench-request.ts';
import type { BenchDocument, JsonTarget } from './document.ts';
import { ProgressLine } from './progress.ts';
import { runRequests } from './run.ts';
import { screenOf } from './screen.ts';
import { EXIT, exitOf, type Session, type Surroundings } from './session.ts';
import { benchTable } from './table.ts';
import { asSentence, significant, wrap } from './text.ts';

const MOST_TRIES = 1000;

/** Two names of one kernel, compared. */
interface Pair extends Compared {
  readonly try: number;
  readonly names: readonly [number, number];
}

export interface SameKernel {
  readonly names: number;
  readonly tries: number;
  /** Comparisons with an interval: those of fewer than 15 samples can find no difference. */
  readonly comparisons: number;
  /** How many of them say that the kernel differs from itself. */
  readonly different: number;
  /** Tries in which at least one does. The comparisons of one try share their rounds, so only tries are independent. */
  readonly triesWithDifference: number;
  /** Of the share of such tries, 95%. */
  readonly interval: Interval | null;
  /** Largest difference that was claimed: the median ratio farthest from 1. Null where none was. */
  readonly largest: number | null;
  readonly pairs: readonly Pair[];
}

export async function sameKernel(
  args: Arguments,
  plan: BenchPlan,
  session: Session,
  around: Surroundings,
  json: JsonTarget,
): Promise<number> {
  const names = wholeNumber(args.value('repeat-kernel') ?? '', '--repeat-kernel', 2, GROUP_VARIANTS);
  const tries = wholeNumber(args.value('tries') ?? '1', '--tries', 1, MOST_TRIES);
  const { requests, budget } = plan;
  if (requests.length > 1)
    throw new Refusal(
      `--repeat-kernel takes one --kernel, and not a sweep; this asks for ${requests.length} variants.`,
    );
  if (args.has('resume')) throw new Refusal('--repeat-kernel cannot go on from an earlier file.');
  if (budget.samples < FEWEST_SAMPLES)
    throw new Refusal(`--repeat-kernel needs at least ${FEWEST_SAMPLES} samples: fewer show nothing.`);
  const progress = new ProgressLine(around.stderr);
  const all: Result[] = [];
  const pairs: Pair[] = [];
  let error: Error | null = null;
  try {
    for (let nth = 1; nth <= tries; nth++) {
      const results: (Result | null)[] = Array(names).fill(null);
      const run = { requests: Array(names).fill(requests[0]), budget, results };
      await runRequests(run, session, { note: (text) => progress.note(text) });
      const made = results.filter((result) => result !== null);
      all.push(...made);
      pairs.push(...pairsOf(made, nth));
      progress.update(nth, tries, `try ${nth}`);
      // A kernel that does not run, or is wrong, is not made better by more tries.
      if (made.some(({ status }) => status !== 'correct')) break;
    }
  } catch (thrown) {
    if (!(thrown instanceof Failure) && !(thrown instanceof Refusal)) throw thrown;
    error = thrown;
  } finally {
    progress.clear();
    await session.drop();
  }
  const summary = summaryOf(pairs, names);
  const document: BenchDocument & { readonly sameKernel: SameKernel } = {
    ...documentHead(),
    host: session.name,
    adapter: session.report?.adapter ?? null,
    timer: session.report?.timer ?? null,
    error: error ? asSentence(sentence(error)) : null,
    budget,
    results: all,
    sameKernel: summary,
  };
  const sink = json.isStdout ? around.stderr : around.stdout;
  const screen = screenOf(sink, around.env);
  if (all.length > 0) {
    // The table has one try: the counts are about all of them.
    sink.write(benchTable({ ...document, results: all.slice(-names) }, { screen, file: json.file }));
    sink.write(`\n${wrap(summaryLine(summary), '  ', screen.width).join('\n')}\n`);
  }
  json.write(document);
  if (error) around.stderr.write(`${asSentence(sentence(error))}\n`);
  if (error) return exitOf(error);
  if (all.some(isFault)) return EXIT.wrong;
  return all.some(({ status }) => status !== 'refused') ? EXIT.correct : EXIT.unusable;
}

function pairsOf(results: readonly Result[], nth: number): Pair[] {
  return results.flatMap(({ time }, i) =>
    results.slice(i + 1).flatMap((other, k) => {
      const compared = compareTimes(time, other.time);
      return compared ? [{ try: nth, names: [i + 1, i + k + 2] as const, ...compared }] : [];
    }),
  );
}

/** What the comparisons of several tries come to. */
export function summaryOf(pairs: readonly Pair[], names: number): SameKernel {
  const counted = pairs.filter(({ interval }) => interval !== null);
  const different = counted.filter(({ outcome }) => outcome !== 'inconclusive');
  const tries = new Set(counted.map((pair) => pair.try)).size;
  const triesWithDifference = new Set(different.map((pair) => pair.try)).size;
  const distance = (ratio: number | null): number => Math.abs(Math.log(ratio ?? 1));
  const [farthest] = [...different].sort((a, b) => distance(b.ratio) - distance(a.ratio));
  return {
    names,
    tries,
    comparisons: counted.length,
    different: different.length,
    triesWithDifference,
    interval: binomialInterval(triesWithDifference, tries),
    largest: farthest?.ratio ?? null,
    pairs,
  };
}

function summaryLine({
  names,
  tries,
  comparisons,
  different,
  triesWithDifference,
  interval,
  largest,
}: SameKernel): string {
  if (!interval) return 'No comparison: the kernel has no time of 15 samples or more.';
  const [low, high] = interval.map((share) => significant(100 * share));
  const share = significant((100 * triesWithDifference) / tries);
  const most = largest === null ? '' : ` The largest difference claimed is a ratio of ${significant(largest)}.`;
  return (
    `One kernel under ${names} names, ${withCommas(tries)} ${tries === 1 ? 'try' : 'tries'}: ${different} of ` +
    `${withCommas(comparisons)} comparisons say that it differs from itself, in ${triesWithDifference} of ` +
    `${withCommas(tries)} tries: ${share}% (95%: ${low}% to ${high}%).${most}`
  );
}
