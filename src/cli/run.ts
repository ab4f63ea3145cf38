/** Requests through a session's host, whatever happens to it: each result lands when it arrives, a host that hangs is restarted. */
import { Failure, Refusal, sentence } from '../core/errors.ts';
import type { RaceOutcome } from '../kernels/types.ts';
import { unmade } from '../lab/outcome.ts';
import { resolve } from '../lab/plan.ts';
import type { Budget, Progress, Request } from '../lab/protocol.ts';
import type { Result } from '../lab/result.ts';
import type { Session } from './session.ts';
import { asSentence } from './text.ts';

export interface Watcher {
  /** `done` counts requests, fractions of the ones under way included. */
  onStep?(done: number, request: Request, phase: string): void;
  /** A result landed. */
  onResult?(): void;
  /** A call to the host is behind: `made` results of the operation `op` came of it. */
  onCall?(op: string, made: number): void;
  /** What a reader must know, as a line of its own. */
  note(text: string): void;
}

export interface Run {
  readonly requests: readonly Request[];
  readonly budget: Budget;
  /** One for each request, null where there is none yet; filled in. */
  readonly results: (Result | null)[];
  /** Whether a dispatch may last over a second; no by default. */
  readonly allowLong?: boolean;
  /** Where kernels that choose may let their candidates race: what was found earlier, and who keeps what is found now. */
  readonly races?: { readonly outcomes: readonly RaceOutcome[]; keep(outcome: RaceOutcome): void };
}

/** What no device can make right is refused before a host is started for it. */
export function refusedBeforehand(request: Request): Result | null {
  try {
    resolve(request);
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return unmade(request, error);
  }
}

/**
 * Runs what has no result yet. Throws what ends it all: a `Failure` ('cancelled' where the user interrupts or
 * `deadline` fires, 'no-adapter') or a `Refusal`; what came before stays in `results`.
 */
export async function runRequests(run: Run, session: Session, watcher: Watcher, deadline?: AbortSignal): Promise<void> {
  const { requests, results } = run;
  const open = (): number[] => requests.flatMap((_, index) => (results[index] ? [] : [index]));
  for (let left = open(); left.length > 0; left = open()) {
    // One problem a call: its variants are timed side by side, and an interrupt loses no other problem's results.
    const [first] = left;
    const same = left.filter((index) => problemOf(requests[index]) === problemOf(requests[first]));
    const before = run.races?.outcomes.length ?? 0;
    await runSome(run, same, session, watcher, deadline);
    const made = left.length - open().length;
    // Where a race took the host down there is an outcome instead.
    const raced = run.races?.outcomes.length ?? 0;
    if (made === 0 && raced === before) throw new Failure('internal', 'The host gave back not a single result');
    if (made > 0) watcher.onCall?.(requests[first].op, made);
  }
}

function problemOf({ op, shape, dtype }: Request): string {
  return JSON.stringify([op, shape, dtype]);
}

/** One call to the host. Each result lands when it arrives, so that what ends the call does not take them along. */
async function runSome(
  { requests, budget, results, races, allowLong }: Run,
  indices: readonly number[],
  session: Session,
  watcher: Watcher,
  deadline: AbortSignal | undefined,
): Promise<void> {
  let current = indices[0];
  const land = (index: number, result: Result | null): void => {
    if (!result || results[index]) return;
    results[index] = result;
    watcher.onResult?.();
  };
  const onProgress = (message: Progress): void => {
    current = indices[message.index];
    if (message.kind === 'result') {
      land(current, message.result);
      return;
    }
    if (message.kind === 'raced') races?.keep(message.outcome);
    if (message.kind === 'choice') {
      watcher.onStep?.(0, requests[current], `choosing: ${message.at} of ${message.of} kernels`);
    }
    if (message.kind !== 'step') return;
    const behind = results.filter((result, index) => result !== null && !indices.includes(index)).length;
    const share = message.total > 0 ? message.done / message.total : 0;
    watcher.onStep?.(behind + share * indices.length, requests[current], message.phase);
  };
  if (!session.report) watcher.note(`Opening ${session.name}...`);
  await session.device();
  try {
    const params = {
      requests: indices.map((index) => requests[index]),
      budget,
      ...(races ? { raced: races.outcomes } : {}),
      ...(allowLong ? { allowLong } : {}),
    };
    const reply = await session.call('bench', params, onProgress, deadline);
    for (const [k, result] of reply.results.entries()) land(indices[k], result);
    if (!reply.restart) return;
    const why = results[current]?.reason ?? 'A candidate did not return, so the rules choose';
    watcher.note(`${asSentence(why)} Restarting the host.`);
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'cancelled' || error.code === 'no-adapter') throw error;
    // The host went down: what it was working on takes the blame, the rest gets a new host.
    land(current, unmade(requests[current], error));
    watcher.note(`${asSentence(sentence(error))} Restarting the host.`);
  }
}
