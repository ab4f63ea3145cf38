import { css, html, LitElement, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { Failure } from '../core/errors.ts';
import type { Host } from '../lab/protocol.ts';
import { WorkerHost } from '../lab/worker-host.ts';
import { capabilitiesOf, type DeviceState } from './device-state.ts';
import { diagnose, type Missing, missingFrom, noGpuInWorker } from './missing.ts';
import { base } from './styles.ts';
import './ts-device.ts';
import './ts-kernel-view.ts';

const POWERS: readonly string[] = ['high-performance', 'low-power'];

/** The page: its header, and the view under it. It owns the host in which experiments run. */
@customElement('ts-app')
export class TsApp extends LitElement {
  static override styles = [
    base,
    css`
      header {
        display: flex;
        align-items: center;
        gap: 24px;
        min-height: 48px;
        padding: 0 24px;
        border-bottom: 1px solid var(--line);
      }
      h1 {
        display: flex;
        align-items: center;
        gap: 8px;
        font-size: 16px;
        line-height: 24px;
        font-weight: 700;
        letter-spacing: -0.01em;
      }
      h1 svg {
        flex: none;
        width: 20px;
        height: 20px;
      }
      nav {
        align-self: stretch;
        display: flex;
        flex: 1;
      }
      nav a {
        display: flex;
        align-items: center;
        padding: 0 8px;
        color: var(--ink);
        text-decoration: none;
        box-shadow: inset 0 -2px 0 var(--accent);
      }
      @media (max-width: 719px) {
        header {
          gap: 8px;
          padding: 0 16px;
        }
      }
    `,
  ];

  @state() private device: DeviceState = { kind: 'opening' };
  @state() private power = POWERS.find((power) => power === new URLSearchParams(location.search).get('power')) ?? '';
  @state() private host: Host = this.makeHost();

  override connectedCallback(): void {
    super.connectedCallback();
    void this.openDevice();
  }

  override render(): TemplateResult {
    return html`
      <header>
        <h1>
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path fill="var(--accent)" d="M1 1h5v5H1zM7.5 7.5h5v5h-5zM14 14h5v5h-5z" />
            <path fill="none" stroke="var(--edge)" d="M8 1.5h4v4H8zM14.5 1.5h4v4h-4zM1.5 8h4v4h-4zM14.5 8h4v4h-4zM1.5 14.5h4v4h-4zM8 14.5h4v4H8z" />
          </svg>
          Tilescope
        </h1>
        <nav aria-label="Views"><a href="./" aria-current="page">Kernel</a></nav>
        <ts-device .state=${this.device} .power=${this.power} @power-change=${this.changePower} @retry=${this.reopen}></ts-device>
      </header>
      <main>
        <ts-kernel-view
          .host=${this.host}
          .device=${this.device}
          .power=${this.power}
          @device-missing=${this.lose}
          @retry=${this.reopen}
        ></ts-kernel-view>
      </main>
    `;
  }

  private makeHost(): Host {
    return new WorkerHost(this.power ? { powerPreference: this.power as GPUPowerPreference } : {});
  }

  private async openDevice(): Promise<void> {
    const missing = diagnose(window);
    if (missing) {
      this.device = { kind: 'missing', missing };
      return;
    }
    const { host } = this;
    this.device = { kind: 'opening' };
    try {
      const report = await host.call('device', {});
      if (host === this.host) this.device = { kind: 'open', report, capabilities: capabilitiesOf(report) };
    } catch (error) {
      if (host === this.host) this.device = { kind: 'missing', missing: await explain(error) };
    }
  }

  private readonly reopen = (): void => {
    void this.host.close();
    this.host = this.makeHost();
    void this.openDevice();
  };

  private readonly changePower = ({ detail }: CustomEvent<{ power: string }>): void => {
    this.power = detail.power;
    const query = new URLSearchParams(location.search);
    if (detail.power) query.set('power', detail.power);
    else query.delete('power');
    history.replaceState(null, '', query.size > 0 ? `?${query}` : location.pathname);
    this.reopen();
  };

  private readonly lose = ({ detail }: CustomEvent<{ missing: Missing }>): void => {
    this.device = { kind: 'missing', missing: detail.missing };
  };
}

async function explain(error: unknown): Promise<Missing> {
  if (!(error instanceof Failure)) return missingFrom('internal', String(error));
  // The worker found no adapter. Where the page itself can have one, what lacks is WebGPU in workers.
  if (error.code === 'no-adapter' && (await navigator.gpu.requestAdapter().catch(() => null))) return noGpuInWorker();
  return missingFrom(error.code, error.message);
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-app': TsApp;
  }
}
