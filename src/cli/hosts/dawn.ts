/** Dawn inside a Node process of its own, so that a crash of the driver or a kernel that hangs can be survived. */
import { type ChildProcess, fork } from 'node:child_process';
import { dirname, join } from 'node:path';
import { Failure, Refusal } from '../../core/errors.ts';
import type { Message } from '../../lab/protocol.ts';
import { bundleFolder } from '../bundle.mjs';
import { findChrome } from '../setup/chrome.ts';
import { rootFor } from '../setup/root.ts';
import { findLavapipe, findSwiftShader, hasVulkanLoader } from '../setup/vulkan.ts';
import type { Channel } from './channel.ts';
import { HostClient } from './client.ts';
import type { AdapterName, HostOptions, ProcessHost } from './options.ts';
import { endWithMe, farewell, killTree } from './processes.ts';

/** First message of the child: whether there is an adapter. */
export interface Hello {
  readonly hello: true;
  readonly hasAdapter: boolean;
}

/** Argument that makes the single-file command line a Dawn host instead. */
export const DAWN_HOST = '--dawn-host';

const START_MS = 60_000;

type Env = Readonly<Record<string, string>>;

/** File that is forked; the single-file command line sets itself. */
let hostFile: string | null = null;
export function setDawnHostFile(file: string): void {
  hostFile = file;
}

export async function openDawn(options: HostOptions = {}): Promise<ProcessHost> {
  let problem = "none is installed; install a Vulkan driver, such as Debian's mesa-vulkan-drivers";
  for (const env of environments(options.adapter ?? 'default')) {
    const child = start(env);
    const channel = channelOf(child);
    const hello = await greeting(channel, child);
    if (typeof hello !== 'string' && hello.hasAdapter) {
      return Object.assign(new HostClient('dawn', channel, options.silenceMs), { pid: child.pid as number });
    }
    channel.kill();
    await channel.closed;
    if (typeof hello === 'string') problem = hello.replace(/\.$/, '');
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

function start(env: Env): ChildProcess {
  const file = hostFile ?? join(bundleFolder(rootFor('The Dawn host')), 'dawn-host.mjs');
  return fork(file, [DAWN_HOST], {
    env: { ...process.env, ...env },
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

function greeting(channel: Channel, child: ChildProcess): Promise<Hello | string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(`it did not start within ${START_MS / 1000} s`), START_MS);
    const settle = (answer: Hello | string): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    child.once('message', (message: Hello) => settle(message));
    void channel.closed.then(settle);
  });
}

function channelOf(child: ChildProcess): Channel {
  const kill = (): void => killTree(child.pid);
  const forget = endWithMe(kill);
  const closed = farewell(child, "Dawn's process").finally(forget);
  const channel: Channel = {
    send: (message: Message) => {
      // An error here means that the process has ended, which `closed` tells.
      if (child.connected) child.send(message, () => undefined);
    },
    end: () => {
      if (child.connected) child.disconnect();
    },
    kill,
    closed,
    onMessage: () => undefined,
  };
  child.on('message', (message: Message | Hello) => {
    if (!('hello' in message)) channel.onMessage(message);
  });
  return channel;
}
