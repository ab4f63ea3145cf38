import { describe, expect, test, vi } from 'vitest';
import { Failure, Refusal } from '../../src/core/errors.ts';
import type { Channel } from '../../src/lab/channel.ts';
import { Client } from '../../src/lab/client.ts';
import type { Message } from '../../src/lab/protocol.ts';
import { toWire } from '../../src/lab/wire.ts';

/** A channel whose other side is the test. */
function fakeChannel() {
  const sent: Message[] = [];
  let end: (how: Failure) => void = () => undefined;
  const closed = new Promise<Failure>((resolve) => {
    end = resolve;
  });
  const close = (how: string): void => end(new Failure('device-lost', how));
  const channel: Channel = {
    send: (message) => sent.push(message),
    end: vi.fn(),
    kill: vi.fn(() => close('It was killed.')),
    closed,
    onMessage: () => undefined,
  };
  return { channel, sent, close };
}

const flush = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const BENCH = { requests: [], budget: { samples: 0, sampleMs: 1, limitMs: 2_000, referenceCost: 1 } };
const step = { kind: 'step', index: 0, phase: 'run', done: 1, total: 2 } as const;

describe('a client', () => {
  test('runs one call at a time', async () => {
    const { channel, sent } = fakeChannel();
    const client = new Client('fake', () => channel);
    const first = client.call('device', {});
    const second = client.call('device', {});
    await flush();
    expect(sent.map(({ id }) => id)).toEqual([1]);
    channel.onMessage({ id: 1, reply: 'one' });
    expect(await first).toBe('one');
    await flush();
    expect(sent.map(({ id }) => id)).toEqual([1, 2]);
    channel.onMessage({ id: 1, reply: 'late' });
    channel.onMessage({ id: 2, reply: 'two' });
    expect(await second).toBe('two');
  });

  test('passes progress on and rebuilds errors', async () => {
    const { channel } = fakeChannel();
    const client = new Client('fake', () => channel);
    const onProgress = vi.fn();
    const refused = client.call('device', {}, { onProgress });
    await flush();
    channel.onMessage({ id: 1, progress: step });
    channel.onMessage({ id: 1, error: toWire(new Refusal('TILE 7 does not divide 16: use 8.')) });
    await expect(refused).rejects.toThrow(Refusal);
    expect(onProgress).toHaveBeenCalledExactlyOnceWith(step);
    const failed = client.call('device', {});
    await flush();
    channel.onMessage({ id: 2, error: toWire(new Failure('out-of-memory', 'No.')) });
    await expect(failed).rejects.toMatchObject({ name: 'Failure', code: 'out-of-memory', message: 'No.' });
  });

  test('says how the other side ended, and goes on with another', async () => {
    const [first, second] = [fakeChannel(), fakeChannel()];
    const channels = [first.channel, second.channel];
    const client = new Client('fake', () => channels.shift() as Channel);
    const running = client.call('device', {});
    await flush();
    first.close("Dawn's process ended (SIGSEGV).");
    await expect(running).rejects.toMatchObject({ code: 'device-lost', message: "Dawn's process ended (SIGSEGV)." });
    expect(client.channel).toBeNull();
    const next = client.call('device', {});
    await flush();
    second.channel.onMessage({ id: 2, reply: 'two' });
    expect(await next).toBe('two');
  });

  test('opens another channel after one that was lost between two calls', async () => {
    const [first, second] = [fakeChannel(), fakeChannel()];
    const channels = [first.channel, second.channel];
    const client = new Client('fake', () => channels.shift() as Channel);
    await client.connect();
    first.close('It ended.');
    await flush();
    const call = client.call('device', {});
    await flush();
    second.channel.onMessage({ id: 1, reply: 'one' });
    expect(await call).toBe('one');
  });

  test('what the channel before still says belongs to nobody', async () => {
    const [first, second] = [fakeChannel(), fakeChannel()];
    const channels = [first.channel, second.channel];
    const client = new Client('fake', () => channels.shift() as Channel);
    const lost = client.call('device', {}).catch((error) => error);
    await flush();
    first.channel.onMessage({ id: 1, error: { name: 'Failure', code: 'timeout', message: 'It hung.' } });
    expect(await lost).toMatchObject({ code: 'timeout' });
    expect(first.channel.end).toHaveBeenCalledOnce();
    first.close('It ended.');
    let settled = false;
    const next = client.call('device', {}).then(() => {
      settled = true;
    });
    await flush();
    first.channel.onMessage({ id: 2, reply: 'late' });
    await flush();
    expect(settled).toBe(false);
    second.channel.onMessage({ id: 2, reply: 'two' });
    await next;
  });

  test('waits for a channel that was given up to end before it opens another', async () => {
    const { channel, close } = fakeChannel();
    const open = vi.fn(() => channel);
    const client = new Client('fake', open);
    const hung = client.call('bench', BENCH);
    await flush();
    channel.onMessage({ id: 1, reply: { results: [null], restart: true, liveBytes: 0 } });
    await hung;
    void client.call('device', {}).catch(() => undefined);
    await flush();
    expect(open).toHaveBeenCalledOnce();
    close('It ended.');
    await flush();
    expect(open).toHaveBeenCalledTimes(2);
  });

  test('a channel that does not open fails its call alone', async () => {
    const { channel } = fakeChannel();
    const open = vi
      .fn(() => channel)
      .mockImplementationOnce(() => {
        throw new Failure('no-adapter', 'None.');
      });
    const client = new Client('fake', open);
    await expect(client.call('device', {})).rejects.toMatchObject({ code: 'no-adapter' });
    const next = client.call('device', {});
    await flush();
    channel.onMessage({ id: 2, reply: 'two' });
    expect(await next).toBe('two');
  });

  test('a request that cannot be sent fails with one sentence', async () => {
    const { channel } = fakeChannel();
    channel.send = () => {
      throw new RangeError('Invalid string length');
    };
    const client = new Client('fake', () => channel);
    await expect(client.call('device', {})).rejects.toMatchObject({
      code: 'internal',
      message: 'The request could not be sent: Invalid string length.',
    });
  });

  test('a call that is cancelled while the channel opens is never sent', async () => {
    const { channel, sent } = fakeChannel();
    let open: (opened: Channel) => void = () => undefined;
    const client = new Client(
      'fake',
      () =>
        new Promise<Channel>((resolve) => {
          open = resolve;
        }),
    );
    const controller = new AbortController();
    const call = client.call('device', {}, { signal: controller.signal });
    await flush();
    controller.abort();
    open(channel);
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    expect(sent).toEqual([]);
  });

  test('ends a silent host by force, and hears every message as a sign of life', async () => {
    vi.useFakeTimers();
    try {
      const { channel } = fakeChannel();
      const client = new Client('fake', () => channel, { silenceMs: 1_000 });
      const running = client.call('bench', BENCH).catch((error) => error);
      await vi.advanceTimersByTimeAsync(2_900);
      channel.onMessage({ id: 1, progress: step });
      await vi.advanceTimersByTimeAsync(2_900);
      expect(channel.kill).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(200);
      expect(channel.kill).toHaveBeenCalledOnce();
      expect(await running).toMatchObject({ code: 'timeout' });
    } finally {
      vi.useRealTimers();
    }
  });

  test('passes a cancel on, and refuses to begin a call that was cancelled while it waited', async () => {
    const { channel, sent } = fakeChannel();
    const client = new Client('fake', () => channel);
    const controller = new AbortController();
    const first = client.call('device', {}, { signal: controller.signal });
    const second = client.call('device', {}, { signal: controller.signal });
    await flush();
    controller.abort();
    expect(sent.at(-1)).toEqual({ id: 1, cancel: true });
    channel.onMessage({ id: 1, error: { name: 'Failure', code: 'cancelled', message: 'Cancelled.' } });
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    expect(sent).toHaveLength(2);
  });

  test('is closed by force where it does not answer in three seconds', async () => {
    vi.useFakeTimers();
    try {
      const { channel } = fakeChannel();
      const client = new Client('fake', () => channel);
      await client.connect();
      const closing = client.close();
      await vi.advanceTimersByTimeAsync(2_900);
      expect(channel.kill).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(200);
      await closing;
      expect(channel.kill).toHaveBeenCalledOnce();
    } finally {
      vi.useRealTimers();
    }
  });

  describe('after a cancelled call that had to be ended by force', () => {
    /** A client whose first call never ended, and the other side of its next one. */
    async function forced(doubtMs: number) {
      const [first, second] = [fakeChannel(), fakeChannel()];
      const channels = [first.channel, second.channel];
      const client = new Client('fake', () => channels.shift() as Channel, { graceMs: 1, doubtMs });
      const abort = new AbortController();
      const running = client.call('bench', BENCH, { signal: abort.signal });
      await flush();
      abort.abort();
      await expect(running).rejects.toMatchObject({ code: 'cancelled' });
      return { client, second };
    }

    test('gives up early where nothing is heard, and says so before', async () => {
      const { client } = await forced(30);
      const onDoubt = vi.fn();
      const startedMs = performance.now();
      await expect(client.call('bench', BENCH, { onDoubt })).rejects.toMatchObject({
        code: 'timeout',
        message: expect.stringMatching(/^A cancelled kernel still runs/),
      });
      expect(performance.now() - startedMs).toBeLessThan(BENCH.budget.limitMs);
      expect(onDoubt).toHaveBeenCalledExactlyOnceWith(30);
    });

    test('is as patient as ever once something is heard', async () => {
      const { client, second } = await forced(30);
      const next = client.call('bench', BENCH);
      await flush();
      second.channel.onMessage({ id: 2, progress: step });
      await new Promise((resolve) => setTimeout(resolve, 60));
      second.channel.onMessage({ id: 2, reply: 'two' });
      expect(await next).toBe('two');
      const onDoubt = vi.fn();
      const third = client.call('device', {}, { onDoubt });
      await flush();
      second.channel.onMessage({ id: 3, reply: 'three' });
      expect(await third).toBe('three');
      expect(onDoubt).not.toHaveBeenCalled();
    });
  });
});
