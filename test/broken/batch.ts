/** Many requests on one host: those that a hung kernel leaves undone go to the next host. */
import { Failure } from '../../src/core/errors.ts';
import { unmade } from '../../src/lab/outcome.ts';
import type { Budget, Host, Request } from '../../src/lab/protocol.ts';
import type { DeviceReport, Result } from '../../src/lab/result.ts';
import type { Tensors } from '../../src/ops/types.ts';

/** Nothing is timed; every reference is computed in full. */
export function verifyOnly(limitMs: number): Budget {
  return { samples: 0, sampleMs: 0, limitMs, referenceCost: Number.MAX_SAFE_INTEGER };
}

/** A host that is opened when first needed, and opens again by itself where a kernel hangs or takes it down. */
export class Runner {
  private host: Promise<Host> | null = null;
  /** How often the host had to be given up. */
  restarts = 0;

  /** `start` gives a host that lives, whether it was just opened or is shared. */
  constructor(private readonly start: () => Promise<Host>) {}

  async device(): Promise<DeviceReport> {
    return (await this.open()).call('device', {});
  }

  /**
   * Results in the order of the requests. A request that took its host down is 'failed', with the reason; the rest
   * goes on. `onResult` is told of each when it arrives. Throws a `Failure` where no host can be had.
   */
  async run(requests: readonly Request[], budget: Budget, onResult: () => void = () => {}): Promise<Result[]> {
    const results: (Result | null)[] = requests.map(() => null);
    for (;;) {
      const left = requests.flatMap((_, index) => (results[index] ? [] : [index]));
      if (left.length === 0) return results as Result[];
      let current = left[0];
      const host = await this.open();
      try {
        const reply = await host.call(
          'bench',
          { requests: left.map((index) => requests[index]), budget },
          {
            onProgress: (progress) => {
              current = left[progress.index];
              if (progress.kind !== 'result') return;
              results[current] = progress.result;
              onResult();
            },
          },
        );
        reply.results.forEach((result, k) => {
          results[left[k]] ??= result;
        });
        if (reply.restart) this.restarts++;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        results[current] ??= unmade(requests[current], error);
        onResult();
        this.restarts++;
      }
    }
  }

  /** One request over given inputs, judged without its operation's gates. */
  async solve(request: Request, tensors: Tensors, limitMs: number): Promise<Result> {
    return (await (await this.open()).call('solve', { request, tensors, limitMs })).result;
  }

  async close(): Promise<void> {
    const host = await this.host?.catch(() => null);
    this.host = null;
    await host?.close();
  }

  private open(): Promise<Host> {
    this.host ??= this.start();
    return this.host;
  }
}
