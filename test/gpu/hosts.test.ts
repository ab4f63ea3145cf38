import { describe, expect, test } from 'vitest';
import { type ChromeChannel, openChrome } from '../../src/cli/hosts/chrome.ts';
import { HOST_NAMES, openHost } from '../../src/cli/hosts/index.ts';
import { Client } from '../../src/lab/client.ts';
import { type BenchRequest, FULL } from '../../src/lab/protocol.ts';
import { hasDeno, host } from '../setup/hosts.ts';
import { isWhole } from '../setup/whole.ts';

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

  test('counts the lanes of its subgroups', async () => {
    const { adapter, features, subgroupSizes } = await (await host(name)).call('device', {});
    if (!features.includes('subgroups')) expect(subgroupSizes).toEqual([]);
    // SwiftShader and lavapipe tell what they run.
    else expect(subgroupSizes).toEqual([adapter.subgroupMaxSize]);
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

  // The page's line is the one that divides and joins what it carries.
  test.runIf(isWhole || name === 'chrome')('takes more than 8,388,608 values, and gives back as many', async () => {
    const elements = 1024 * 8197;
    const x = Float32Array.from({ length: elements }, (_, at) => ((7 * at) % 11) - 5);
    const before = x.slice();
    // Of all operations the one that costs least: what is tested is the way there and back.
    const request = { op: 'copy', kernel: '2_vector_loads', shape: { elements } };
    const { result, outputs } = await (await host(name)).call('solve', { request, tensors: { x }, limitMs: 60_000 });
    expect([result.status, result.reason]).toEqual(['correct', null]);
    expect(result.verdict).toMatchObject({ checked: elements, total: elements });
    // What was sent is still the sender's.
    for (const { buffer, byteOffset, byteLength } of [outputs.y, x])
      expect(Buffer.from(buffer, byteOffset, byteLength).equals(Buffer.from(before.buffer))).toBe(true);
  });

  test('is given NaN and infinity as they are', async () => {
    const on = await host(name);
    const request = { op: 'softmax', kernel: '2_online', shape: { rows: 1, columns: 2 } };
    const solve = (value: number) =>
      on.call('solve', { request, tensors: { x: Float32Array.of(0, value) }, limitMs: 60_000 });
    expect((await solve(Number.NEGATIVE_INFINITY)).outputs.y).toEqual(Float32Array.of(1, 0));
    expect((await solve(Number.NaN)).result.reason).toContain('NaN');
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
    await expect.poll(() => hasProcess(opened.pid), { timeout: 30_000 }).toBe(false);
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
