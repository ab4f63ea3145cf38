/** Deno's WebGPU (wgpu, with naga as its WGSL compiler) in a process of its own, for verdicts. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { Failure, Refusal, sentence } from '../../core/errors.ts';
import { bundleFolder } from '../bundle.mjs';
import { ensureDeno } from '../setup/deno.ts';
import { toStderr } from '../setup/files.ts';
import { rootFor } from '../setup/root.ts';
import { findLavapipe } from '../setup/vulkan.ts';
import type { AdapterName, HostOptions } from './options.ts';
import { greeting, type ProcessChannel, pipeChannel } from './process-channel.ts';

export async function openDeno({
  adapter = 'default',
  device = {},
  say = toStderr,
}: HostOptions = {}): Promise<ProcessChannel> {
  const root = rootFor('The Deno host');
  const env = environment(adapter);
  const deno = await ensureDeno(root, say).catch((error) => {
    throw new Refusal(`Deno could not be set up: ${sentence(error)}`);
  });
  const file = join(bundleFolder(root), 'deno-host.mjs');
  const child = spawn(
    deno,
    ['run', '--quiet', '--no-config', '--unstable-webgpu', '-A', file, JSON.stringify(device)],
    {
      env: { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    },
  );
  const channel = pipeChannel(child, 'Deno', [child.stdin, child.stdout]);
  const answer = await greeting(channel);
  if (answer === true) return channel;
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
