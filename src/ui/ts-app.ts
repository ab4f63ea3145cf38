import { html, LitElement, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { cache } from 'lit/directives/cache.js';
import { html as staticHtml, unsafeStatic } from 'lit/static-html.js';
import { Failure } from '../core/errors.ts';
import { capabilitiesOf } from '../lab/capabilities.ts';
import type { Host } from '../lab/protocol.ts';
import { pageHost } from '../lab/worker-channel.ts';
import { layout } from './layout.ts';
import { base } from './look/styles.ts';
import { Address, type Place } from './state/address.ts';
import { Archive, deviceName } from './state/archive.ts';
import type { DeviceState } from './state/device.ts';
import type { EventOf } from './state/events.ts';
import { Ledger } from './state/ledger.ts';
import { diagnose, type Missing, missingFrom, noGpuInWorker } from './state/missing.ts';
import { Reader } from './state/reader.ts';
import { views } from './views/index.ts';
import { carry, placeOf, viewOf } from './views/links.ts';
import type { ViewSpec } from './views/types.ts';
import './parts/ts-device.ts';
import './parts/ts-unloaded.ts';

/** The built file's name has a hash of its text, and so of all that it imports; served from its sources, which change in place, the page keeps nothing. */
const EDITION = import.meta.env.DEV ? null : import.meta.url;

/** Longest wait for what earlier visits have measured. */
const MOST_ARCHIVE_MS = 1_000;

const POWERS: readonly string[] = ['high-performance', 'low-power'];

/** The page: its header, and the view under it. It owns the address, the host in which experiments run, and their results. */
@customElement('ts-app')
export class TsApp extends LitElement {
  static override styles = [base, layout];

  @state() private device: DeviceState = { kind: 'opening' };
  @state() private power = new Reader(location.search).parsed('power', powerOf) ?? '';
  @state() private host: Host = this.makeHost();
  @state() private place: Place = placeOf(location.search);
  /** The view whose code could not be loaded. */
  @state() private unloaded: string | null = null;
  private readonly address = new Address(() => this.moved());
  private readonly archive = new Archive(EDITION);
  private readonly ledger = new Ledger((entry) => {
    if (this.device.kind === 'open') void this.archive.keep(deviceName(this.device.report), entry);
  });
  /** Where each view was left, by its id. */
  private readonly left = new Map<string, string>();

  override connectedCallback(): void {
    super.connectedCallback();
    this.address.connect();
    this.moved();
    void this.openDevice();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.address.disconnect();
  }

  override render(): TemplateResult {
    return html`
      <header @click=${this.follow}>
        <a class="skip" href="#run" @click=${this.skip}>Skip to Run</a>
        <h1>
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path fill="var(--accent)" d="M1 1h5v5H1zM7.5 7.5h5v5h-5zM14 14h5v5h-5z" />
            <path fill="none" stroke="var(--edge)" d="M8 1.5h4v4H8zM14.5 1.5h4v4h-4zM1.5 8h4v4h-4zM14.5 8h4v4h-4zM1.5 14.5h4v4h-4zM8 14.5h4v4H8z" />
          </svg>
          <span>Tilescope</span>
        </h1>
        <nav aria-label="Views">
          ${views.map(
            (view) =>
              html`<a href=${this.link(view)} aria-current=${view.id === this.place.view ? 'page' : 'false'}>${view.title}</a>`,
          )}
        </nav>
        <p class="about small soft">${about()}</p>
        <ts-device .state=${this.device} .power=${this.power} @power-change=${this.changePower} @retry=${this.reopen}></ts-device>
      </header>
      <main @click=${this.follow}>${cache(this.view())}</main>
    `;
  }

  private view(): TemplateResult {
    const { host, ledger, device, place, changeAddress, lose, reopen } = this;
    const spec = viewOf(place.view);
    if (spec.id === this.unloaded) return html`<ts-unloaded what=${`The ${spec.title} view`}></ts-unloaded>`;
    const tag = unsafeStatic(spec.element);
    return staticHtml`<${tag} .spec=${spec} .host=${host} .ledger=${ledger} .device=${device} .place=${place}
      @address-change=${changeAddress} @device-missing=${lose} @retry=${reopen}></${tag}>`;
  }

  private link(view: ViewSpec): string {
    const { search } = this.address;
    const target = view.id === this.place.view ? search : carry(view, search, this.left.get(view.id));
    return this.withPower(target) || '?';
  }

  /** The page is at another address. */
  private moved(): void {
    this.place = placeOf(this.address.search);
    this.left.set(this.place.view, this.address.search);
    void this.load(viewOf(this.place.view));
  }

  /** A new deployment takes the files away that an open page has not loaded yet. */
  private async load(spec: ViewSpec): Promise<void> {
    let missing: string | null = null;
    await spec.load?.().catch(() => {
      missing = spec.id;
    });
    this.unloaded = missing ?? (this.unloaded === spec.id ? null : this.unloaded);
  }

  /** Links between the views, the menu's and theirs: what the page has measured must outlive the step. */
  private readonly follow = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement);
    const href = link?.getAttribute('href');
    if (!href?.startsWith('?')) return;
    event.preventDefault();
    const search = this.withPower(href);
    if (search === this.address.search) return;
    const before = this.place.view;
    this.address.open(search);
    this.moved();
    if (this.place.view !== before) window.scrollTo(0, 0);
  };

  private readonly skip = (event: Event): void => {
    event.preventDefault();
    this.renderRoot.querySelector<HTMLElement>(viewOf(this.place.view).element)?.focus();
  };

  private readonly changeAddress = ({ detail }: EventOf<'address-change'>): void => {
    const search = this.withPower(detail.search);
    if (detail.sameEntry) this.address.replace(search);
    else this.address.write(search, detail.what);
    this.left.set(this.place.view, search);
    // The links of the menu lead from here now.
    this.requestUpdate();
  };

  private withPower(search: string): string {
    const query = new URLSearchParams(search);
    if (this.power) query.set('power', this.power);
    else query.delete('power');
    return query.size > 0 ? `?${query}` : '';
  }

  private makeHost(doubtful = false): Host {
    return pageHost({ doubtful, ...(this.power ? { powerPreference: this.power as GPUPowerPreference } : {}) });
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
      // Before the page says what has not been run yet, but storage that hangs must not keep the GPU waiting.
      const restored = this.archive.read(deviceName(report)).then((earlier) => {
        if (host === this.host) this.ledger.restore(earlier);
      });
      await Promise.race([restored, new Promise((resolve) => setTimeout(resolve, MOST_ARCHIVE_MS))]);
      if (host !== this.host) return;
      this.device = { kind: 'open', report, capabilities: capabilitiesOf(report) };
    } catch (error) {
      if (host === this.host) this.device = { kind: 'missing', missing: await explain(error) };
    }
  }

  private readonly reopen = (): void => {
    this.ledger.forget();
    void this.host.close();
    this.host = this.makeHost(this.device.kind === 'missing' && this.device.missing.lack === 'stuck');
    void this.openDevice();
  };

  private readonly changePower = ({ detail }: EventOf<'power-change'>): void => {
    this.power = detail.power;
    this.address.replace(this.withPower(this.address.search));
    this.reopen();
  };

  private readonly lose = ({ detail }: EventOf<'device-missing'>): void => {
    this.device = { kind: 'missing', missing: detail.missing };
  };
}

/** What the page is for, and where to read on. The documents are part of the build. */
function about(): TemplateResult {
  return html`Turn a knob or edit the code, run it on your own GPU, and see if it is right, how fast it is, and why.
    <a href="about/README.txt">About</a> · <a href="about/VERDICTS.txt">How results are verified</a>`;
}

function powerOf(text: string): string | undefined {
  return POWERS.find((power) => power === text.toLowerCase());
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
