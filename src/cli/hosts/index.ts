/** Places where experiments run, for the command line and the tests. */
import { Client } from '../../lab/client.ts';
import type { HostName, HostOptions, ProcessHost } from './options.ts';
import type { ProcessChannel } from './process-channel.ts';

export {
  ADAPTERS,
  type AdapterName,
  HOST_NAMES,
  type HostName,
  type HostOptions,
  type ProcessHost,
} from './options.ts';

/**
 * Starts a host, setting up what it needs. Rejects with a `Refusal` where the machine cannot have it as asked, and
 * with a `Failure` of code "no-adapter" where it has no WebGPU adapter.
 */
export async function openHost(name: HostName, options: HostOptions = {}): Promise<ProcessHost> {
  const host = new ProcessClient(name, options);
  await host.connect();
  return host;
}

class ProcessClient extends Client<ProcessChannel> implements ProcessHost {
  pid = 0;

  constructor(name: HostName, options: HostOptions) {
    super(name, () => this.#start(name, options), { silenceMs: options.silenceMs });
  }

  async #start(name: HostName, options: HostOptions): Promise<ProcessChannel> {
    const channel = await openChannel(name, options);
    this.pid = channel.pid;
    return channel;
  }
}

async function openChannel(name: HostName, options: HostOptions): Promise<ProcessChannel> {
  switch (name) {
    case 'chrome':
      return (await import('./chrome.ts')).openChrome(options);
    case 'dawn':
      return (await import('./dawn.ts')).openDawn(options);
    case 'deno':
      return (await import('./deno.ts')).openDeno(options);
    default:
      return name satisfies never;
  }
}
