import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import * as icons from '../look/icons.ts';
import { base } from '../look/styles.ts';
import { adapterName, type DeviceState, SOFTWARE } from '../state/device.ts';
import type { TsDevicePanel } from './ts-device-panel.ts';
import './ts-unloaded.ts';

/** The device in the header: its name, which opens all that is known of it, and a badge where it is software. */
@customElement('ts-device')
export class TsDevice extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 8px;
        min-width: 0;
      }
      /* No gap before what is closed. */
      ts-device-panel {
        display: contents;
      }
      .chip {
        min-width: 0;
        max-width: 100%;
      }
      .chip .name {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .missing {
        border-color: var(--failed);
        color: var(--failed);
      }
      .badge {
        flex: none;
        border-style: dashed;
        border-color: var(--unresolved);
        color: var(--unresolved);
        font-size: 12px;
      }
      [popover] {
        position: fixed;
        inset: 52px 16px auto auto;
        width: min(360px, calc(100vw - 32px));
        margin: 0;
        padding: 12px 16px;
        border: 1px solid var(--unresolved);
        border-radius: 4px;
        background: var(--ground);
        color: var(--ink);
      }
      ts-unloaded {
        position: fixed;
        z-index: 20;
        inset: 40px 16px auto auto;
        width: min(420px, calc(100vw - 32px));
        background: var(--ground);
      }
      @media (max-width: 959px) {
        .badge span {
          display: none;
        }
      }
      @media (max-width: 719px) {
        .chip {
          min-width: 32px;
        }
      }
    `,
  ];

  @property({ attribute: false }) state: DeviceState = { kind: 'opening' };
  @property({ attribute: false }) power = '';
  /** Whether kernels that choose may let their candidates race, and how many outcomes this browser keeps. */
  @property({ type: Boolean }) racing = true;
  @property({ attribute: false }) raced = 0;
  /** Whether the code of the panel could not be loaded. */
  @state() private noPanel = false;
  @query('ts-device-panel') private readonly panel!: TsDevicePanel;

  override render(): TemplateResult {
    const { state } = this;
    const name =
      state.kind === 'open' ? adapterName(state.report) : state.kind === 'opening' ? 'Looking for a GPU' : 'No GPU';
    const software = state.kind === 'open' && state.report.adapter.software;
    return html`
      ${
        software
          ? html`<button class="badge" popovertarget="about" aria-label="Software adapter: what this means">
                ${icons.alert}<span>software adapter</span>
              </button>
              <p id="about" popover>${SOFTWARE}</p>`
          : nothing
      }
      <button class="chip ${state.kind}" @click=${this.open} aria-haspopup="dialog" aria-label="Device: ${name}">
        ${icons.chip}<span class="name">${name}</span>
      </button>
      ${this.noPanel ? html`<ts-unloaded what="What is known of the device"></ts-unloaded>` : nothing}
      <ts-device-panel .state=${state} .power=${this.power} .racing=${this.racing} .raced=${this.raced}></ts-device-panel>
    `;
  }

  /** Opens the panel, whose code comes when it is first asked for. */
  private readonly open = async (): Promise<void> => {
    this.noPanel = await import('./ts-device-panel.ts').then(
      () => false,
      () => true,
    );
    if (this.noPanel) return;
    await this.panel.updateComplete;
    this.panel.open();
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-device': TsDevice;
  }
}
