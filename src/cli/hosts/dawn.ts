/** Dawn inside a Node process of its own, so that a crash of the driver or a kernel that hangs can be survived. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { Failure, Refusal } from '../../core/errors.ts';
import { bundleFolder } from '../bundle.mjs';
import { findChrome } from '../setup/chrome.ts';
import { rootFor } from '../setup/root.ts';
import { findLavapipe, findSwiftShader, hasVulkanLoader } from '../setup/vulkan.ts';
import type { AdapterName, HostOptions } from './options.ts';
import { greeting, MESSAGES, type ProcessChannel, pipeChannel } from './process-channel.ts';

/** Argument that makes the single-file command line a Dawn host instead. */
export const DAWN_HOST = '--dawn-host';

type Env = Readonly<Record<string, string>>;

/** File that the child runs; the single-file command line sets itself. */
let hostFile: string | null = null;
export function setDawnHostFile(file: string): void {
  hostFile = file;
}

export async function openDawn(options: HostOptions = {}): Promise<ProcessChannel> {
  let problem = "none is installed; install a Vulkan driver, such as Debian's mesa-vulkan-drivers";
  for (const env of environments(options.adapter ?? 'default')) {
    const child = start(env, options);
    const pipe = child.stdio[MESSAGES] as Socket;
    const channel = pipeChannel(child, "Dawn's process", [pipe, pipe]);
    const answer = await greeting(channel);
    if (answer === true) return channel;
    channel.kill();
    await channel.closed;
    if (answer) problem = answer.replace(/\.$/, '');
  }
  throw new Failure('no-adapter', `Dawn gave no WebGPU adapter: ${problem}.`);
}

/** The environments to try, in order; a later one only where the one before it gave no adapter. */
function* environments(adapter: AdapterName): Generator<Env> {
  if (adapter === 'lavapipe') {
    const icd = findLavapipe();
    if (icd === null) {
      throw new Refusal('Adapter lavapipe needs Mesa 23 or later: install mesa-vulkan-drivers, or take swiftshader.');
    }
    yield { VK_DRIVER_FILES: icd };
    return;
  }
  // The loader's own choice: a hardware driver, or else a lavapipe that is installed.
  if (adapter === 'default') yield {};
  const env = swiftShader();
  if (env !== null) yield env;
  else if (adapter === 'swiftshader') {
    throw new Refusal('Adapter swiftshader comes with Chrome, and none was found: install Chrome or set CHROME_PATH.');
  }
}

function swiftShader(): Env | null {
  if (process.platform !== 'linux') return null;
  const chrome = findChrome();
  const icd = chrome === null ? null : findSwiftShader(chrome);
  if (icd === null) return null;
  // Chrome brings a Vulkan loader too, for a machine that has none.
  return { VK_DRIVER_FILES: icd, ...(hasVulkanLoader() ? {} : { LD_LIBRARY_PATH: dirname(icd) }) };
}

function start(env: Env, { device = {} }: HostOptions): ChildProcess {
  const file = hostFile ?? join(bundleFolder(rootFor('The Dawn host')), 'dawn-host.mjs');
  return spawn(process.execPath, [file, DAWN_HOST, JSON.stringify(device)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
}
