import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/errors.ts';
import type { BenchRequest, CallOptions, Host, Method, Methods, Request } from '../../src/lab/protocol.ts';
import { QUICK } from '../../src/lab/protocol.ts';
import type { Result } from '../../src/lab/result.ts';
import { Batch, type Item } from '../../src/ui/state/batch.ts';

class View implements ReactiveControllerHost {
  readonly updateComplete = Promise.resolve(true);
  controllers: ReactiveController[] = [];
  addController(controller: ReactiveController): void {
    this.controllers.push(controller);
  }
  removeController(): void {}
  requestUpdate(): void {}
}

const resultOf = (request: Request): Result => ({
  op: request.op,
  kernel: request.kernel,
  shape: {},
  dtype: 'f32',
  knobs: {},
  seed: request.seed ?? 1,
  input: 'normal',
  status: 'correct',
  reason: null,
  verdict: null,
  time: null,
  work: null,
  rate: null,
});

/** A host whose calls end when they are told to; `calls` are the seeds that each was asked for. */
class Desk implements Host {
  readonly name = 'desk';
  readonly calls: number[][] = [];
  /** Before each result, e.g. to fail or to look. */
  before: (seed: number, options: CallOptions) => Promise<void> | void = () => {};
  restart = false;

  async call<M extends Method>(_: M, params: Methods[M]['params'], options: CallOptions = {}) {
    const { requests } = params as BenchRequest;
    this.calls.push(requests.map(({ seed }) => seed ?? 0));
    const results: Result[] = [];
    for (const [index, request] of requests.entries()) {
      options.onProgress?.({ kind: 'step', index, phase: 'verify', done: index, total: requests.length });
      await this.before(request.seed ?? 0, options);
      if (options.signal?.aborted) throw new Failure('cancelled', 'You cancelled the run');
      results.push(resultOf(request));
      options.onProgress?.({ kind: 'result', index, result: results[index] });
    }
    return { results, restart: this.restart, liveBytes: 0 } as unknown as Methods[M]['reply'];
  }

  async close(): Promise<void> {}
}

const items: readonly Item[] = Array.from({ length: 10 }, (_, i) => ({
  key: `k${i + 1}`,
  request: { op: 'neuron', kernel: '1', seed: i + 1 },
}));

function setUp() {
  const view = new View();
  const lost: string[] = [];
  const batch = new Batch(view, (missing) => lost.push(missing.lack));
  const has = (): number[] => items.flatMap(({ key }) => batch.result(key)?.seed ?? []);
  return { view, lost, batch, desk: new Desk(), has };
}

describe('a batch', () => {
  it('measures a few at a time and keeps each result under its key', async () => {
    const { batch, desk, has } = setUp();
    await batch.run(desk, items, QUICK);
    expect(desk.calls).toEqual([
      [1, 2, 3, 4],
      [5, 6, 7, 8],
      [9, 10],
    ]);
    expect(has()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(batch.running).toBeNull();
    expect(batch.note).toMatch(/^10 measured in /);
  });

  it('says how far it is, and what happens to which', async () => {
    const { batch, desk } = setUp();
    const shares: number[] = [];
    desk.before = (seed) => {
      shares.push(batch.running?.share ?? -1);
      if (seed !== 6) return;
      expect(items.slice(3, 9).map(({ key }) => batch.phaseOf(key))).toEqual([
        null,
        null,
        'verifying',
        'waiting',
        'waiting',
        null,
      ]);
      expect(batch.running?.done).toBe(5);
    };
    await batch.run(desk, items, QUICK);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares[5]).toBe(0.5);
  });

  it('that is cancelled keeps what it has, goes on from there, and starts anew once all is there', async () => {
    const { batch, desk, has } = setUp();
    desk.before = (seed) => {
      if (seed === 6) batch.cancel('You cancelled.');
    };
    await batch.run(desk, items, QUICK);
    expect(has()).toEqual([1, 2, 3, 4, 5]);
    expect(batch.note).toBe('You cancelled.');
    desk.before = () => {};
    desk.calls.length = 0;
    await batch.run(desk, items, QUICK);
    expect(desk.calls).toEqual([[6, 7, 8, 9], [10]]);
    desk.calls.length = 0;
    await batch.run(desk, items, QUICK);
    expect(desk.calls.flat()).toHaveLength(10);
  });

  it('stops when its view is left', async () => {
    const { view, batch, desk, has } = setUp();
    desk.before = (seed) => {
      if (seed === 3) for (const controller of view.controllers) controller.hostDisconnected?.();
    };
    await batch.run(desk, items, QUICK);
    expect(has()).toEqual([1, 2]);
    expect(batch.note).toMatch(/You left this view/);
  });

  it('says why it stopped by itself', async () => {
    const { batch, desk, lost, has } = setUp();
    desk.before = (seed) => {
      if (seed === 5) throw new Failure('device-lost', 'The driver was reset');
    };
    await batch.run(desk, items, QUICK);
    expect(has()).toEqual([1, 2, 3, 4]);
    expect(batch.note).toMatch(/^It stopped: The driver was reset\. .*Take a smaller shape/);
    expect(lost).toEqual([]);
  });

  it('ends where a kernel did not return', async () => {
    const { batch, desk, lost } = setUp();
    desk.restart = true;
    await batch.run(desk, items, QUICK);
    expect(desk.calls).toHaveLength(1);
    expect(lost).toEqual(['stuck']);
  });

  it('forgets what another device has measured', async () => {
    const { batch, desk, has } = setUp();
    await batch.run(desk, items, QUICK);
    batch.forget();
    expect(has()).toEqual([]);
  });
});
