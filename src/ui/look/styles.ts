/**
 * The page's form in one place: colours, sizes and type as custom properties on the document, and the rules that
 * every element shares. One accent; categories from Okabe and Ito's palette, darkened or lightened until text in them
 * reaches a contrast of 4.5 on the page's ground.
 */
import { css } from 'lit';

const dark = css`
  --ground: #15181b;
  --raised: #1e2226;
  --ink: #e7e9eb;
  --soft: #a6aeb7;
  --line: #30363c;
  --edge: #757e88;
  --accent: #74bdef;
  --accent-ground: #17324a;
  --on-accent: #07141e;
  --correct: #46cfa1;
  --wrong: #ff9460;
  --unresolved: #efba45;
  --refused: #b0b7bf;
  --failed: #e8a3c9;
  --code-keyword: #74bdef;
  --code-type: #e8a3c9;
  --code-number: #efba45;
  --code-function: #5fd3aa;
  --violet: #b9a5f0;
  --lane-0: #4f79b8;
  --lane-2: #fde737;
`;

/**
 * For the document itself: custom properties inherit through every shadow root. The theme is the reader's, unless
 * `data-theme` on the document says which: figures take that of the page around them, and pictures are light.
 */
export const documentStyles = css`
  :root {
    color-scheme: light dark;
    --ground: #fdfdfc;
    --raised: #f4f5f6;
    --ink: #16191d;
    --soft: #535b65;
    --line: #d9dde2;
    --edge: #848c96;
    --accent: #00619f;
    --accent-ground: #e2eff8;
    --on-accent: #ffffff;
    --correct: #006e4f;
    --wrong: #ad3a00;
    --unresolved: #835600;
    --refused: #565d66;
    --failed: #94316b;
    --orange: #e69f00;
    --sky: #56b4e9;
    --green: #009e73;
    --vermillion: #d55e00;
    --purple: #cc79a7;
    --code-keyword: #00619f;
    --code-type: #8a2f66;
    --code-number: #7a4a00;
    --code-function: #00664a;
    --code-attribute: var(--violet);
    --violet: #5d3fa3;
    --lane-0: #00224e;
    --lane-2: #e8ca2c;
    --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif;
    --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'Liberation Mono', 'DejaVu Sans Mono', monospace;
    --fast: 120ms;
  }
  @media (prefers-color-scheme: dark) {
    :root:not([data-theme='light']) {
      ${dark}
    }
  }
  :root[data-theme='light'] {
    color-scheme: light;
  }
  :root[data-theme='dark'] {
    color-scheme: dark;
    ${dark}
  }
  @media (prefers-reduced-motion: reduce) {
    :root {
      --fast: 0ms;
    }
  }
  html {
    background: var(--ground);
    color: var(--ink);
    font: 14px/20px var(--sans);
    -webkit-text-size-adjust: 100%;
    text-size-adjust: 100%;
    scroll-padding: 72px 0;
    /* Stripes, gauges and dots are drawn as backgrounds, and paper must show them too. */
    print-color-adjust: exact;
  }
  body {
    margin: 0;
  }
`;

/** For every element's shadow root. */
export const base = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  :host {
    display: block;
    min-width: 0;
  }
  :host([hidden]),
  [hidden] {
    display: none !important;
  }
  h1,
  h2,
  h3,
  p,
  ul,
  ol,
  dl,
  dd,
  figure,
  fieldset,
  legend {
    margin: 0;
    padding: 0;
    border: 0;
    min-width: 0;
  }
  ul,
  ol {
    list-style: none;
  }
  h2,
  h3 {
    display: flex;
    align-items: baseline;
    gap: 8px;
    font-size: 13px;
    line-height: 20px;
    font-weight: 600;
  }
  .soft {
    color: var(--soft);
  }
  .small {
    font-size: 12px;
    line-height: 16px;
  }
  .mono,
  .figure {
    font-family: var(--mono);
    font-variant-numeric: tabular-nums;
    font-feature-settings: 'tnum';
  }
  .figure {
    position: relative;
    white-space: nowrap;
    border-radius: 2px;
  }
  .figure .unit {
    color: var(--soft);
    font-size: 0.86em;
  }
  .figure[data-raw]:is(:hover, :focus-visible)::after {
    content: attr(data-raw);
    position: absolute;
    z-index: 20;
    bottom: calc(100% + 4px);
    right: 0;
    padding: 4px 8px;
    background: var(--ink);
    color: var(--ground);
    font: 12px/16px var(--mono);
    border-radius: 3px;
    pointer-events: none;
  }
  .figure.left[data-raw]:is(:hover, :focus-visible)::after {
    right: auto;
    left: 0;
  }
  .source {
    display: inline-block;
    padding: 0 5px;
    border: 1px solid var(--edge);
    border-radius: 3px;
    color: var(--soft);
    font-family: var(--sans);
    font-size: 11px;
    line-height: 15px;
    font-weight: 400;
    white-space: nowrap;
  }
  .source.modelled {
    border-style: dashed;
  }
  .source.recorded {
    border-radius: 8px;
  }
  button,
  input,
  select {
    font: inherit;
    color: inherit;
  }
  button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 6px;
    min-height: 32px;
    min-width: 32px;
    padding: 0 10px;
    background: transparent;
    border: 1px solid var(--edge);
    border-radius: 4px;
    white-space: nowrap;
    cursor: pointer;
    transition: background-color var(--fast);
  }
  button:hover:not([aria-disabled='true']) {
    background: var(--raised);
  }
  button[aria-disabled='true'] {
    color: var(--soft);
    border-color: var(--line);
    cursor: not-allowed;
  }
  button.quiet {
    border-color: transparent;
    color: var(--accent);
  }
  button.primary {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
    font-weight: 600;
  }
  button.primary:hover:not([aria-disabled='true']) {
    background: color-mix(in srgb, var(--accent) 86%, var(--ink));
  }
  button.primary[aria-disabled='true'] {
    background: var(--raised);
    border-color: var(--line);
    color: var(--soft);
  }
  input[type='number'],
  input[type='text'],
  select {
    height: 32px;
    min-width: 0;
    padding: 0 8px;
    background: var(--ground);
    border: 1px solid var(--edge);
    border-radius: 4px;
  }
  input[type='number'],
  input[type='text'] {
    font-family: var(--mono);
    font-variant-numeric: tabular-nums;
  }
  a {
    color: var(--accent);
  }
  /* Readers who choose all colours themselves see no grounds and no shadows: what is chosen gets an outline. */
  @media (forced-colors: active) {
    :where([aria-current='page'], [aria-current='true'], [aria-pressed='true'], .chosen, input:checked + span),
    :where([aria-selected='true'] button) {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
    .allowed,
    .bar,
    .done,
    .dot,
    .limit,
    .mark,
    .stripe {
      forced-color-adjust: none;
    }
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  .visually-hidden {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  svg {
    display: block;
  }
  svg.icon {
    width: 16px;
    height: 16px;
    flex: none;
  }
`;

/** Diagonal hatching: what could not be decided, or was refused. `--hatch` sets its colour. */
export const hatch = css`
  .hatch {
    background-image: repeating-linear-gradient(
      -45deg,
      color-mix(in srgb, var(--hatch, var(--refused)) 26%, transparent) 0 1px,
      transparent 1px 6px
    );
  }
`;

/** Puts the document's styles in force. */
export function adoptDocumentStyles(): void {
  const sheet = documentStyles.styleSheet;
  if (sheet) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}
