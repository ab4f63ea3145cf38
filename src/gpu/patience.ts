import { Failure } from '../core/errors.ts';

/**
 * Waits for the GPU, but not for ever: a kernel that never ends leaves `mapAsync` unsettled on stacks without a
 * watchdog. Rejects with a `Failure`: after `limitMs` that of `overdue` ('timeout'), 'device-lost' as soon as the device is.
 */
export async function patiently<T>(
  work: Promise<T>,
  lost: Promise<GPUDeviceLostInfo>,
  limitMs: number,
  what: string,
  overdue: (what: string, seconds: number) => Failure = held,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(overdue(what, Number((limitMs / 1000).toPrecision(3))));
    }, limitMs);
  });
  const gone = lost.then((info): never => {
    throw lostDevice(info);
  });
  try {
    return await Promise.race([work, gone, limit]);
  } catch (error) {
    if (error instanceof Failure) throw error;
    // A map is aborted a moment before the loss itself is told: the loss is the better explanation.
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 100))]);
    throw error;
  } finally {
    clearTimeout(timer);
    // The losers of the race must not become unhandled rejections.
    limit.catch(() => {});
    gone.catch(() => {});
    work.catch(() => {});
  }
}

function held(what: string, seconds: number): Failure {
  return new Failure(
    'timeout',
    `${what} did not finish within ${seconds} s; the GPU is still busy with it and must be given up`,
  );
}

/** Of a compiler that takes so long: it runs on the processor, and the GPU is free. */
export function slowCompile(what: string, seconds: number): Failure {
  return new Failure(
    'slow-compile',
    `${what} did not finish within ${seconds} s; the driver's compiler is still at it`,
  );
}

export function lostDevice(info: GPUDeviceLostInfo): Failure {
  const why = info.message.split('\n')[0];
  return new Failure(
    'device-lost',
    `The GPU device was lost (${info.reason === 'destroyed' ? 'it was destroyed' : why || 'the driver gave no reason'})`,
  );
}
