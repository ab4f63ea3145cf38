import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { cache } from 'lit/directives/cache.js';
import { html as staticHtml, unsafeStatic } from 'lit/static-html.js';
import { Refusal } from '../core/errors.ts';
import { loadShaders } from '../kernels/index.ts';
import { layout } from './layout.ts';
import { base } from './look/styles.ts';
import { Address, type Place } from './state/address.ts';
import { Archive, deviceName } from './state/archive.ts';
import { apart } from './state/arrival.ts';
import type { EventOf } from './state/events.ts';
import type { Opened } from './state/files/opened.ts';
import { Gpu, powerOf } from './state/gpu.ts';
import { Ledger } from './state/ledger.ts';
import type { Linked } from './state/link-code.ts';
import { Reader } from './state/reader.ts';
import { sourceAddress } from './state/source.ts';
import { views } from './views/index.ts';
import { addressOf, carry, placeOf, viewOf } from './views/links.ts';
import type { ViewSpec } from './views/types.ts';
import './parts/ts-device.ts';
import './parts/ts-notices.ts';
import './parts/ts-unloaded.ts';

/** Where this page's source is published, as whoever built it said in VITE_SOURCE; empty where nobody did. */
const SOURCE = sourceAddress(import.meta.env.VITE_SOURCE);

/** The built file's name has a hash of its text, and so of all that it imports; served from its sources, which change in place, the page keeps nothing. */
const EDITION = import.meta.env.DEV ? null : import.meta.url;

/** The page: its header, and the view under it. It owns the address, the host in which experiments run, and their results. */
@customElement('ts-app')
export class TsApp extends LitElement {
  static override styles = [base, layout];

  @state() private place: Place = placeOf(location.search);
  /** The view whose code could not be loaded. */
  @state() private unloaded: string | null = null;
  /** Whether what is said without a GPU could not be loaded. */
  @state() private lacksHelp = false;
  private readonly address = new Address(() => this.moved());
  private readonly archive = new Archive(EDITION);
  private readonly ledger = new Ledger((entry) => {
    const { device } = this.gpu;
    if (device.kind === 'open') void this.archive.keep(deviceName(device.report), entry);
  });
  private readonly gpu = new Gpu(
    this,
    this.ledger,
    this.archive,
    new Reader(location.search).parsed('power', powerOf) ?? '',
  );
  /** The file that the views show in place of what this device has measured. */
  @state() private opened: Opened | null = null;
  /** One sentence on a file that could not be opened. */
  @state() private fault = '';
  /** Where each view was left, by its id. */
  private readonly left = new Map<string, string>();

  override connectedCallback(): void {
    super.connectedCallback();
    this.address.connect();
    // The browser would otherwise leave the page for a file that is dropped on it.
    window.addEventListener('dragover', holdDrag);
    window.addEventListener('drop', this.drop);
    this.moved();
    void this.gpu.open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.address.disconnect();
    window.removeEventListener('dragover', holdDrag);
    window.removeEventListener('drop', this.drop);
  }

  override render(): TemplateResult {
    const opened = this.shownFile;
    const { gpu } = this;
    return html`
      <header @click=${this.follow}>
        <a class="skip" href="#run" @click=${this.skip}>Skip to ${viewOf(this.place.view).skipsTo ?? 'Run'}</a>
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
        <ts-device
          .state=${gpu.device}
          .power=${gpu.power}
          .racing=${gpu.races.isOn}
          .raced=${gpu.races.outcomes.length}
          @power-change=${this.changePower}
          @racing-change=${this.changeRacing}
          @races-forget=${this.forgetRaces}
          @retry=${gpu.reopen}
        ></ts-device>
      </header>
      <div role="status">${opened ? html`<ts-opened .opened=${opened} @close-file=${this.closeFile}></ts-opened>` : nothing}</div>
      <ts-notices class="fault" .notices=${this.fault === '' ? [] : [this.fault]} @dismiss=${this.forgetFault}></ts-notices>
      ${gpu.device.kind === 'missing' && this.lacksHelp ? html`<ts-unloaded what=${`“${gpu.device.missing.title}”: what to do about it`}></ts-unloaded>` : nothing}
      <main @click=${this.follow} @file-open=${({ detail }: EventOf<'file-open'>) => this.open(detail.file)}>${cache(this.view())}</main>
    `;
  }

  override updated(properties: PropertyValues): void {
    // Most readers have a GPU: what is said without one is no part of what comes first.
    if (this.gpu.device.kind === 'missing') void this.loadHelp();
    // A menu that does not fit the screen shows where the reader is.
    const nav = properties.has('place') ? this.renderRoot.querySelector('nav') : null;
    const here = nav?.querySelector<HTMLElement>('[aria-current=page]');
    if (nav && here) nav.scrollLeft = here.offsetLeft - nav.offsetLeft - (nav.clientWidth - here.offsetWidth) / 2;
  }

  /** The results in a file say nothing of what a device can do, and their device is described in part only. */
  private get shownFile(): Opened | null {
    return viewOf(this.place.view).ofDevice ? null : this.opened;
  }

  private view(): TemplateResult {
    const { gpu, shownFile: opened, place, changeAddress, carrySides, lose } = this;
    const ledger = opened?.ledger ?? this.ledger;
    const device = opened?.device ?? gpu.device;
    const spec = viewOf(place.view);
    if (spec.id === this.unloaded) return html`<ts-unloaded what=${`The ${spec.title} view`}></ts-unloaded>`;
    const tag = unsafeStatic(spec.element);
    return staticHtml`<${tag} .spec=${spec} .host=${gpu.host} .ledger=${ledger} .device=${device} .place=${place} .recorded=${opened?.origin ?? null}
      @address-change=${changeAddress} @sides-carry=${carrySides} @device-missing=${lose} @retry=${gpu.reopen}></${tag}>`;
  }

  private link(view: ViewSpec): string {
    const { search } = this.address;
    const target = view.id === this.place.view ? search : carry(view, search, this.left.get(view.id));
    return this.withPower(target) || '?';
  }

  /** The page is at another address. */
  private moved(): void {
    const { search, hash } = apart(this.address.search, location.hash);
    // What a link has brought is read once, and is no part of the address from then on.
    if (hash !== '') this.address.replace(search);
    this.turnTo(placeOf(search));
    if (hash !== '') void this.readFragment(hash);
  }

  private turnTo(place: Place): void {
    this.place = place;
    this.left.set(place.view, place.search);
    void this.load(viewOf(place.view));
  }

  private async readFragment(hash: string): Promise<void> {
    const asked = this.place;
    const { code, notices } = await linked(hash);
    // Meanwhile the reader may have gone elsewhere.
    if (this.place !== asked || (code === undefined && notices.length === 0)) return;
    this.place = { ...asked, notices: [...asked.notices, ...notices], ...(code === undefined ? {} : { code }) };
  }

  private readonly drop = (event: DragEvent): void => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) void this.open(file);
  };

  private async open(file: File): Promise<void> {
    const taker = views.find(({ takes }) => takes !== undefined && file.name.toLowerCase().endsWith(takes));
    if (taker) {
      const search = this.link(taker);
      this.fault = '';
      this.opened = null;
      this.address.open(search);
      this.turnTo({ ...placeOf(search), taken: file });
      return;
    }
    try {
      const [{ openFile }] = await Promise.all([import('./state/files/opened.ts'), import('./parts/ts-opened.ts')]);
      const opened = await openFile(file);
      const search = this.withPower(addressOf(opened, this.place.view));
      const { code, notices } = opened;
      const place = placeOf(search);
      this.fault = '';
      this.opened = opened.ledger ? opened : null;
      this.address.open(search);
      window.scrollTo(0, 0);
      this.turnTo({ ...place, file: opened, notices, ...(code === undefined ? {} : { code }) });
    } catch (error) {
      this.fault = error instanceof Refusal ? `${file.name}: ${error.message}` : `${file.name} could not be read.`;
    }
  }

  private readonly closeFile = (): void => {
    this.opened = null;
  };

  private readonly forgetFault = (): void => {
    this.fault = '';
  };

  /** A new deployment takes the files away that an open page has not loaded yet. */
  private async load(spec: ViewSpec): Promise<void> {
    let missing: string | null = null;
    await Promise.all([spec.load?.(), spec.drawsEarly ? null : loadShaders()]).catch(() => {
      missing = spec.id;
    });
    this.unloaded = missing ?? (this.unloaded === spec.id ? null : this.unloaded);
  }

  private async loadHelp(): Promise<void> {
    const loaded = await import('./parts/ts-missing.ts').catch(() => null);
    this.lacksHelp = loaded === null;
  }

  /** Links between the views, the menu's and theirs: what the page has measured must outlive the step. */
  private readonly follow = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = event.composedPath().find((target) => target instanceof HTMLAnchorElement);
    const href = link?.getAttribute('href');
    if (!href?.startsWith('?')) return;
    event.preventDefault();
    // A link to a view as such is that of the menu: it brings along what the reader has chosen.
    const to = views.find(({ id }) => href === `?view=${id}` && id !== this.place.view);
    const search = to ? this.link(to) : this.withPower(href);
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

  private readonly carrySides = ({ detail: { search, sides } }: EventOf<'sides-carry'>): void => {
    this.address.open(this.withPower(search));
    window.scrollTo(0, 0);
    this.turnTo({ ...placeOf(search), sides });
  };

  private withPower(search: string): string {
    const query = new URLSearchParams(search);
    const { power } = this.gpu;
    if (power) query.set('power', power);
    else query.delete('power');
    return query.size > 0 ? `?${query}` : '';
  }

  private readonly changePower = ({ detail }: EventOf<'power-change'>): void => {
    this.gpu.power = detail.power;
    this.address.replace(this.withPower(this.address.search));
    this.gpu.reopen();
  };

  private readonly changeRacing = ({ detail }: EventOf<'racing-change'>): void => this.gpu.races.turn(detail.isOn);

  private readonly forgetRaces = (): void => this.gpu.races.forget();

  private readonly lose = ({ detail }: EventOf<'device-missing'>): void => {
    this.gpu.lose(detail.missing);
  };
}

/** What the page is for, and where to read on. The documents are part of the build. */
function about(): TemplateResult {
  return html`<span>Turn a knob or edit the code, run it on your own GPU, and see if it is right, how fast it is, and why.</span>
    <a href="about/README.txt">About</a> · <a href="about/VERDICTS.txt">How results are verified</a>${SOURCE === '' ? nothing : html` · <a href=${SOURCE}>Source</a>`}`;
}

/** Few links bring code, so what reads it is loaded for one that does. */
async function linked(hash: string): Promise<Linked> {
  const loaded = await import('./state/link-code.ts').catch(() => null);
  return (
    loaded?.fromFragment(hash) ?? {
      notices: ['What reads the code of a link could not be loaded: open the link again.'],
    }
  );
}

function holdDrag(event: DragEvent): void {
  event.preventDefault();
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-app': TsApp;
  }
}
