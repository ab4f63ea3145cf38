/** One tab at a time: two that measured at once would slow each other and say nothing of it. */

const NAME = 'tilescope run';

/** Settles with this tab's last task: one that was cancelled keeps the lock until its worker has let go. */
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs `task` while no other tab of this page runs one, and after this tab's last one. `waits` is called where another
 * tab runs one; `signal` ends the wait, and then this throws. A browser without Web Locks has to do without.
 */
export function alone<T>(task: () => Promise<T>, signal: AbortSignal, waits: () => void): Promise<T> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return task();
  const mine = last.then(() => {
    signal.throwIfAborted();
    return locked(locks, task, signal, waits);
  });
  last = mine.catch(() => undefined);
  return mine;
}

/** What is said aloud of a run in progress: nothing while it is not known (null) whether it has to wait. */
export function startWords(waits: boolean | null): string {
  if (waits === null) return '';
  return waits ? 'Waiting for another tab.' : 'The run has started.';
}

async function locked<T>(
  locks: LockManager,
  task: () => Promise<T>,
  signal: AbortSignal,
  waits: () => void,
): Promise<T> {
  const taken = await locks.request(NAME, { ifAvailable: true }, async (lock) =>
    lock ? { result: await task() } : null,
  );
  if (taken) return taken.result;
  waits();
  return locks.request(NAME, { signal }, task);
}
