/** One tab at a time: two that measured at once would slow each other and say nothing of it. */

const NAME = 'tilescope run';

/**
 * Runs `task` while no other tab of this page runs one. `waits` is called where one does; `signal` ends the wait, and
 * then this throws. A browser without Web Locks has to do without.
 */
export async function alone<T>(task: () => Promise<T>, signal: AbortSignal, waits: () => void): Promise<T> {
  const locks = globalThis.navigator?.locks;
  if (!locks) return task();
  const taken = await locks.request(NAME, { ifAvailable: true }, async (lock) =>
    lock ? { result: await task() } : null,
  );
  if (taken) return taken.result;
  waits();
  return locks.request(NAME, { signal }, task);
}
