/**
 * Dawn's binding for Node asks the driver by `setImmediate` whether it has finished, as often as it can: one core is busy
 * with nothing else for as long as anything is awaited. Where the processor is the device, as with lavapipe, a kernel then
 * competes with the wait for it, and on two cores loses a good part of its speed.
 */

/** Waits up to this long are asked for without a pause: so their times are as exact as before. */
const SPIN_MS = 0.5;
/** The pause is this share of what was waited so far, and so is what it may add to a time by the host's clock. */
const SHARE = 1 / 50;
const LONGEST_MS = 5;

type Awaited = (...args: never[]) => Promise<unknown>;

/** Pauses between questions while work on the GPU is awaited: `methods` start such a wait, by their owners. */
export function pollGently(
  methods: readonly (readonly [owner: object, name: string])[],
  node: Pick<typeof globalThis, 'setImmediate'> = globalThis,
): void {
  let [waits, sinceMs] = [0, 0];
  const ended = (): void => void waits--;
  for (const [owner, name] of methods) {
    const own = Reflect.get(owner, name) as Awaited;
    const counted = function (this: unknown, ...args: never[]): Promise<unknown> {
      const promise = own.apply(this, args);
      if (waits++ === 0) sinceMs = performance.now();
      promise.then(ended, ended);
      return promise;
    };
    Reflect.set(owner, name, counted);
  }
  const cell = new Int32Array(new SharedArrayBuffer(4));
  const immediate = node.setImmediate;
  const gentle = (ask: (...args: unknown[]) => void, ...args: unknown[]): NodeJS.Immediate =>
    immediate(() => {
      // Before the question and not after it: what it settles goes on at once.
      const waitedMs = waits > 0 ? performance.now() - sinceMs : 0;
      if (waitedMs > SPIN_MS) Atomics.wait(cell, 0, 0, Math.min(LONGEST_MS, waitedMs * SHARE));
      ask(...args);
    });
  // With what `util.promisify` asks for.
  node.setImmediate = Object.defineProperties(
    gentle,
    Object.getOwnPropertyDescriptors(immediate),
  ) as typeof setImmediate;
}
