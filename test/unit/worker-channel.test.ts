import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Message } from '../../src/lab/protocol.ts';
import { pageHost, type WorkerLike } from '../../src/lab/worker-channel.ts';

/** A worker that does what the test says. */
class FakeWorker implements WorkerLike {
  onmessage: ((event: MessageEvent) => void) | null = null;
  onerror: ((event: ErrorEvent) => void) | null = null;
  terminated = false;
  readonly received: Message[] = [];

  constructor(private readonly answer: (message: Message, worker: FakeWorker) => void) {}

  postMessage(message: unknown): void {
    this.received.push(message as Message);
    this.answer(message as Message, this);
  }

  terminate(): void {
    this.terminated = true;
  }

  say(message: Message): void {
    this.onmessage?.({ data: message } as MessageEvent);
  }
}

function hostOf(answer: (message: Message, worker: FakeWorker) => void) {
  const workers: FakeWorker[] = [];
  const host = pageHost({
    spawn: () => {
      const worker = new FakeWorker(answer);
      workers.push(worker);
      return worker;
    },
  });
  return { host, workers };
}

const silent = (): void => {};
const bench = { requests: [], budget: { samples: 0, sampleMs: 0, limitMs: 0, referenceCost: 0 } };

describe('the page’s host', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('hands on progress and the reply', async () => {
    const { host } = hostOf((message, worker) => {
      const step = { kind: 'step', index: 0, phase: 'run', done: 1, total: 2 } as const;
      worker.say({ id: message.id, progress: step });
      worker.say({ id: message.id, reply: { results: [], restart: false, liveBytes: 0 } });
    });
    const seen: unknown[] = [];
    const reply = await host.call('bench', bench, { onProgress: (progress) => seen.push(progress) });
    expect(seen).toHaveLength(1);
    expect(reply).toMatchObject({ restart: false });
  });

  it('makes refusals and failures errors again', async () => {
    const errors = [
      { name: 'Refusal', code: 'internal', message: 'too large' },
      { name: 'Failure', code: 'no-adapter', message: 'none' },
    ] as const;
    let turn = 0;
    const { host } = hostOf((message, worker) => worker.say({ id: message.id, error: errors[turn++] }));
    await expect(host.call('device', {})).rejects.toMatchObject({ name: 'Refusal', message: 'too large' });
    await expect(host.call('device', {})).rejects.toMatchObject({ name: 'Failure', code: 'no-adapter' });
  });

  it('lets a second call wait for the first', async () => {
    const { host, workers } = hostOf(silent);
    const first = host.call('device', {});
    void host.call('bench', bench).catch(() => {});
    await vi.advanceTimersByTimeAsync(0);
    expect(workers[0].received).toHaveLength(1);
    workers[0].say({ id: workers[0].received[0].id, reply: {} });
    await first;
    await vi.advanceTimersByTimeAsync(0);
    expect(workers[0].received).toHaveLength(2);
  });

  it('asks a cancelled call to end, and keeps a worker that does', async () => {
    const { host, workers } = hostOf((message, worker) => {
      if ('cancel' in message) {
        worker.say({ id: message.id, error: { name: 'Failure', code: 'cancelled', message: 'stopped' } });
      }
    });
    const abort = new AbortController();
    const call = host.call('bench', bench, { signal: abort.signal });
    const ended = expect(call).rejects.toMatchObject({ code: 'cancelled' });
    await vi.advanceTimersByTimeAsync(0);
    abort.abort();
    await ended;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(workers[0].terminated).toBe(false);
  });

  it('ends a worker that does not answer a cancellation, and starts another', async () => {
    const { host, workers } = hostOf(silent);
    const abort = new AbortController();
    const ended = expect(host.call('bench', bench, { signal: abort.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    await vi.advanceTimersByTimeAsync(0);
    abort.abort();
    await vi.advanceTimersByTimeAsync(1_400);
    expect(workers[0].terminated).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    await ended;
    expect(workers[0].terminated).toBe(true);
    void host.call('device', {}).catch(() => {});
    await vi.advanceTimersByTimeAsync(0);
    expect(workers).toHaveLength(2);
  });

  it('never starts what was cancelled while it waited', async () => {
    const { host, workers } = hostOf(silent);
    await expect(host.call('device', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    expect(workers).toHaveLength(0);
  });

  it('says so where the worker breaks, and goes on with another', async () => {
    const { host, workers } = hostOf(silent);
    const broken = expect(host.call('device', {})).rejects.toMatchObject({
      code: 'internal',
      message: 'The worker stopped: boom.',
    });
    await vi.advanceTimersByTimeAsync(0);
    workers[0].onerror?.({ message: 'boom' } as ErrorEvent);
    await broken;
    expect(workers[0].terminated).toBe(true);
  });

  it('takes another worker after a kernel that never returned', async () => {
    const { host, workers } = hostOf((message, worker) =>
      worker.say({ id: message.id, reply: { results: [null], restart: true, liveBytes: 0 } }),
    );
    await host.call('bench', bench);
    await host.call('bench', bench);
    expect(workers).toHaveLength(2);
    expect(workers[0].terminated).toBe(true);
  });

  it('ignores what an ended worker still says', async () => {
    const { host, workers } = hostOf(silent);
    const abort = new AbortController();
    const first = expect(host.call('bench', bench, { signal: abort.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    await vi.advanceTimersByTimeAsync(0);
    const { id } = workers[0].received[0];
    abort.abort();
    await vi.advanceTimersByTimeAsync(1_600);
    await first;
    let settled = false;
    void host.call('device', {}).then(() => {
      settled = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    workers[0].say({ id, reply: {} });
    workers[0].say({ id: id + 1, reply: {} });
    await vi.advanceTimersByTimeAsync(0);
    expect(settled).toBe(false);
  });
});
