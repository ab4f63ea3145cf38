import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { DeviceReport } from '../../lab/result.ts';
import { FigureKeys, figure } from '../look/figure.ts';
import { bytes, duration, exact, type Figure } from '../look/format.ts';
import * as icons from '../look/icons.ts';
import { base } from '../look/styles.ts';
import { subgroupWords } from '../look/subgroups.ts';
import { adapterName, type DeviceState, SOFTWARE } from '../state/device.ts';
import { emit } from '../state/events.ts';
import './ts-missing.ts';

const LIMITS: readonly (readonly [key: string, label: string, form: (value: number) => Figure])[] = [
  ['maxComputeWorkgroupStorageSize', 'Workgroup memory', bytes],
  ['maxComputeInvocationsPerWorkgroup', 'Invocations in a workgroup', (value) => exact(value)],
  ['maxComputeWorkgroupSizeX', 'Workgroup size along x', (value) => exact(value)],
  ['maxComputeWorkgroupSizeY', 'Workgroup size along y', (value) => exact(value)],
  ['maxComputeWorkgroupSizeZ', 'Workgroup size along z', (value) => exact(value)],
  ['maxComputeWorkgroupsPerDimension', 'Workgroups along one dimension', (value) => exact(value)],
  ['maxStorageBufferBindingSize', 'Bytes bound to one kernel input', bytes],
  ['maxBufferSize', 'Bytes in one buffer', bytes],
  ['maxStorageBuffersPerShaderStage', 'Storage buffers of one kernel', (value) => exact(value)],
];

const FEATURES: readonly (readonly [key: string, what: string])[] = [
  ['timestamp-query', 'times from the GPU’s own clock'],
  ['shader-f16', '16-bit floats in kernels'],
  ['subgroups', 'lanes exchange values without going through memory'],
  ['subgroup-size-control', 'kernels may choose the subgroup size'],
  ['chromium-experimental-subgroup-matrix', 'matrix units; experimental'],
];

const POWER: readonly (readonly [value: string, label: string])[] = [
  ['', 'browser’s choice'],
  ['high-performance', 'high performance'],
  ['low-power', 'low power'],
];

/**
 * All that WebGPU reports about the device, and what it does not report.
 *
 * @fires power-change - detail: { power }
 * @fires racing-change - detail: { isOn }
 * @fires races-forget
 */
@customElement('ts-device-panel')
export class TsDevicePanel extends LitElement {
  static override styles = [
    base,
    css`
      dialog {
        position: fixed;
        inset: 0 0 0 auto;
        width: min(440px, 100vw);
        height: 100dvh;
        max-width: none;
        max-height: none;
        margin: 0;
        padding: 12px 24px 24px;
        border: 0;
        border-left: 1px solid var(--edge);
        background: var(--ground);
        color: var(--ink);
        overflow-y: auto;
      }
      dialog:focus {
        outline: none;
      }
      dialog::backdrop {
        background: color-mix(in srgb, #000 35%, transparent);
      }
      .bar {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 40px;
      }
      .bar h2 {
        flex: 1;
        font-size: 16px;
      }
      h3 {
        margin: 20px 0 4px;
        font-size: 13px;
        line-height: 20px;
      }
      .name {
        font-size: 18px;
        line-height: 24px;
        overflow-wrap: anywhere;
      }
      .software {
        display: flex;
        gap: 6px;
        margin-top: 4px;
        color: var(--unresolved);
      }
      .software .icon {
        margin-top: 2px;
      }
      dl > div {
        display: flex;
        justify-content: space-between;
        gap: 16px;
        padding: 4px 0;
        border-top: 1px solid var(--line);
      }
      dd {
        text-align: right;
        overflow-wrap: anywhere;
      }
      .browser {
        overflow-wrap: anywhere;
      }
      .features li {
        display: flex;
        gap: 8px;
        padding: 4px 0;
        border-top: 1px solid var(--line);
      }
      .features .icon {
        margin-top: 2px;
      }
      .features .no {
        color: var(--soft);
      }
      .unknown li {
        padding: 4px 0 4px 12px;
        border-left: 2px dotted var(--edge);
      }
      .unknown li + li {
        margin-top: 4px;
      }
      select {
        width: 100%;
      }
      .racing {
        display: flex;
        align-items: center;
        gap: 8px;
        min-height: 32px;
      }
    `,
  ];

  @property({ attribute: false }) state: DeviceState = { kind: 'opening' };
  @property({ attribute: false }) power = '';
  /** Whether kernels that choose may let their candidates race, and how many outcomes this browser keeps. */
  @property({ type: Boolean }) racing = true;
  @property({ attribute: false }) raced = 0;
  @query('dialog') private readonly dialog!: HTMLDialogElement;

  constructor() {
    super();
    new FigureKeys(this);
  }

  open(): void {
    this.dialog.showModal();
  }

  override render(): TemplateResult {
    const { state } = this;
    // A click on its text focuses the dialog itself, so that Escape still closes it.
    return html`<dialog aria-labelledby="title" tabindex="-1" @click=${this.clickOutside}>
      <div class="bar">
        <h2 id="title">Device</h2>
        <button @click=${() => this.dialog.close()}>${icons.cross}Close</button>
      </div>
      ${state.kind === 'open' ? this.report(state.report) : nothing}
      ${state.kind === 'opening' ? html`<p>Asking the browser for an adapter.</p>` : nothing}
      ${state.kind === 'missing' ? html`<ts-missing .missing=${state.missing}></ts-missing>` : nothing}
      <h3><label for="power">Which adapter to ask for</label></h3>
      <select id="power" @change=${this.choosePower} aria-describedby="power-doc">
        ${POWER.map(([value, label]) => html`<option value=${value} .selected=${value === this.power}>${label}</option>`)}
      </select>
      <p class="small soft" id="power-doc">On a machine with two GPUs the browser may respect this. Changing it reopens the device.</p>
      <h3>Kernels that choose</h3>
      <label class="racing"
        ><input type="checkbox" .checked=${this.racing} @change=${this.chooseRacing} aria-describedby="racing-doc" />Let the
        candidates race here</label
      >
      <p class="small soft" id="racing-doc">
        Kernel 0 takes the one that is fastest on this device. To find out, it needs some seconds once for each kind of
        shape; otherwise it goes by rules from other machines.
        ${this.raced === 0 ? 'This browser keeps no outcomes yet.' : `This browser keeps ${this.raced} ${this.raced === 1 ? 'outcome' : 'outcomes'}.`}
      </p>
      ${this.raced === 0 ? nothing : html`<button class="small forget" @click=${() => emit(this, 'races-forget')}>Forget ${this.raced === 1 ? 'it' : 'them'}</button>`}
    </dialog>`;
  }

  private report(report: DeviceReport): TemplateResult {
    const { adapter, timer, subgroupSizes, features, limits } = report;
    const counted = subgroupSizes.length > 0 ? `${subgroupSizes.join(' or ')} lanes` : 'none';
    return html`
      <p class="name">${adapterName(report)}</p>
      <p class="measure"><a href="?view=device" @click=${() => this.dialog.close()}>Measure what it can do</a></p>
      ${adapter.software ? html`<p class="software">${icons.alert}<span>${SOFTWARE}</span></p>` : nothing}
      <h3>Adapter</h3>
      <dl>
        ${(
          [
            ['Vendor', adapter.vendor],
            ['Architecture', adapter.architecture],
            ['Device', adapter.device],
            ['Description', adapter.description],
          ] as const
        ).map(
          ([label, value]) =>
            html`<div><dt>${label}</dt><dd class="mono">${value || html`<span class="soft">not reported</span>`}</dd></div>`,
        )}
        <div><dt>Subgroup size, as reported</dt><dd class="mono">${subgroupWords(adapter)}</dd></div>
        <div><dt>Subgroup size, as a kernel counted it</dt><dd class="mono">${counted}</dd></div>
      </dl>
      <h3>Timer</h3>
      <dl>
        <div><dt>Source</dt><dd>${clockOf(report)}</dd></div>
        <div><dt>Step (quantum)</dt><dd>${figure(duration(timer.quantumNs))}</dd></div>
        <div>
          <dt>A dispatch that does nothing</dt>
          <dd>${timer.floorNs === null ? html`<span class="soft">below the step</span>` : figure(duration(timer.floorNs))}</dd>
        </div>
      </dl>
      <h3>Features that kernels here use</h3>
      <ul class="features">
        ${FEATURES.map(([key, what]) => {
          const has = features.includes(key);
          return html`<li class=${has ? '' : 'no'}>
            ${has ? icons.check : icons.dash}<span><span class="mono">${key}</span>${has ? '' : ' (not here)'}<br /><span class="small soft">${what}</span></span>
          </li>`;
        })}
      </ul>
      <h3>Limits that matter</h3>
      <dl>
        ${LIMITS.filter(([key]) => limits[key] !== undefined).map(
          ([key, label, form]) => html`<div><dt>${label}</dt><dd>${figure(form(limits[key]))}</dd></div>`,
        )}
      </dl>
      <h3>What WebGPU does not report</h3>
      <ul class="unknown">
        <li>The driver’s version, beyond what the description says.</li>
        <li>The clock, and whether heat or power has lowered it.</li>
        <li>Sizes of the caches and of the register file, and how many compute units there are.</li>
        <li>How much video memory there is, and how much of it is in use.</li>
      </ul>
      <h3>Browser</h3>
      <p class="browser small soft">${report.userAgent}</p>
    `;
  }

  private readonly choosePower = (event: Event): void => {
    const power = (event.target as HTMLSelectElement).value;
    emit(this, 'power-change', { power });
  };

  private readonly chooseRacing = (event: Event): void => {
    emit(this, 'racing-change', { isOn: (event.target as HTMLInputElement).checked });
  };

  private readonly clickOutside = (event: MouseEvent): void => {
    if (event.target === this.dialog && event.offsetX < 0) this.dialog.close();
  };
}

function clockOf({ timer, features }: DeviceReport): string {
  if (timer.source === 'gpu') return 'timestamp queries';
  const why = features.includes('timestamp-query') ? 'timestamps are not written' : 'no timestamp-query';
  return `wall clock; ${why} here`;
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-device-panel': TsDevicePanel;
  }
}
