/** How the Dawn host waits: without a pause at first, then with one in proportion, and not at all for what is no wait. */
import { afterEach, expect, test, vi } from 'vitest';
import { pollGently } from '../../src/cli/hosts/dawn-polling.ts';

afterEach(() => vi.restoreAllMocks());

function polled() {
  let settle = (): void => {};
  const done = (): Promise<void> =>
    new Promise((resolve) => {
      settle = resolve;
    });
  const queue = { done };
  const asked = vi.fn();
  const node = { setImmediate: ((ask: () => void) => ask()) as unknown as typeof setImmediate };
  pollGently([[queue, 'done']], node);
  const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
  const pause = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
  const pauses = (): unknown[] => pause.mock.calls.map(([, , , ms]) => ms);
  const askAt = (ms: number): void => {
    clock.mockReturnValue(ms);
    node.setImmediate(asked);
  };
  return { queue, asked, askAt, pauses, settle: () => settle() };
}

test('a wait is asked for at once, then after a fiftieth of what it has lasted, and every 5 ms at least', () => {
  const { queue, asked, askAt, pauses } = polled();
  void queue.done();
  for (const ms of [1000.1, 1000.5, 1001, 1010, 2000]) askAt(ms);
  expect(pauses()).toEqual([1 / 50, 10 / 50, 5]);
  expect(asked).toHaveBeenCalledTimes(5);
});

test('nothing pauses before a wait, after it, or after the first of two', async () => {
  const { queue, askAt, pauses, settle } = polled();
  askAt(1000);
  const first = queue.done();
  settle();
  await first;
  askAt(1020);
  expect(pauses()).toEqual([]);
  void queue.done();
  askAt(1022);
  expect(pauses()).toEqual([2 / 50]);
});
