/** Models of a whole run: what its parts, each measured apart, make it take. */
import type { Model, Prediction, Row } from '../types.ts';
import { predictedNs, throughEnds, timed } from './expected.ts';
import { measure } from './shared.ts';

export const LOOP: Model = {
  key: 'loop',
  title: 'JavaScript by elements',
  from: 'from the shortest run',
};
export const THERE_LINE: Model = {
  key: 'there',
  title: 'data there, a + n b',
  from: 'from the fewest and the most',
};
export const MOVED: Model = {
  key: 'moved',
  title: 'transfers by bytes',
  from: 'from the run in phases, and what was measured without them',
};
export const PIECES_LINE: Model = {
  key: 'pieces',
  title: 'each dispatch alike',
  from: 'from one dispatch and the runs in phases',
  common: true,
};

/** What the rows of the run are called. */
export interface Names {
  readonly host: string;
  readonly there: string;
  readonly trip: string;
  readonly large: string;
  readonly small: string;
  /** Dispatches of the run in many small ones. */
  readonly dispatches: number;
}

/** The parts of a run that are not there before and after it, and those that grow with its dispatches. */
const MOVES = ['upload', 'readback'] as const;
const LAUNCHES = ['encode', 'submit and wait', 'GPU'] as const;

/** Nanoseconds of some phases together; without timestamps that of the GPU is in the wait. NaN where it has no phases. */
function sumOf(row: Row | undefined, phases: readonly string[]): number {
  const parts = phases.flatMap((key) => measure(row, key)?.value ?? []);
  return parts.length === 0 ? Number.NaN : parts.reduce((sum, ns) => sum + ns, 0);
}

export function runModels(rows: readonly Row[], names: Names): (row: Row) => readonly Prediction[] {
  const of = (name: string) => timed(rows, ({ what, n }) => what === name && n !== undefined);
  const [loops, there] = [of(names.host), of(names.there)];
  const [large, small] = [names.large, names.small].map((name) => rows.find(({ at }) => at.what === name));
  const line = throughEnds(there, 'n');
  const [shortest] = loops;
  // The run in phases has as many elements as the largest of the others, measured or not.
  const most = Math.max(...rows.map(({ at }) => Number(at.n ?? 0)));
  const moving = sumOf(large, MOVES) / most;
  const further = (sumOf(small, LAUNCHES) - sumOf(large, LAUNCHES)) / (names.dispatches - 1);
  const [one] = timed(rows, ({ dispatches }) => dispatches === 1);
  return (row) => {
    const n = Number(row.at.n);
    const predicts = (model: Model, ns: number, from: readonly Row[]): readonly Prediction[] =>
      predictedNs(model, row, null, ns, from);
    if (row.at.dispatches !== undefined)
      return one && further > 0
        ? predicts(PIECES_LINE, one.medianNs + (Number(row.at.dispatches) - 1) * further, [one])
        : [];
    switch (row.at.what) {
      case names.host:
        return shortest ? predicts(LOOP, (shortest.medianNs * n) / Number(shortest.at.n), [shortest]) : [];
      case names.there:
        return line ? predicts(THERE_LINE, line.at(n), line.from) : [];
      case names.trip: {
        const base = there.find(({ at }) => at.n === n);
        return predicts(MOVED, (base?.medianNs ?? Number.NaN) + n * moving, []);
      }
      default:
        return [];
    }
  };
}
