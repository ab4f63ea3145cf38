/**
 * One kernel on one problem, run as often as it takes to trust it, and the verdict so far.
 *
 * A kernel that is right once has shown little: it may return early where its output is written already, or keep in
 * scratch what it computed from the first inputs. So it runs over other inputs too, over the outputs and the scratch of
 * an earlier run, and over the first inputs again; each output is compared with the reference, or holds the bits of one
 * that was right.
 */
import { Failure } from '../core/errors.ts';
import type { Judged } from '../core/joined.ts';
import type { GateVerdict, Verdict } from '../core/judge.ts';
import type { Execution, Output } from '../gpu/execution.ts';
import type { Timer } from '../gpu/timer.ts';
import type { Gate, Problem, Tensors } from '../ops/types.ts';
import { compareOutputs, type Harness, prepare } from './experiment.ts';
import { firstOf } from './measure.ts';
import type { Planned } from './plan.ts';

/** Share of the reference that is computed for each comparison after the first. */
const LATER_SHARE = 1 / 4;
/** How many other inputs are tried where a right kernel writes the same for all: a ReLU may make 0 of each. */
const TRIES = 3;
/** From the seed of a problem to that of its other inputs. */
const SEED_STEP = 7_919;

/** Inputs that a kernel runs over, and the bits of the output that was right for them. */
export interface Inputs {
  /** The problem that they were made for, and the gate that it is, where one was. */
  readonly problem?: Problem;
  readonly gate?: Gate;
  readonly tensors: Tensors;
  /** Compares outputs with so much of the reference. */
  compare(outputs: readonly Output[], share: number): Promise<Judged>;
  bits: readonly Uint32Array[] | null;
}

export class Trial {
  /** Inputs apart from the problem's own that the kernel ran over; null until it did. */
  other: Inputs | null = null;
  /** Largest number of bytes that the first run had allocated. */
  peakBytes = 0;
  /** Duration of the first run, where it was timed and the timer resolves it. */
  firstNs: number | null = null;
  private held: Judged | null = null;
  private ratio: Verdict['ratio'];

  /** `gates` are those that the kernel has passed; `gate`, where there is one, is still to come, as the other inputs. */
  constructor(
    readonly harness: Harness,
    readonly planned: Planned,
    readonly execution: Execution,
    readonly own: Inputs,
    private gates: readonly GateVerdict[],
    private gate?: Gate,
  ) {
    this.ratio = gates.reduce<Verdict['ratio']>((largest, gate) => larger(largest, gate.ratio), 0);
  }

  /**
   * A kernel made ready over the problem's seeded inputs; for the gates see the constructor. The caller releases its
   * `execution`. Throws a `Failure`; nothing stays allocated then.
   */
  static async prepare(
    harness: Harness,
    planned: Planned,
    owner: string,
    gates: readonly GateVerdict[],
    gate?: Gate,
  ): Promise<Trial> {
    const before = harness.gpu.arena.liveBytes;
    harness.gpu.arena.resetPeak();
    const execution = await prepare(harness, planned, owner);
    const trial = new Trial(harness, planned, execution, seeded(harness, planned, planned.problem), gates, gate);
    trial.peakBytes = harness.gpu.arena.peakBytes - before;
    return trial;
  }

  /** As it stands: that of the problem's own inputs, or of the run that was wrong, with the largest ratio of all. */
  get verdict(): Verdict {
    if (!this.held) throw new Failure('internal', 'A kernel that has not run has no verdict');
    return { ...this.held, ratio: this.ratio, gates: this.gates };
  }

  /** The runs that need no timer, of which the first is timed where there is one. False as soon as one is wrong. */
  async run(timer?: Timer): Promise<boolean> {
    const { harness, execution, own } = this;
    await harness.step('run');
    const outputs = await execution.run(timer && (() => this.timeFirst(timer)));
    await harness.step('verify');
    if (!(await this.accept(outputs, own, null))) return false;
    execution.clutterScratch();
    if (!(await this.runOthers())) return false;
    const third = this.halfOther() ?? own;
    execution.load((name) => third.tensors[name]);
    if (!(await this.accept(await execution.dispatch(), third, 'When run again'))) return false;
    if (third !== own) execution.load((name) => own.tensors[name]);
    return true;
  }

  private async timeFirst(timer: Timer): Promise<void> {
    // The poison is still on its way.
    await timer.idle();
    this.firstNs = firstOf(timer, await timer.sample(this.execution, 1));
  }

  /**
   * Takes `outputs` as those of `inputs`: the bits that were right before, or compared. False where they are wrong; the
   * verdict then says so, with `when` before its reason.
   */
  async accept(outputs: readonly Output[], inputs: Inputs, when: string | null): Promise<boolean> {
    if (inputs.bits && isSame(outputs, inputs.bits)) return true;
    // The gate that is still to come is judged in whole, once.
    const gate = inputs.gate === this.gate ? this.gate : undefined;
    const verdict = await inputs.compare(outputs, gate || !this.held ? 1 : LATER_SHARE);
    if (gate) {
      this.gates = [...this.gates, ofGate(gate, verdict)];
      this.gate = undefined;
    }
    this.ratio = larger(this.ratio, verdict.ratio);
    if (verdict.correct) inputs.bits ??= outputs.map(({ raw }) => raw);
    if (!verdict.correct && when) this.held = { ...verdict, reason: `${when}: ${verdict.reason ?? 'wrong'}` };
    else this.held ??= verdict;
    return verdict.correct;
  }

  /** Calls the kernel wrong for what it did rather than for a value that it wrote. */
  reject(reason: string): void {
    this.ratio = 'Infinity';
    this.held = { ...this.verdict, correct: false, reason };
  }

  /** The inputs as they were loaded last, the problem's own, must still be there. False where they are not. */
  async keepsInputs(): Promise<boolean> {
    const changed = await this.execution.changedInput((name) => this.own.tensors[name]);
    if (changed !== null) this.reject(`The kernel changed its input ${changed}`);
    return changed === null;
  }

  /**
   * The problem's inputs with the first half of them from the other problem, or null where that makes no third one: a kernel may
   * go by a part of its inputs to tell whether all are what they were. Only of ordinary inputs may halves be mixed.
   */
  private halfOther(): Inputs | null {
    const { harness, planned, other } = this;
    if (!other?.problem || planned.problem.input !== planned.operation.inputCases[0].id) return null;
    const { problem, numerics } = planned;
    const halves = harness.problems.halves(problem, other.problem, numerics);
    if (!halves) return null;
    const { tensors, judges } = halves;
    return {
      tensors,
      compare: (outputs, share) => compareOutputs(harness, planned, outputs, share, judges),
      bits: null,
    };
  }

  private async runOthers(): Promise<boolean> {
    const { harness, planned, execution, own } = this;
    const { problem } = planned;
    for (let nth = this.gate ? 0 : 1; nth <= TRIES; nth++) {
      const seed = (problem.seed + nth * SEED_STEP) % Number.MAX_SAFE_INTEGER;
      const gate = nth === 0 ? this.gate : undefined;
      const inputs = seeded(harness, planned, gate?.problem ?? { ...problem, seed }, gate);
      execution.load((name) => inputs.tensors[name]);
      const outputs = await execution.dispatch();
      const when = `On ${gate ? `the ${gate.name}` : 'other inputs'}, over the output of an earlier run`;
      if (!(await this.accept(outputs, inputs, when))) return false;
      this.other = inputs;
      // Where the same is right for both inputs, a kernel that did nothing would be right too.
      if (!own.bits || !isSame(outputs, own.bits)) return true;
    }
    return true;
  }
}

/** The inputs of `problem`, for a kernel that was planned for one of the same shape. */
function seeded(harness: Harness, planned: Planned, problem: Problem, gate?: Gate): Inputs {
  return {
    problem,
    ...(gate ? { gate } : {}),
    tensors: harness.problems.inputs(problem),
    compare: (outputs, share) => compareOutputs(harness, { ...planned, problem }, outputs, share),
    bits: null,
  };
}

export function ofGate({ name }: Gate, { correct, ratio, checked, total }: Judged): GateVerdict {
  return { name, correct, ratio, checked, total };
}

function isSame(outputs: readonly Output[], bits: readonly Uint32Array[]): boolean {
  return outputs.every(({ raw }, k) => {
    const known = bits[k];
    // A loop, since `every` takes ten times as long over millions of words.
    for (let i = 0; i < raw.length; i++) if (raw[i] !== known[i]) return false;
    return raw.length === known.length;
  });
}

function larger(a: Verdict['ratio'], b: Verdict['ratio']): Verdict['ratio'] {
  return Number(a) >= Number(b) ? a : b;
}
