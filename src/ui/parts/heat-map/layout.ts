/** The heat map's grid of buttons over its drawing, and its legends. */
import { css } from 'lit';

export const CELL_HEIGHT = 36;
/** Of the row with the columns' values. */
export const HEAD_HEIGHT = 28;

export const heatMapLayout = css`
  .top {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 4px 16px;
    min-height: 32px;
  }
  .axes {
    display: flex;
    flex-wrap: wrap;
    gap: 0 24px;
  }
  .scroll {
    /* Room for the focus ring of a cell at the edge. */
    margin: 0 -4px;
    padding: 4px;
    overflow-x: auto;
  }
  .map {
    position: relative;
  }
  .drawing {
    position: absolute;
    top: ${HEAD_HEIGHT}px;
  }
  .row {
    display: grid;
    height: ${CELL_HEIGHT}px;
  }
  .row.heads {
    height: ${HEAD_HEIGHT}px;
  }
  .head {
    display: flex;
    align-items: center;
    justify-content: center;
    font: 12px/16px var(--mono);
    white-space: nowrap;
  }
  .side {
    position: sticky;
    left: -4px;
    z-index: 3;
    justify-content: flex-end;
    padding-right: 8px;
    background: var(--ground);
  }
  .cell {
    position: relative;
  }
  .cell button {
    width: 100%;
    height: 100%;
    padding: 0;
    border: 0;
    border-radius: 0;
    background: transparent;
  }
  .cell button:hover {
    background: transparent;
    box-shadow: inset 0 0 0 2px var(--edge);
  }
  .cell button:focus-visible {
    z-index: 2;
    position: relative;
    outline-offset: 1px;
  }
  .cell[aria-selected='true'] button {
    box-shadow:
      inset 0 0 0 3px var(--accent),
      inset 0 0 0 4px var(--ground);
  }
  .cell.running button:not(:focus-visible) {
    outline: 2px solid var(--accent);
    outline-offset: -4px;
  }
  .states {
    display: grid;
    grid-template-columns: repeat(auto-fill, minmax(124px, 1fr));
    gap: 4px 8px;
    max-width: 560px;
    margin-top: 8px;
  }
  .ramp {
    width: 260px;
    height: 44px;
    margin-top: 8px;
  }
  .states li {
    height: 20px;
    white-space: nowrap;
    display: flex;
    align-items: center;
    gap: 6px;
  }
  /* Another font's line would be a pixel higher once there is a count. */
  .states .mono {
    line-height: 0;
  }
  .swatch {
    --hatch: var(--state);
    display: grid;
    place-items: center;
    width: 22px;
    height: 18px;
    border: 1.5px solid var(--state);
    color: var(--state);
  }
  .swatch .icon {
    width: 11px;
    height: 11px;
  }
  .running .swatch {
    --state: var(--accent);
  }
  .idle .swatch {
    --state: var(--edge);
    border-style: dotted;
  }
  .correct .swatch {
    border: 0;
    /* The colour alone in a saved picture. */
    background: #7c7b78 linear-gradient(90deg, #00224e, #7c7b78, #fdea45);
  }
  .best .swatch {
    --state: var(--ink);
    border-width: 2px;
    font-size: 11px;
    line-height: 1;
  }
  .refused .swatch {
    --state: var(--refused);
    border-color: var(--line);
  }
  .unresolved .swatch {
    --state: var(--unresolved);
  }
  .wrong .swatch {
    --state: var(--wrong);
  }
  .failed .swatch {
    --state: var(--failed);
  }
`;
