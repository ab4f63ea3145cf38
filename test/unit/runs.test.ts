import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/core/errors.ts';
import type { BenchRequest, CallOptions, Host, Method, Methods, Request } from '../../src/lab/protocol.ts';
import type { Result } from '../../src/lab/result.ts';
import { type Item, itemOf, Ledger } from '../../src/ui/state/ledger.ts';
import { Runs } from '../../src/ui/state/runs.ts';
import { defaults } from '../../src/ui/state/settings.ts';

class View implements ReactiveControllerHost {
  readonly ledger = new Ledger();
  readonly updateComplete = Promise.resolve(true);
  controllers: ReactiveController[] = [];
  addController(controller: ReactiveController): void {
    this.controllers.push(controller);
    controller.hostConnected?.();
    controller.hostUpdate?.();
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
  chosen: null,
  seed: request.seed ?? 1,
  input: 'normal',
  status: 'correct',
  reason: null,
  verdict: null,
  time: null,
  work: null,
  measures: [],
});

/** A host whose calls end when they are told to; `calls` are the seeds that each was asked for. */
class Desk implements Host {
  readonly name = 'desk';
  readonly calls: number[][] = [];
  readonly sources: (string | undefined)[] = [];
  /** Before each result, e.g. to fail or to look. */
  before: (seed: number, options: CallOptions) => Promise<void> | void = () => {};
  restart = false;

  async call<M extends Method>(_: M, params: Methods[M]['params'], options: CallOptions = {}) {
    const { requests } = params as BenchRequest;
    this.calls.push(requests.map(({ seed }) => seed ?? 0));
    this.sources.push(...requests.map(({ source }) => source));
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

const items: readonly Item[] = Array.from({ length: 10 }, (_, i) => itemOf({ ...defaults(), seed: i + 1 }));

function setUp() {
  const view = new View();
  const { ledger } = view;
  const lost: string[] = [];
  const runs = new Runs(view, (missing) => lost.push(missing.lack));
  const has = (): number[] => items.flatMap(({ key }) => ledger.result(key, 'quick')?.seed ?? []);
  return { view, ledger, lost, runs, desk: new Desk(), has };
}

describe('a batch', () => {
  it('measures a few at a time and keeps each result under its key', async () => {
    const { runs, desk, has } = setUp();
    await runs.run(desk, items, 'quick');
    expect(desk.calls).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8],
      [9, 10],
    ]);
    expect(has()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(runs.running).toBeNull();
    expect(runs.note).toMatch(/^10 measured in /);
  });

  it('says how far it is, and what happens to which', async () => {
    const { runs, desk } = setUp();
    const shares: number[] = [];
    desk.before = (seed) => {
      shares.push(runs.running?.share ?? -1);
      if (seed !== 6) return;
      expect(items.slice(3, 9).map(({ key }) => runs.phaseOf(key))).toEqual([
        null,
        null,
        'verifying',
        'waiting',
        'waiting',
        null,
      ]);
      expect(runs.running?.done).toBe(5);
    };
    await runs.run(desk, items, 'quick');
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares[5]).toBe(0.5);
  });

  it('that is cancelled keeps what it has, goes on from there, and starts again once all is there', async () => {
    const { runs, desk, has } = setUp();
    desk.before = (seed) => {
      if (seed === 6) runs.cancel('cancelled');
    };
    await runs.run(desk, items, 'quick');
    expect(has()).toEqual([1, 2, 3, 4, 5]);
    expect(runs.note).toBe('You cancelled the run; what was measured stays.');
    desk.before = () => {};
    desk.calls.length = 0;
    await runs.run(desk, items, 'quick');
    expect(desk.calls).toEqual([[6, 7, 8, 9, 10]]);
    desk.calls.length = 0;
    await runs.run(desk, items, 'quick');
    expect(desk.calls.flat()).toHaveLength(10);
  });

  it('stops when its view is left', async () => {
    const { view, runs, desk, has } = setUp();
    desk.before = (seed) => {
      if (seed === 3) for (const controller of view.controllers) controller.hostDisconnected?.();
    };
    await runs.run(desk, items, 'quick');
    expect(has()).toEqual([1, 2]);
    expect(runs.note).toMatch(/You left this view/);
  });

  it('says why it stopped by itself', async () => {
    const { runs, desk, lost, has } = setUp();
    desk.before = (seed) => {
      if (seed === 5) throw new Failure('device-lost', 'The driver was reset');
    };
    await runs.run(desk, items, 'quick');
    expect(has()).toEqual([1, 2, 3, 4]);
    expect(runs.note).toMatch(/^It stopped: The driver was reset\. .*Choose a smaller shape/);
    expect(lost).toEqual([]);
  });

  it('ends where a kernel did not return', async () => {
    const { runs, desk, lost } = setUp();
    desk.restart = true;
    await runs.run(desk, items, 'quick');
    expect(desk.calls).toHaveLength(1);
    expect(lost).toEqual(['stuck']);
  });

  it('ends when the device is another one, and leaves nothing of the old one', async () => {
    const { runs, ledger, desk, has } = setUp();
    desk.before = (seed) => {
      if (seed === 3) ledger.forget();
    };
    await runs.run(desk, items, 'quick');
    expect(has()).toEqual([]);
    expect(runs.note).toMatch(/The device was reopened/);
  });

  it('asks for the effort that it is told, and does not take a quick result for a full one', async () => {
    const { runs, ledger, desk } = setUp();
    await runs.run(desk, items, 'quick');
    desk.calls.length = 0;
    await runs.run(desk, items.slice(0, 2), 'full');
    expect(desk.calls).toEqual([[1, 2]]);
    expect(ledger.latest(items[0].key)).toMatchObject({ budget: 'full', among: 2, liveBytes: 0 });
    expect(ledger.latest(items[9].key)).toMatchObject({ budget: 'quick', among: 10 });
  });
});

describe('a run by itself', () => {
  const [item] = items;

  it('is a batch of one, with the edited text', async () => {
    const { runs, ledger, desk } = setUp();
    const edited = itemOf(item.settings, 'fn main() {}');
    await runs.run(desk, [edited], 'full');
    expect(desk.sources).toEqual(['fn main() {}']);
    expect(ledger.latest(item.key)).toBeUndefined();
    expect(ledger.latest(edited.key)).toMatchObject({ among: 1, outcome: { state: 'correct' } });
    expect(ledger.latest(edited.key)?.tookMs).toBeGreaterThanOrEqual(0);
  });

  it('that is cancelled leaves what was known before', async () => {
    const { runs, ledger, desk } = setUp();
    await runs.run(desk, [item], 'full');
    const before = ledger.latest(item.key);
    desk.before = () => runs.cancel('changed');
    await runs.run(desk, [item], 'full');
    expect(runs.note).toBe('You changed a setting, so the run was cancelled.');
    expect(ledger.latest(item.key)).toBe(before);
  });

  it('that ends without a result has an outcome that says why', async () => {
    const { runs, ledger, desk, lost } = setUp();
    desk.before = () => {
      throw new Failure('timeout', 'The GPU did not answer');
    };
    await runs.run(desk, [item], 'full');
    expect(ledger.latest(item.key)).toMatchObject({ result: null, outcome: { state: 'failed' } });
    expect(ledger.result(item.key, 'full')).toBeUndefined();
    expect(lost).toEqual(['stuck']);
  });
});
