/** How code looks, listed or in the editor: one look, so that nothing moves where one takes the other's place. */
import { css, unsafeCSS } from 'lit';
import { MOST_HANG } from './hang.ts';

/** Classes, not style attributes: the browser's own editing copies those, which the page's policy forbids. */
const hangs = Array.from(
  { length: MOST_HANG + 1 },
  (_, hang) => `.frame .line.hang-${hang} { padding: 0 12px 0 calc(8px + ${hang}ch); text-indent: -${hang}ch; }`,
).join('\n');

export const codeLook = css`
  ${unsafeCSS(hangs)}
  .frame > * {
    flex: 1 1 auto;
    min-height: 0;
  }
  .listing {
    overflow: auto;
    padding: 8px 0;
    font: 12.5px/20px var(--mono);
    font-variant-ligatures: none;
    tab-size: 4;
    cursor: text;
  }
  .listing[aria-busy='true'] {
    cursor: progress;
  }
  .listing:focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: -2px;
  }
  /* Number, a gap for the editor's marks, code; before them what a trace has counted. */
  .row {
    display: grid;
    grid-template-columns: max(32px, calc(var(--digits) * 1ch + 12px)) 12px minmax(0, 1fr);
    min-height: 20px;
  }
  .counted .row {
    grid-template-columns: 52px max(32px, calc(var(--digits) * 1ch + 12px)) 12px minmax(0, 1fr);
  }
  .row .number {
    padding: 0 4px 0 8px;
    color: var(--soft);
    text-align: right;
    -webkit-user-select: none;
    user-select: none;
  }
  .row .number::before {
    content: attr(data-line);
  }
  .row .counter {
    padding: 0 2px;
    -webkit-user-select: none;
    user-select: none;
  }
  .row .line {
    grid-column: -2;
    white-space: break-spaces;
    word-break: break-word;
    overflow-wrap: anywhere;
  }
  .frame .line::selection,
  .frame .line ::selection {
    background-color: color-mix(in srgb, var(--accent) 26%, transparent);
  }
  .lit {
    background-color: var(--accent-ground);
    box-shadow: inset 2px 0 var(--accent);
  }
  .count {
    display: block;
    padding: 0 4px;
    text-align: right;
    color: var(--ink);
    font-size: 11.5px;
    font-variant-numeric: tabular-nums;
    background-color: color-mix(in srgb, var(--orange) var(--weight), transparent);
    border-radius: 2px;
    cursor: help;
  }
  .count-most {
    font-weight: 700;
    box-shadow: inset 2px 0 var(--vermillion);
  }
  .line-value {
    white-space: nowrap;
    margin-left: 12px;
    padding: 0 6px;
    border: 1px solid var(--accent);
    border-radius: 3px;
    color: var(--accent);
    font-family: var(--sans);
    font-size: 11px;
  }
  .wgsl-comment {
    color: var(--soft);
    font-style: italic;
  }
  .wgsl-keyword {
    color: var(--code-keyword);
    font-weight: 600;
  }
  .wgsl-modifier {
    color: var(--code-keyword);
  }
  .wgsl-type {
    color: var(--code-type);
  }
  .wgsl-number {
    color: var(--code-number);
  }
  .wgsl-attribute {
    color: var(--code-attribute);
  }
  .wgsl-function {
    color: var(--code-function);
  }
  @media print {
    .listing {
      overflow: visible;
    }
  }
`;
