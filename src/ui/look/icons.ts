/** Icons as small line drawings: 16 x 16, in the colour of the text around them. Words always stand beside them. */
import { html, svg, type TemplateResult } from 'lit';

const icon = (body: ReturnType<typeof svg>): TemplateResult => html`<svg
  class="icon"
  viewBox="0 0 16 16"
  fill="none"
  stroke="currentColor"
  stroke-width="2"
  stroke-linecap="round"
  stroke-linejoin="round"
  aria-hidden="true"
>
  ${body}
</svg>`;

export const check = icon(svg`<path d="M2.5 8.5 6.5 12.5 13.5 4" />`);
export const cross = icon(svg`<path d="M3.5 3.5 12.5 12.5M12.5 3.5 3.5 12.5" />`);
export const dash = icon(svg`<circle cx="8" cy="8" r="6.5" stroke-width="1.5" /><path d="M5 8h6" />`);
export const question = icon(svg`<path d="M5 5.5a3 3 0 1 1 4.3 2.7c-.9.5-1.3 1-1.3 2" /><path d="M8 13.2v.1" />`);
export const ring = icon(svg`<circle cx="8" cy="8" r="6" stroke-width="1.5" stroke-dasharray="2.4 2.4" />`);
export const bar = icon(svg`<path d="M2 8h12" stroke-width="4" opacity="0.3" /><path d="M2 8h6" stroke-width="4" />`);
export const alert = icon(
  svg`<path d="M8 2 14.5 13.5h-13Z" stroke-width="1.5" /><path d="M8 6.5v3M8 11.6v.1" stroke-width="1.75" />`,
);
export const play = icon(svg`<path d="M4.5 3v10l8.5-5Z" fill="currentColor" stroke-width="1.5" />`);
export const stop = icon(svg`<path d="M4 4h8v8H4Z" fill="currentColor" stroke-width="1.5" />`);
export const undo = icon(svg`<path d="M5.5 3 2.5 6l3 3M3 6h6.5a3.5 3.5 0 0 1 0 7H6" stroke-width="1.5" />`);
export const chip = icon(
  svg`<path d="M4.5 4.5h7v7h-7ZM6 1.5v3M10 1.5v3M6 11.5v3M10 11.5v3M1.5 6h3M1.5 10h3M11.5 6h3M11.5 10h3" stroke-width="1.25" />`,
);
export const copy = icon(svg`<path d="M5.5 5.5h8v8h-8ZM10.5 2.5h-8v8" stroke-width="1.5" />`);
export const chevron = icon(svg`<path d="M6 3.5 10.5 8 6 12.5" stroke-width="1.5" />`);
