import { describe, expect, test, vi } from 'vitest';
import type { Channel } from '../../src/cli/hosts/channel.ts';
import { HostClient } from '../../src/cli/hosts/client.ts';
import { Failure, Refusal } from '../../src/core/errors.ts';
import type { Message } from '../../src/lab/protocol.ts';
import { toWire } from '../../src/lab/wire.ts';

/** A channel whose other side is the test. */
function fakeChannel() {
  const sent: Message[] = [];
  let close: (how: string) => void = () => undefined;
  const closed = new Promise<string>((resolve) => {
    close = resolve;
  });
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
const step = { kind: 'step', index: 0, phase: 'run', done: 1, total: 2 } as const;

describe('a host’s client', () => {
  test('runs one call at a time', async () => {
    const { channel, sent } = fakeChannel();
    const client = new HostClient('fake', channel);
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
    const client = new HostClient('fake', channel);
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

  test('says how the other side ended, to the call that runs and to those after it', async () => {
    const { channel, close } = fakeChannel();
    const client = new HostClient('fake', channel);
    const running = client.call('device', {});
    await flush();
    close("Dawn's process ended (SIGSEGV).");
    await expect(running).rejects.toMatchObject({ code: 'device-lost', message: "Dawn's process ended (SIGSEGV)." });
    expect(client.alive).toBe(false);
    await expect(client.call('device', {})).rejects.toMatchObject({ code: 'device-lost' });
  });

  test('ends a silent host by force, and hears every message as a sign of life', async () => {
    vi.useFakeTimers();
    try {
      const { channel } = fakeChannel();
      const client = new HostClient('fake', channel, 1_000);
      const params = { requests: [], budget: { samples: 0, sampleMs: 1, limitMs: 2_000, referenceCost: 1 } };
      const running = client.call('bench', params).catch((error) => error);
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
    const client = new HostClient('fake', channel);
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
      const client = new HostClient('fake', channel);
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
});
