/** Deno's WebGPU (wgpu, with naga as its WGSL compiler) in a process of its own, for verdicts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Failure, Refusal, sentence } from '../../core/errors.ts';
import type { Message } from '../../lab/protocol.ts';
import { bundleFolder } from '../bundle.mjs';
import { ensureDeno } from '../setup/deno.ts';
import { toStderr } from '../setup/files.ts';
import { rootFor } from '../setup/root.ts';
import { findLavapipe } from '../setup/vulkan.ts';
import type { Channel } from './channel.ts';
import { HostClient } from './client.ts';
import type { AdapterName, HostOptions, ProcessHost } from './options.ts';
import { endWithMe, farewell, killTree } from './processes.ts';

const START_MS = 60_000;

export async function openDeno({ adapter = 'default', say = toStderr, silenceMs }: HostOptions): Promise<ProcessHost> {
  const root = rootFor('The Deno host');
  const env = environment(adapter);
  const deno = await ensureDeno(root, say).catch((error) => {
    throw new Refusal(`Deno could not be set up: ${sentence(error)}`);
  });
  const file = join(bundleFolder(root), 'deno-host.mjs');
  const child = spawn(deno, ['run', '--quiet', '--no-config', '--unstable-webgpu', '-A', file], {
    env: { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  const { channel, hello } = channelOf(child);
  const answer = await hello;
  if (answer === true) return Object.assign(new HostClient('deno', channel, silenceMs), { pid: child.pid as number });
  channel.kill();
  await channel.closed;
  throw new Failure(
    'no-adapter',
    `Deno found no WebGPU adapter (${answer || 'it was given none'}): install a Vulkan driver, such as lavapipe.`,
  );
}

function environment(adapter: AdapterName): Readonly<Record<string, string>> {
  if (adapter === 'swiftshader') throw new Refusal("Deno's WebGPU refuses swiftshader: take --adapter lavapipe.");
  const icd = findLavapipe();
  if (icd !== null) return { VK_DRIVER_FILES: icd };
  if (adapter === 'default') return {};
  throw new Refusal('Adapter lavapipe needs Mesa 23 or later: install mesa-vulkan-drivers.');
}

/** `hello` resolves with true where there is an adapter, "" where there is none, or why the process ended. */
function channelOf(child: ChildProcess): { channel: Channel; hello: Promise<true | string> } {
  child.stdin?.on('error', () => undefined);
  const kill = (): void => killTree(child.pid);
  const forget = endWithMe(kill);
  const closed = farewell(child, 'Deno').finally(forget);
  const channel: Channel = {
    send: (message: Message) => void child.stdin?.write(`${JSON.stringify(message)}\n`),
    end: () => void child.stdin?.end(),
    kill,
    closed,
    onMessage: () => undefined,
  };
  const hello = new Promise<true | string>((resolve) => {
    const timer = setTimeout(() => resolve(`it did not start within ${START_MS / 1000} s`), START_MS);
    void closed.then((how) => {
      clearTimeout(timer);
      resolve(how);
    });
    if (!child.stdout) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line);
      if (!('hello' in message)) return channel.onMessage(message);
      clearTimeout(timer);
      resolve(message.hasAdapter ? true : '');
    });
  });
  return { channel, hello };
}
