import { afterEach, expect, it, vi } from 'vitest';
import { alone } from '../../src/ui/state/lock.ts';

/** Web Locks as far as one name needs them. */
function fakeLocks(): LockManager {
  let held = false;
  const request = async (_: string, { ifAvailable }: LockOptions, task: LockGrantedCallback<unknown>) => {
    if (held && ifAvailable) return task(null);
    if (held) throw new Error('The test waits for nobody');
    held = true;
    try {
      return await task({ mode: 'exclusive', name: '' });
    } finally {
      held = false;
    }
  };
  return { request } as unknown as LockManager;
}

afterEach(() => vi.unstubAllGlobals());

it('lets a run wait for the one of this tab that was cancelled, and takes it for no other tab', async () => {
  vi.stubGlobal('navigator', { locks: fakeLocks() });
  const waits = vi.fn();
  const first = new AbortController();
  let end = (): void => undefined;
  const cancelled = alone(
    () =>
      new Promise<void>((_, reject) => {
        end = () => reject(new Error('cancelled'));
      }),
    first.signal,
    waits,
  );
  const seen: string[] = [];
  const second = new AbortController();
  const dropped = alone(async () => seen.push('dropped'), second.signal, waits);
  const next = alone(async () => seen.push('next'), new AbortController().signal, waits);
  await vi.waitFor(() => expect(end.name).toBe('end'));
  first.abort();
  second.abort();
  end();
  await expect(cancelled).rejects.toThrow('cancelled');
  await expect(dropped).rejects.toThrow(/abort/i);
  await next;
  expect(seen).toEqual(['next']);
  expect(waits).not.toHaveBeenCalled();
});
