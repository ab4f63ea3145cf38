/**
 * Compares what a kernel wrote with the reference, and says exactly what was checked.
 *
 * Every value is scanned for NaN, for the poison and for what is below all that can be right; whole rows are compared with the
 * reference: all of them where the budget allows, else a seeded sample (sample.ts) beside the operation's own check of
 * the whole output, where it has one.
 */
import type { OutputJudge, Verdict } from './judge.ts';
import { sampleRows } from './sample.ts';
import { withCommas } from './words.ts';
import { type Compared, describe, jsonNumber, type Tile, worstElement } from './worst.ts';
import { WrongCells, type WrongMap } from './wrong-map.ts';

export { jsonNumber };

/** One output tensor as the kernel left it. */
export interface Actual {
  readonly judge: OutputJudge;
  /** Dense, row-major. */
  readonly values: ArrayLike<number>;
  /** 1 for each element that still holds the poison: the kernel never wrote it. */
  readonly unwritten?: ArrayLike<number>;
}

export interface CompareOptions {
  /** Multiply-adds that the references may take, all outputs together. */
  readonly budget: number;
  /** Chooses the sample and the vectors of the whole check. */
  readonly seed: number;
  /** Set where the device makes 0 of results smaller than this. */
  readonly flushedBelow?: number | undefined;
  /** Output tile of one workgroup, in rows and columns of one matrix of the output. */
  readonly tile?: Tile;
  /** Invocation that writes element (row, column) of the judge's view. */
  readonly lane?: (row: number, column: number) => number;
  /** Awaited after about every 50 ms of work, so that a page stays live; cancels by throwing. */
  readonly pause?: () => Promise<void>;
}

/**
 * Verdict over all outputs of one run.
 *
 * An element passes where error / bound <= 1, or where it is exact; one whose bound is Infinity passes where it equals
 * `expected` or lies beyond it with the same sign (see `allow` in bounds.ts). Where the device flushes, 0 passes for what
 * may be smaller than it stores. NaN never passes, and neither does an element that was never written.
 */
export async function compare(outputs: readonly Actual[], options: CompareOptions): Promise<Omit<Verdict, 'gates'>> {
  const pacer = new Pacer(options.pause);
  const tally = new Tally();
  const methods = new Set<string>();
  const cost = outputs.reduce((sum, { judge }) => sum + judge.rows * judge.costPerRow, 0);
  const share = cost > options.budget ? options.budget / cost : 1;
  let total = 0;
  let reason: string | undefined;
  let where: WrongMap | null = null;

  for (const { judge, values, unwritten } of outputs) {
    total += judge.rows * judge.rowLength;
    const rows = new Rows(judge, values, unwritten, tally, options.flushedBelow ?? 0);
    rows.scan();
    const sample = sampleRows(judge, options.seed, Math.floor(shareOf(judge, share) * judge.rows), options.tile?.rows);
    for (const row of sample) {
      rows.compare(row);
      await pacer.spend(judge.costPerRow);
    }
    where ??= rows.cells.map();
    if (judge.together?.isWrong(values)) {
      tally.ratio = Number.POSITIVE_INFINITY;
      reason ??= `Several rows of ${judge.tensor} together show that the kernel ${judge.together.fault}`;
    }
    if (sample.length === judge.rows || !judge.whole) continue;
    methods.add(judge.whole.method);
    const { ratio, row } = judge.whole.check(values, options.seed, options.flushedBelow);
    await pacer.spend(judge.whole.cost);
    tally.ratio = Math.max(tally.ratio, orInfinity(ratio));
    if (ratio <= 1) continue;
    // The row that the check points at is compared element by element, so that the verdict can name one.
    if (row !== undefined && !sample.includes(row)) rows.compare(row);
    where ??= rows.cells.map();
    const place = row === undefined ? '' : `, worst in row ${row}`;
    reason ??= `${judge.whole.method} found ${judge.tensor} wrong as a whole${place}: ${Number(ratio.toPrecision(3))} times the error allowed`;
  }

  const { worst, wrong, scanned, checked } = tally;
  if (worst && wrong > 0) reason = describe(worst, { count: wrong - 1, total, checked, scanned }, options.tile);
  const count = checked === total ? `all ${withCommas(total)}` : `${withCommas(checked)} of ${withCommas(total)}`;
  return {
    correct: wrong === 0 && tally.ratio <= 1,
    checked,
    total,
    method: [count + flushedWords(tally.flushed, options.flushedBelow), ...methods].join(' and '),
    ratio: Number.isFinite(tally.ratio) ? tally.ratio : 'Infinity',
    worst: worst && worstElement(worst, options.tile, options.lane),
    ...(reason === undefined ? {} : { reason }),
    ...(where === null ? {} : { where }),
  };
}

/** Share of the rows to compare: less where an exact check of the whole output is much cheaper and says as much. */
function shareOf({ rows, costPerRow, whole }: OutputJudge, affordable: number): number {
  if (!whole?.exact) return affordable;
  return Math.min(affordable, Math.max(1 / 16, whole.cost / (rows * costPerRow)));
}

/** What is said of zeros that were accepted; nothing where there were none. */
function flushedWords(count: number, below = 0): string {
  if (count === 0) return '';
  return ` (${withCommas(count)} below 2^${Math.log2(below)}, which this device makes 0)`;
}

/** What was seen so far, over all outputs. */
class Tally {
  checked = 0;
  wrong = 0;
  /** Of the wrong ones, those that the scan of the whole output found, whether or not their rows are compared. */
  scanned = 0;
  /** Zeros that were accepted in place of smaller results than the device stores. */
  flushed = 0;
  ratio = 0;
  worst: Compared | null = null;

  /** Keeps the element with the larger ratio; the larger error where both are unbounded; else the one seen first. */
  offer(compared: Compared): void {
    const held = this.worst;
    this.ratio = Math.max(this.ratio, compared.ratio);
    const worse =
      held === null || compared.ratio > held.ratio || (compared.ratio === held.ratio && compared.error > held.error);
    if (worse) this.worst = compared;
  }
}

/** Rows of one output, compared into the tally. */
class Rows {
  readonly cells: WrongCells;
  private readonly expected: Float64Array;
  private readonly bound: Float64Array;

  constructor(
    private readonly judge: OutputJudge,
    private readonly values: ArrayLike<number>,
    private readonly unwritten: ArrayLike<number> | undefined,
    private readonly tally: Tally,
    private readonly flushedBelow: number,
  ) {
    this.cells = new WrongCells(judge.tensor, judge.rows, judge.rowLength);
    this.expected = new Float64Array(judge.rowLength);
    this.bound = new Float64Array(judge.rowLength);
  }

  /** Counts what is NaN, unwritten or too low anywhere in the output; the first such is the worst there can be. */
  scan(): void {
    const { judge } = this;
    const length = judge.rows * judge.rowLength;
    let first = -1;
    for (let index = 0; index < length; index++) {
      if (this.usable(index)) continue;
      this.tally.wrong++;
      this.tally.scanned++;
      const row = Math.floor(index / judge.rowLength);
      this.cells.addScanned(row, index - row * judge.rowLength);
      if (first < 0) first = index;
    }
    if (first < 0) return;
    const row = Math.floor(first / judge.rowLength);
    judge.row(row, this.expected, this.bound);
    this.offer(row, first - row * judge.rowLength, Number.NaN, Number.POSITIVE_INFINITY);
  }

  /** Compares one row with the reference; what `scan` has counted is not counted again. */
  compare(row: number): void {
    const { judge, values, expected, bound, tally } = this;
    judge.row(row, expected, bound);
    tally.checked += judge.rowLength;
    this.cells.row(row);
    const start = row * judge.rowLength;
    let largest = tally.worst?.ratio ?? -1;
    let furthest = tally.worst?.error ?? 0;
    for (let column = 0; column < judge.rowLength; column++) {
      if (!this.usable(start + column)) continue;
      let error = distance(values[start + column], expected[column], bound[column]);
      if (error > bound[column] && this.isFlushed(values[start + column], expected[column], bound[column])) {
        tally.flushed++;
        error = 0;
      }
      const ratio = error === 0 ? 0 : orInfinity(error / bound[column]);
      if (ratio > 1) {
        tally.wrong++;
        this.cells.add(row, column);
      }
      if (ratio > largest || (ratio === Number.POSITIVE_INFINITY && error > furthest)) {
        this.offer(row, column, error, ratio);
        largest = ratio;
        furthest = error;
      }
    }
  }

  private isFlushed(actual: number, expected: number, bound: number): boolean {
    return actual === 0 && Math.abs(expected) - bound < this.flushedBelow;
  }

  private usable(index: number): boolean {
    return this.values[index] >= (this.judge.least ?? Number.NEGATIVE_INFINITY) && this.unwritten?.[index] !== 1;
  }

  private offer(row: number, column: number, error: number, ratio: number): void {
    const index = row * this.judge.rowLength + column;
    this.tally.offer({
      judge: this.judge,
      row,
      column,
      actual: this.values[index],
      expected: this.expected[column],
      bound: this.bound[column],
      error,
      ratio,
      unwritten: this.unwritten?.[index] === 1,
    });
  }
}

/** |actual - expected|; 0 for the same infinity, and where an infinite bound allows what lies beyond. */
function distance(actual: number, expected: number, bound: number): number {
  if (actual === expected) return 0;
  if (bound !== Number.POSITIVE_INFINITY) return Math.abs(actual - expected);
  if (expected === 0) return 0;
  const beyond = Math.sign(actual) === Math.sign(expected) && Math.abs(actual) >= Math.abs(expected);
  return beyond ? 0 : Number.POSITIVE_INFINITY;
}

function orInfinity(ratio: number): number {
  return Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio;
}

/** Lets others run about every 50 ms. */
class Pacer {
  private static readonly PAUSE_MS = 50;
  /** Multiply-adds between two looks at the clock, about a millisecond. */
  private static readonly LOOK = 1e6;
  private cost = 0;
  private last = performance.now();

  constructor(private readonly pause?: () => Promise<void>) {}

  async spend(cost: number): Promise<void> {
    this.cost += cost;
    if (!this.pause || this.cost < Pacer.LOOK) return;
    this.cost = 0;
    if (performance.now() - this.last < Pacer.PAUSE_MS) return;
    await this.pause();
    this.last = performance.now();
  }
}
