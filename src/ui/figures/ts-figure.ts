import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { Refusal } from '../../core/errors.ts';
import { loadShaders } from '../../kernels/index.ts';
import { day } from '../../lab/recorded-on.ts';
import { source } from '../look/figure.ts';
import * as icons from '../look/icons.ts';
import { base } from '../look/styles.ts';
import { type Opened, opened } from '../state/files/opened.ts';
import { heldIn } from '../state/files/read.ts';
import { type Drawn, drawFigure } from '../views/figures.ts';

/**
 * A figure on another page: the recording that it was given, whose it is, and on request the page itself in its place.
 */
@customElement('ts-figure')
export class TsFigure extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        padding: 8px;
        overflow-x: auto;
      }
      h2 {
        margin-bottom: 8px;
        font-size: 14px;
        line-height: 20px;
        overflow-wrap: anywhere;
      }
      footer {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 0 8px;
        margin-top: 8px;
        border-top: 1px solid var(--line);
        padding-top: 4px;
      }
      footer span {
        overflow-wrap: anywhere;
      }
      footer button {
        margin-left: auto;
      }
      .fault {
        display: flex;
        gap: 6px;
      }
    `,
  ];

  /** Called where the page itself is about to be shown. */
  onLive: () => void = () => undefined;
  @state() private file: Opened | null = null;
  @state() private drawn: Drawn | null = null;
  /** Why nothing is drawn, in one sentence. */
  @state() private fault = '';

  /** Shows a file; null where it could not be loaded. */
  async show(name: string, text: string | null, kind: string): Promise<void> {
    try {
      if (text === null) throw new Refusal('It could not be loaded.');
      const held = heldIn(text);
      await loadShaders();
      const file = opened(name, held);
      this.drawn = await drawFigure(file, kind);
      this.file = file;
      this.fault = '';
    } catch (error) {
      this.drawn = null;
      this.fault = `${name}: ${error instanceof Refusal ? error.message : 'It could not be drawn.'}`;
    }
  }

  override render(): TemplateResult {
    if (this.fault !== '') return html`<p class="fault" role="alert">${icons.alert}<span>${this.fault}</span></p>`;
    const { file, drawn } = this;
    if (!file || !drawn) return html`<p class="soft">Loading the figure…</p>`;
    const { origin } = file;
    const software = origin.adapter.software ? ', a software adapter' : '';
    return html`<main @click=${this.follow}>
        <h2>${drawn.title}</h2>
        ${drawn.content}
      </main>
      <footer class="small">
        ${source('recorded')}
        <span>${origin.adapter.description}${software}, ${day(origin.createdAt)}. <a href=${drawn.search} target="_blank">Open in Tilescope</a></span>
        ${'gpu' in navigator ? html`<button @click=${this.goLive}>Run it on this device</button>` : nothing}
      </footer>`;
  }

  /** Links of the page lead to the page, not to another figure. */
  private readonly follow = (event: MouseEvent): void => {
    if (event.defaultPrevented) return;
    const link = event
      .composedPath()
      .find((target) => target instanceof HTMLAnchorElement || target instanceof SVGAElement);
    const href = link?.getAttribute('href');
    if (!href?.startsWith('?')) return;
    event.preventDefault();
    window.open(new URL(`./${href}`, location.href), '_blank', 'noopener');
  };

  private readonly goLive = (): void => {
    this.onLive();
    location.href = new URL(this.drawn?.search ?? './', location.href).href;
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-figure': TsFigure;
  }
}
