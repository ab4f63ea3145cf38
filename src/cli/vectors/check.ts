/** One case against the reference and against every kernel that takes it. */
import { Failure, Refusal } from '../../core/errors.ts';
import type { Kernel } from '../../kernels/types.ts';
import type { Session } from '../session.ts';
import { duration, roughly, significant } from '../text.ts';
import type { Case, Route } from './case.ts';
import { Forecast, Phases } from './forecast.ts';
import { kernelRows, solveTask, storageFor } from './kernel.ts';
import { referenceOnlyRow, referenceRow } from './reference.ts';
import { otherRow, problemOf, type Row } from './row.ts';

/** What is expected to take as long as this is announced. */
const LONG_MS = 10_000;
/** A result that took as long as this is shown at once; quicker ones are in the table before anybody waits. */
const AWAITED_MS = 1_000;

/** Where a reader sees how far it is. */
export interface Screen {
  /** What is being done. */
  doing(text: string): void;
  /** A line that stays. */
  say(text: string): void;
}

export interface Checked {
  /** In the order of the ladders, whatever ran first. */
  readonly rows: readonly Row[];
  /** Why the host could not be opened, or not any more; the rows are those that there are without it. */
  readonly error: Refusal | Failure | null;
}

/**
 * Results of one case. `kernels` may also be of operations that it does not run as. `allowLong`: also where a dispatch is
 * predicted to hold the GPU for long.
 */
export async function checkCase(
  vector: Case,
  kernels: readonly Kernel[],
  session: Session,
  screen: Screen,
  allowLong = false,
): Promise<Checked> {
  screen.doing(`${vector.name}: float64 reference`);
  const { references, referenceMs } = await checkFile(vector);
  const others: Row[] = [];
  for (const other of vector.others) {
    others.push('status' in other ? otherRow(vector, other) : await referenceOnlyRow(vector, other));
  }
  const found = new Map<Kernel, Row[]>();
  const ladders = vector.routes.map((route) => kernels.filter(({ op }) => op === route.op));
  let error: Checked['error'] = null;
  try {
    for (const [nth, route] of vector.routes.entries()) {
      if (ladders[nth].length === 0) continue;
      const forecast = new Forecast(vector, route, referenceMs);
      const run = new RouteRun(vector, route, references, forecast, session, screen, allowLong);
      for (const kernel of await run.order(ladders[nth])) found.set(kernel, await run.kernel(kernel));
    }
  } catch (thrown) {
    if (!(thrown instanceof Failure || thrown instanceof Refusal)) throw thrown;
    error = thrown;
  }
  const ours = ladders.flat().flatMap((kernel) => found.get(kernel) ?? []);
  const isChecked = ours.some(({ status }) => status !== 'unsupported');
  return { rows: [...ours, ...(isChecked ? [] : references), ...others], error };
}

/** The file's values against the reference, and how long all of the reference takes, were a part of it only a sample. */
async function checkFile(vector: Case): Promise<{ references: Row[]; referenceMs: number }> {
  const references: Row[] = [];
  let referenceMs = 0;
  for (const nth of vector.outputs.keys()) {
    const began = performance.now();
    const row = await referenceRow(vector, nth);
    const { checked, total } = row.verdict ?? { checked: 1, total: 1 };
    referenceMs += ((performance.now() - began) * total) / checked;
    references.push(row);
  }
  return { references, referenceMs };
}

/** The kernels of one operation on a case, one after the other. */
class RouteRun {
  constructor(
    private readonly vector: Case,
    private readonly route: Route,
    private readonly references: readonly Row[],
    private readonly forecast: Forecast,
    private readonly session: Session,
    private readonly screen: Screen,
    private readonly allowLong: boolean,
  ) {}

  /** The kernels that take the case, fastest first, so that there is something to read soon. */
  async order(ladder: readonly Kernel[]): Promise<Kernel[]> {
    const { vector, route, forecast, session, screen, allowLong } = this;
    const { features } = await session.device();
    const takers = ladder.filter((kernel) => storageFor(vector, kernel, features) !== null);
    if (!forecast.isWorthwhile) return forecast.order(takers);
    await forecast.sample(takers, session, allowLong, ({ id }) => {
      screen.doing(`${vector.name}: ${route.op} ${id}, how fast on a smaller problem`);
    });
    const expected = takers.map((kernel) => forecast.expectedMs(kernel) ?? 0).reduce((sum, ms) => sum + ms, 0);
    if (expected >= LONG_MS && takers.length > 1) {
      screen.say(`up to ${roughly(expected)}: ${vector.name}, ${takers.length} kernels of ${route.op}, fastest first`);
    }
    return forecast.order(takers);
  }

  /** The rows of one kernel. Throws where the host is gone for good. */
  async kernel(kernel: Kernel): Promise<Row[]> {
    const { vector, route, references, forecast, session, screen, allowLong } = this;
    const name = `${vector.name}, ${route.op} ${kernel.id}`;
    const storage = storageFor(vector, kernel, (await session.device()).features);
    if (!storage) return [];
    const limitMs = forecast.limitMs(kernel);
    const expected = forecast.expectedMs(kernel) ?? 0;
    screen.doing(`${vector.name}: ${route.op} ${kernel.id}`);
    if (expected >= LONG_MS) {
      screen.say(`about ${roughly(expected)}: ${name}; given up after ${roughly(limitMs)} without an answer`);
    }
    const began = performance.now();
    const taken = { runMs: 0, verdictMs: 0 };
    const rows = await kernelRows(vector, route, kernel, storage, references, async (task) => {
      const phases = new Phases();
      const { shape } = problemOf(route, task, storage.dtype);
      const request = { op: route.op, kernel: kernel.id, shape, dtype: storage.dtype };
      const { tensors } = task;
      const reply = await solveTask(session, { request, tensors, limitMs, allowLong }, phases.mark);
      const runMs = phases.runMs ?? 0;
      taken.runMs = Math.max(taken.runMs, runMs);
      taken.verdictMs += Math.max(0, phases.restMs - runMs);
      return reply;
    });
    if (taken.runMs > 0) forecast.learn(kernel, taken);
    const took = performance.now() - began;
    if (took >= AWAITED_MS) screen.say(`${name}: ${inWords(rows)}, ${duration(took * 1e6)}`);
    return rows;
  }
}

/** How a kernel did, over all of its outputs. */
function inWords(rows: readonly Row[]): string {
  const bad = rows.find(({ status }) => status !== 'correct');
  if (bad) return `${bad.status}: ${bad.reason}`;
  return `correct, ratio ${significant(Math.max(...rows.map(({ verdict }) => Number(verdict?.ratio))))}`;
}
