/** Figures: a number as text whose raw value shows on hover and on focus. */

import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { html, nothing, type TemplateResult } from 'lit';
import { type Figure, NONE } from './format.ts';

/**
 * One figure. The first of an element's figures can be reached with Tab and the arrow keys go on from there
 * (`FigureKeys`), so that a table of thirty numbers is one stop and not thirty.
 */
export function figure(shown: Figure, side: 'left' | 'right' = 'right'): TemplateResult {
  if (shown === NONE) return html`<span class="figure soft" aria-label="no value" role="img">–</span>`;
  const gap = shown.unit === '' || shown.unit === '%' ? '' : ' ';
  return html`<span class="figure ${side}" data-raw=${shown.raw || nothing}
    >${shown.value}${gap}<span class="unit">${shown.unit}</span></span
  >`;
}

export type Source = 'modelled' | 'measured' | 'recorded';

/** Where a number comes from, by word and by form. */
export function source(kind: Source): TemplateResult {
  return html`<span class="source ${kind}">${kind}</span>`;
}

const STEP: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Makes an element's figures one stop of the Tab key, with the arrow keys moving between them. */
export class FigureKeys implements ReactiveController {
  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {
    this.host.addEventListener('keydown', this.move);
  }

  hostDisconnected(): void {
    this.host.removeEventListener('keydown', this.move);
  }

  hostUpdated(): void {
    const figures = this.figures();
    const held = figures.find((figure) => figure.tabIndex === 0) ?? figures[0];
    for (const figure of figures) figure.tabIndex = figure === held ? 0 : -1;
  }

  private figures(): HTMLElement[] {
    return [...(this.host.shadowRoot?.querySelectorAll<HTMLElement>('.figure[data-raw]') ?? [])];
  }

  private readonly move = (event: KeyboardEvent): void => {
    const figures = this.figures();
    const at = figures.indexOf(event.composedPath()[0] as HTMLElement);
    const step = STEP[event.key];
    if (at < 0 || step === undefined) return;
    const next = figures[at + step];
    if (!next) return;
    event.preventDefault();
    for (const figure of figures) figure.tabIndex = figure === next ? 0 : -1;
    next.focus();
  };
}
