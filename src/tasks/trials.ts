/** What a task tries an answer with besides its own problem: other sizes, and subgroups of other sizes. Only verdicts. */
import { Refusal } from '../core/errors.ts';
import { both, withCommas } from '../core/words.ts';
import { ownRequest } from '../lab/own.ts';
import type { Request } from '../lab/protocol.ts';
import type { Result } from '../lab/result.ts';
import type { GradedGoal, Task } from './types.ts';

const SIZES = 'sizes';
const SUBGROUPS = 'subgroups';

interface Head {
  readonly id: string;
  readonly text: string;
}

export interface Trial extends Head {
  readonly requests: readonly Request[];
  /** What is different in each request: "keys = 20,000". */
  readonly labels: readonly string[];
  /** Why it cannot be tried; null where it can. */
  readonly fault: string | null;
}

/** The goals that come of a task's trials, before anything has been tried. */
export function trialHeads({ also = [], subgroups = [] }: Task): readonly Head[] {
  return [
    ...(also.length > 0 ? [{ id: SIZES, text: 'The output is correct at other sizes too' }] : []),
    ...(subgroups.length > 0
      ? [{ id: SUBGROUPS, text: `The output is correct with subgroups of ${both(subgroups)} lanes` }]
      : []),
  ];
}

/** `request` is that of the task's own problem, with the answer's text in it. */
export async function trialsOf(task: Task, request: Request, source: string): Promise<readonly Trial[]> {
  return Promise.all(
    trialHeads(task).map(async (head) => {
      if (head.id === SIZES) {
        const also = task.also ?? [];
        const requests = also.map((shape) => ({ ...request, shape: { ...task.shape, ...shape } }));
        const labels = also.map((shape) =>
          Object.entries(shape)
            .flatMap(([key, value]) => (value === task.shape[key] ? [] : [`${key} = ${withCommas(value)}`]))
            .join(', '),
        );
        return { ...head, requests, labels, fault: null };
      }
      const sizes = task.subgroups ?? [];
      try {
        const { withSubgroups } = await import('../wgsl/subgroups.ts');
        const { kernel: _, outline: __, ...rest } = request;
        const requests = await Promise.all(
          sizes.map((size) => ownRequest({ ...rest, source: withSubgroups(source, size) })),
        );
        return { ...head, requests, labels: sizes.map((size) => `subgroups of ${size} lanes`), fault: null };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        return { ...head, requests: [], labels: [], fault: error.fault };
      }
    }),
  );
}

/** What came of the requests of a trial, in their order. */
export function attempted({ id, text, labels, fault }: Trial, results: readonly (Result | null)[]): GradedGoal {
  if (fault !== null) return { id, text, state: 'unknown', value: fault, line: null };
  const at = results.findIndex((result) => result?.status !== 'correct');
  if (at < 0) return { id, text, state: 'met', value: '', line: null };
  const result = results[at];
  const reason = result?.failure?.diagnostics?.[0]?.message ?? result?.reason ?? 'it did not end';
  // What the text was made into for the trial may fail where the text itself does not.
  const isMade = id === SUBGROUPS && result?.status !== 'wrong';
  return { id, text, state: isMade ? 'unknown' : 'missed', value: `With ${labels[at]}: ${reason}`, line: null };
}
