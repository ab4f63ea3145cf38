import { describe, expect, test } from 'vitest';
import { type ChromeChannel, openChrome } from '../../src/cli/hosts/chrome.ts';
import { HOST_NAMES, openHost } from '../../src/cli/hosts/index.ts';
import { Client } from '../../src/lab/client.ts';
import { type BenchRequest, FULL } from '../../src/lab/protocol.ts';
import { hasDeno, host } from '../setup/hosts.ts';

const names = HOST_NAMES.filter((name) => name !== 'deno' || hasDeno);

/** Work that lasts long enough to be disturbed in the middle. */
const long: BenchRequest = {
  requests: [{ op: 'neuron', kernel: '2_row_major', shape: { inputs: 2048, neurons: 2048 } }],
  budget: { ...FULL, samples: 1000, sampleMs: 100 },
};

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe.each(names)('%s', (name) => {
  test('has an adapter', async () => {
    const { adapter, features } = await (await host(name)).call('device', {});
    expect(adapter.description).not.toBe('');
    expect(features).toContain('timestamp-query');
  });

  test('ended in the middle: the call says so, and the next one runs in another process', async () => {
    const opened = await openHost(name);
    const { pid } = opened;
    const running = opened.call('bench', long, { onProgress: () => process.kill(pid, 'SIGKILL') });
    await expect(running).rejects.toMatchObject({ name: 'Failure', code: 'device-lost' });
    expect((await opened.call('device', {})).features).toContain('timestamp-query');
    expect(opened.pid).not.toBe(pid);
    await opened.close();
    await expect(opened.call('device', {})).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('cancelled in the middle: the host is good for the next call', async () => {
    const opened = await host(name);
    const controller = new AbortController();
    const running = opened.call('bench', long, { onProgress: () => controller.abort(), signal: controller.signal });
    await expect(running).rejects.toMatchObject({ name: 'Failure', code: 'cancelled' });
    expect((await opened.call('device', {})).features).toContain('timestamp-query');
  });

  test('closed in the middle of work, it leaves no process', async () => {
    const opened = await openHost(name);
    let begun: () => void = () => undefined;
    const beginning = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const running = opened.call('bench', long, { onProgress: () => begun() }).catch((error) => error);
    await beginning;
    await opened.close();
    expect(await running).toMatchObject({ code: 'cancelled' });
    await expect.poll(() => hasProcess(opened.pid), { timeout: 5000 }).toBe(false);
  });
});

describe('chrome', () => {
  async function disturb(act: (channel: ChromeChannel) => Promise<unknown>): Promise<unknown> {
    const opened = new Client('chrome', openChrome);
    const channel = await opened.connect();
    try {
      let isDisturbed = false;
      const disturbOnce = (): void => {
        if (isDisturbed) return;
        isDisturbed = true;
        void act(channel).catch(() => undefined);
      };
      return await opened.call('bench', long, { onProgress: disturbOnce }).catch((error) => error);
    } finally {
      await opened.close();
    }
  }

  test('whose page is closed in the middle says so', async () => {
    expect(await disturb(({ page }) => page.close())).toMatchObject({
      code: 'device-lost',
      message: "Chrome's page was closed.",
    });
  });

  test('whose page crashes in the middle says so', async () => {
    expect(await disturb(({ page }) => page.goto('chrome://crash'))).toMatchObject({
      code: 'device-lost',
      message: "Chrome's page crashed.",
    });
  });

  test('has no lavapipe, and says what it has', async () => {
    await expect(openHost('chrome', { adapter: 'lavapipe' })).rejects.toThrow('--adapter swiftshader');
  });
});
