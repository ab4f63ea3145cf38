import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { DeviceReport, Result } from '../../../lab/result.ts';
import { base } from '../../look/styles.ts';
import { type EventOf, emit } from '../../state/events.ts';
import type { Outcome } from '../../state/outcome.ts';
import { quantitiesOf } from '../../state/settings.ts';
import { resultsOffer, type Shown } from './offer.ts';
import '../../parts/ts-share.ts';
import '../../parts/ts-times.ts';
import '../../parts/ts-verdict.ts';
import './ts-own-beside.ts';

/**
 * What a run of the reader's own kernel gave: its verdict, its times, and those of the ladder where they ran beside it.
 *
 * @fires go-to-line
 * @fires run-long
 */
@customElement('ts-own-found')
export class TsOwnFound extends LitElement {
  static override styles = [
    base,
    css`
      :host {
        display: block;
      }
    `,
  ];

  @property({ attribute: false }) shown!: Shown;
  @property({ attribute: false }) outcome: Outcome = { state: 'idle', gates: [] };
  /** The kernel's own first, then the ladder's. */
  @property({ attribute: false }) results: readonly Result[] = [];
  @property({ attribute: false }) report: DeviceReport | null = null;

  override render(): TemplateResult {
    const { shown, outcome, results, report } = this;
    const own = outcome.state === 'correct' || outcome.state === 'wrong' ? outcome.result : null;
    return html`
      <ts-verdict .outcome=${outcome} @go-to-line=${this.goToLine} @run-long=${() => emit(this, 'run-long')}></ts-verdict>
      ${own ? html`<ts-times .result=${own} .quantities=${quantitiesOf(shown.problem)} .device=${report}></ts-times>` : nothing}
      <ts-own-beside .results=${results}></ts-own-beside>
      <ts-share .offer=${resultsOffer(shown, results)}></ts-share>
    `;
  }

  private readonly goToLine = ({ detail }: EventOf<'go-to-line'>): void => emit(this, 'go-to-line', detail);
}

declare global {
  interface HTMLElementTagNameMap {
    'ts-own-found': TsOwnFound;
  }
}
