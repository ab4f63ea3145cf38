/** Runs a kernel over given values, for other people's vectors, and compares what it makes of them with the reference. */
import { Refusal } from '../core/errors.ts';
import { type Judged, joined } from '../core/joined.ts';
import type { Verdict } from '../core/judge.ts';
import type { Timer } from '../gpu/timer.ts';
import { GIVEN, type Tensors } from '../ops/types.ts';
import { askToRun } from './consent.ts';
import { compareEach, type Harness, judgesOfGiven, prepare } from './experiment.ts';
import { blankResult } from './outcome.ts';
import { type Planned, planRequest } from './plan.ts';
import type { SolveReply, SolveRequest } from './protocol.ts';
import type { Result } from './result.ts';
import { type Inputs, Trial } from './trial.ts';

/** Throws a `Refusal` or a `Failure`; nothing stays allocated. `timer` measures smaller problems, where that is to be. */
export async function solve(harness: Harness, timer: Timer, params: SolveRequest): Promise<SolveReply> {
  const planned = planRequest(params.request, harness.capabilities);
  const { operation, kernel } = planned;
  const tensors = given(planned, params.tensors);
  if (!params.allowLong) await askToRun(harness, timer, planned, params.request.source);
  // The first run is over other values, and nobody looks at its output: what it leaves in scratch must not help.
  const execution = await prepare(harness, planned, `${operation.id} ${kernel.id}`, altered(tensors));
  const judges = judgesOfGiven(harness, planned, tensors);
  const said = new Map<string, Judged>();
  const own: Inputs = {
    tensors,
    compare: async (outputs) => {
      const each = await compareEach(harness, planned, outputs, judges);
      for (const [tensor, verdict] of each) said.set(tensor, worse(said.get(tensor), verdict));
      return joined([...each.values()]);
    },
    bits: null,
  };
  const trial = new Trial(harness, planned, execution, own, []);
  try {
    await harness.step('run');
    await execution.run();
    execution.load((name) => tensors[name]);
    execution.poison(true);
    const outputs = await execution.dispatch();
    await harness.step('verify');
    if (await trial.accept(outputs, own, null)) {
      execution.clutter();
      const again = await trial.accept(await execution.dispatch(), own, 'When run again, over other numbers');
      if (again) await trial.keepsInputs();
    }
    const { verdict } = trial;
    const result: Result = {
      ...blankResult(planned),
      input: GIVEN,
      status: verdict.correct ? 'correct' : 'wrong',
      reason: verdict.correct ? null : (verdict.reason ?? 'The output is wrong'),
      verdict,
    };
    return {
      result,
      verdicts: byOutput(verdict, said),
      outputs: Object.fromEntries(
        outputs.filter(({ use }) => use === 'output').map(({ tensor, values }) => [tensor, values]),
      ),
    };
  } finally {
    execution.release();
  }
}

function worse(held: Judged | undefined, verdict: Judged): Judged {
  return held && Number(held.ratio) >= Number(verdict.ratio) ? held : verdict;
}

/** The verdict on each output. A fault that lies in no output, such as a changed input, is a fault of all. */
function byOutput(verdict: Verdict, said: ReadonlyMap<string, Judged>): SolveReply['verdicts'] {
  const isNamed = [...said.values()].some(({ correct }) => !correct);
  const { gates, correct, ratio, worst, reason } = verdict;
  return Object.fromEntries(
    [...said].map(([tensor, own]) => {
      // The reason of the whole also says in which run it was.
      const isItsOwn = !own.correct && worst?.tensor === tensor;
      const isWhole = isItsOwn || (!isNamed && !correct);
      const shared = isWhole ? { correct, ratio, worst, ...(reason === undefined ? {} : { reason }) } : {};
      return [tensor, { ...own, ...shared, gates }];
    }),
  );
}

/** Inputs as typed arrays. Throws a `Refusal` where one has not as many values as its shape. */
function given({ operation, problem }: Planned, values: SolveRequest['tensors']): Tensors {
  return Object.fromEntries(
    operation
      .tensors(problem.shape)
      .filter((tensor) => tensor.role === 'input')
      .map(({ name, dims, type }) => {
        const own = values[name];
        const expected = dims.reduce((a, b) => a * b, 1);
        if (own?.length !== expected) {
          throw new Refusal(
            `${name} needs ${expected} values (${dims.join(' x ')}), and ${own?.length ?? 0} were given`,
            { rule: 'tensor-size', parameters: { tensor: name, expected, given: own?.length ?? 0 } },
          );
        }
        const Type = type === 'u32' ? Uint32Array : Float32Array;
        return [name, own instanceof Type ? own : Type.from(own)];
      }),
  );
}

/** Other values of about the same size. Integers are lengths or flags and stay, so that the problem is still one. */
function altered(tensors: Tensors): Tensors {
  return Object.fromEntries(
    Object.entries(tensors).map(([name, values]) => [
      name,
      values instanceof Uint32Array ? values : values.map((value) => 1 - value / 2),
    ]),
  );
}
