/** The GPU that the page runs on: the host in which experiments run, how opening it went, and what races on it have found. */
import type { ReactiveControllerHost } from 'lit';
import { Failure } from '../../core/errors.ts';
import type { Capabilities } from '../../kernels/types.ts';
import { capabilitiesOf } from '../../lab/capabilities.ts';
import type { Host } from '../../lab/protocol.ts';
import type { DeviceReport } from '../../lab/result.ts';
import { pageHost } from '../../lab/worker-channel.ts';
import { type Archive, deviceName } from './archive.ts';
import type { DeviceState } from './device.ts';
import type { Ledger } from './ledger.ts';
import { diagnose, type Missing, missingFrom, noGpuInWorker } from './missing.ts';
import { browserStore, Races, racing } from './races.ts';

/** Longest wait for what earlier visits have measured. */
const MOST_ARCHIVE_MS = 1_000;

const POWERS: readonly string[] = ['high-performance', 'low-power'];

export class Gpu {
  device: DeviceState = { kind: 'opening' };
  readonly races = new Races(browserStore(), () => this.replan());
  host: Host;

  /** `power` is which adapter to ask for; "" for the browser's own choice. `ledger` gets what earlier visits have measured. */
  constructor(
    private readonly view: ReactiveControllerHost,
    private readonly ledger: Ledger,
    private readonly archive: Archive,
    public power: string,
  ) {
    this.host = this.makeHost();
  }

  async open(): Promise<void> {
    const missing = diagnose(window);
    if (missing) {
      this.set({ kind: 'missing', missing });
      return;
    }
    const { host, ledger } = this;
    this.set({ kind: 'opening' });
    try {
      const report = await host.call('device', {});
      // Before the page says what has not been run yet, but storage that hangs must not keep the GPU waiting.
      const restored = this.archive.read(deviceName(report)).then((earlier) => {
        if (host === this.host) ledger.restore(earlier);
      });
      await Promise.race([restored, new Promise((resolve) => setTimeout(resolve, MOST_ARCHIVE_MS))]);
      if (host !== this.host) return;
      this.set({ kind: 'open', report, capabilities: this.capabilities(report) });
    } catch (error) {
      const missing = await explain(error);
      if (host === this.host) this.set({ kind: 'missing', missing });
    }
  }

  /** In a host of its own again; what the old one has measured is forgotten. */
  readonly reopen = (): void => {
    this.ledger.forget();
    void this.host.close();
    this.host = this.makeHost(this.device.kind === 'missing' && this.device.missing.lack === 'stuck');
    void this.open();
  };

  lose(missing: Missing): void {
    this.set({ kind: 'missing', missing });
  }

  private makeHost(doubtful = false): Host {
    const host = pageHost({ doubtful, ...(this.power ? { powerPreference: this.power as GPUPowerPreference } : {}) });
    return racing(host, this.races);
  }

  private capabilities(report: DeviceReport): Capabilities {
    return { ...capabilitiesOf(report), raced: this.races.known };
  }

  /** Plans of kernels that choose go by what races have found. */
  private replan(): void {
    const { device } = this;
    this.set(device.kind === 'open' ? { ...device, capabilities: this.capabilities(device.report) } : device);
  }

  private set(device: DeviceState): void {
    this.device = device;
    this.view.requestUpdate();
  }
}

export function powerOf(text: string): string | undefined {
  return POWERS.find((power) => power === text.toLowerCase());
}

async function explain(error: unknown): Promise<Missing> {
  if (!(error instanceof Failure)) return missingFrom('internal', String(error));
  // The worker found no adapter. Where the page itself can have one, what lacks is WebGPU in workers.
  if (error.code === 'no-adapter' && (await navigator.gpu.requestAdapter().catch(() => null))) return noGpuInWorker();
  return missingFrom(error.code, error.message);
}
