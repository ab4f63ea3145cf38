/**
 * How long kernels will take on a case: from the work that the operation counts, and the rate at which this device did
 * a smaller problem of the same kind a moment ago.
 *
 * Only a case with much work is worth that: what takes milliseconds needs no forecast, and its limit is the usual one.
 */
import type { DType } from '../../core/format.ts';
import { AUTO } from '../../kernels/tuned.ts';
import type { Kernel } from '../../kernels/types.ts';
import { type Phase, QUICK } from '../../lab/protocol.ts';
import { referenceOf } from '../../ops/references.ts';
import type { Operation, Shape } from '../../ops/types.ts';
import type { Session } from '../session.ts';
import type { Case, Route } from './case.ts';
import { isOfKernel, solveTask, storageFor } from './kernel.ts';
import { operationOf, problemOf } from './row.ts';

/** Operations of a case from which on it is worth a forecast: a second at the slowest rate seen on a software adapter. */
const MUCH = 2.5e8;
/** Operations of a sample: long beside what a dispatch costs by itself, short beside the case. */
const SAMPLE = 5e7;
/** How often `solve` runs a kernel, and how many of these runs lie between its phases "run" and "verify". */
const RUNS = 3;
const RUNS_BEFORE_VERDICT = 2;
/**
 * A limit is this many times what is expected of a run with its reference. The sample is another size, on which caches
 * and launches weigh otherwise, and other programs may take the processor: a right kernel must not be given up.
 */
const MARGIN = 8;

/** How much work the mathematics asks for, by the operation's headline: floating-point operations. */
function operationsOf(operation: Operation, shape: Shape, dtype: DType): number {
  return operation.quantities(shape, dtype)[0].count;
}

/** How long the parts of one call to `solve` took. */
export class Phases {
  private readonly begun = new Map<Phase, number>();

  readonly mark = (phase: Phase): void => {
    this.begun.set(phase, performance.now());
  };

  /** One run of the kernel; null where it did not get that far. */
  get runMs(): number | null {
    const [from, to] = [this.begun.get('run'), this.begun.get('verify')];
    return from === undefined || to === undefined ? null : (to - from) / RUNS_BEFORE_VERDICT;
  }

  /** All from the first output on, at the moment of the reply: the verdict, the other runs, the way back. */
  get restMs(): number {
    const from = this.begun.get('verify');
    return from === undefined ? 0 : performance.now() - from;
  }
}

/** How long a kernel took on a case: one run of its largest task, and what came after the runs, over all tasks. */
export interface Taken {
  readonly runMs: number;
  readonly verdictMs: number;
}

export class Forecast {
  /** Milliseconds for each operation of the work, by kernel. */
  private readonly pace = new Map<Kernel, number>();
  /** Over what has been run of the case itself: how long it took, and what had been expected. */
  private readonly sums = { taken: 0, expected: 0 };
  private readonly verdicts: number[] = [];
  private readonly largest: number;
  private readonly total: number;

  /** `referenceMs` is how long the whole reference takes. */
  constructor(
    private readonly vector: Case,
    private readonly route: Route,
    private readonly referenceMs: number,
  ) {
    const operation = operationOf(route.op);
    const works = route.tasks.map((task) => {
      return operationsOf(operation, problemOf(route, task, vector.dtype).shape, vector.dtype);
    });
    this.largest = Math.max(...works);
    this.total = works.reduce((sum, work) => sum + work, 0);
  }

  /** Whether the case has so much work that a forecast is worth its samples. */
  get isWorthwhile(): boolean {
    return this.total >= MUCH;
  }

  /** Runs each kernel on a smaller problem. One that cannot is taken for as slow as the slowest. */
  async sample(
    kernels: readonly Kernel[],
    session: Session,
    allowLong: boolean,
    tell: (kernel: Kernel) => void,
  ): Promise<void> {
    const { features } = await session.device();
    const operation = operationOf(this.route.op);
    for (const kernel of kernels) {
      const storage = storageFor(this.vector, kernel, features);
      if (!storage) continue;
      const { dtype } = storage;
      const shape = smaller(operation, problemOf(this.route, this.route.tasks[0], dtype).shape, dtype);
      const { id } = operation.inputCases[0];
      const tensors = referenceOf(operation.id).inputs({ op: operation.id, shape, dtype, seed: 1, input: id });
      const phases = new Phases();
      tell(kernel);
      try {
        const request = { op: operation.id, kernel: kernel.id, shape, dtype };
        await solveTask(session, { request, tensors, limitMs: QUICK.limitMs, allowLong }, phases.mark);
      } catch (error) {
        // What it is refused or fails for is for the case itself to say.
        if (!isOfKernel(error)) throw error;
      }
      if (phases.runMs !== null) this.pace.set(kernel, phases.runMs / operationsOf(operation, shape, dtype));
    }
  }

  /** Fastest first. Without samples the later steps of a ladder, which are the faster ones as a rule; `0_auto` first. */
  order(kernels: readonly Kernel[]): Kernel[] {
    const step = ({ id }: Kernel): number => (id === AUTO ? Number.POSITIVE_INFINITY : Number.parseInt(id, 10));
    const reversed = [...kernels].sort((a, b) => step(b) - step(a));
    const last = Number.POSITIVE_INFINITY;
    return reversed.sort((a, b) => {
      const [x, y] = [this.pace.get(a) ?? last, this.pace.get(b) ?? last];
      return x === y ? 0 : x - y;
    });
  }

  /** How long a kernel will take with its verdict; null where nothing is known. */
  expectedMs(kernel: Kernel): number | null {
    const pace = this.paceOf(kernel);
    return pace === null ? null : RUNS * pace * this.total * this.correction + this.verdictMs;
  }

  /** How long the host may take for one task. */
  limitMs(kernel: Kernel): number {
    const pace = this.paceOf(kernel) ?? 0;
    // A case that goes faster than its samples is no reason for a shorter limit: it may be this kernel's caches.
    const runMs = pace * this.largest * Math.max(1, this.correction);
    return Math.ceil(Math.max(QUICK.limitMs, MARGIN * (runMs + this.referenceMs)));
  }

  /** What the case itself took. */
  learn(kernel: Kernel, { runMs, verdictMs }: Taken): void {
    this.verdicts.push(verdictMs);
    const pace = this.pace.get(kernel);
    if (pace === undefined) return;
    this.sums.taken += runMs;
    this.sums.expected += pace * this.largest;
  }

  /** The mean of those so far: kernels that round alike share a reference, so that many take less than all of it. */
  private get verdictMs(): number {
    const { verdicts, referenceMs } = this;
    return verdicts.length === 0 ? referenceMs : verdicts.reduce((sum, ms) => sum + ms, 0) / verdicts.length;
  }

  private get correction(): number {
    return this.sums.expected > 0 ? this.sums.taken / this.sums.expected : 1;
  }

  private paceOf(kernel: Kernel): number | null {
    if (this.pace.size === 0) return null;
    return this.pace.get(kernel) ?? Math.max(...this.pace.values());
  }
}

/** The same problem with its sizes halved, the largest first, until it is a sample; or as near as its rules allow. */
function smaller(operation: Operation, shape: Shape, dtype: DType): Shape {
  const sizes = operation.parameters.filter(({ kind }) => kind === 'size').map(({ key }) => key);
  let current = shape;
  for (;;) {
    const work = operationsOf(operation, current, dtype);
    if (work <= SAMPLE) return current;
    const halved = sizes
      .filter((key) => current[key] > 1)
      .sort((a, b) => current[b] - current[a])
      .map((key): Shape => ({ ...current, [key]: Math.ceil(current[key] / 2) }))
      .find((next) => isAllowed(operation, next) && operationsOf(operation, next, dtype) < work);
    if (!halved) return current;
    current = halved;
  }
}

function isAllowed(operation: Operation, shape: Shape): boolean {
  try {
    operation.check?.(shape);
    return true;
  } catch {
    return false;
  }
}
