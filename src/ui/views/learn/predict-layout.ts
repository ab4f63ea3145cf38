/** How a prediction is set: the question, the choices or the axis, and the outcome under them. */
import { css } from 'lit';

export const layout = css`
  .box {
    margin: 16px 0;
    padding: 12px 16px 16px;
    border: 1px solid var(--line);
    border-left: 3px solid var(--accent);
    border-radius: 4px;
  }
  .ask {
    font-size: 16px;
    line-height: 24px;
    font-weight: 600;
  }
  .choices {
    display: grid;
    gap: 4px;
    margin-top: 8px;
  }
  label.choice {
    display: grid;
    grid-template-columns: 20px minmax(0, 1fr) auto;
    align-items: center;
    gap: 8px;
    min-height: 36px;
    padding: 4px 8px;
    border: 1px solid var(--line);
    border-radius: 4px;
    cursor: pointer;
  }
  label.choice:hover {
    background: var(--raised);
  }
  label.choice:has(:focus-visible) {
    outline: 2px solid var(--accent);
    outline-offset: 1px;
  }
  label.chosen {
    border-color: var(--accent);
    background: var(--accent-ground);
  }
  label.fixed {
    cursor: default;
  }
  input[type='radio'] {
    width: 16px;
    height: 16px;
    margin: 0;
    accent-color: var(--accent);
  }
  .mark {
    display: flex;
    align-items: center;
    gap: 4px;
    font-size: 12px;
    line-height: 16px;
  }
  /* Room for “the outcome”, so that no label wraps otherwise when it comes. */
  .choice > .mark {
    flex: none;
    justify-content: flex-end;
    min-width: 92px;
  }
  .right {
    color: var(--correct);
    font-weight: 600;
  }
  .off {
    color: var(--wrong);
  }
  .axis {
    margin-top: 8px;
  }
  input[type='range'] {
    width: 100%;
    height: 32px;
    margin: 0;
    accent-color: var(--accent);
  }
  .ends {
    display: flex;
    justify-content: space-between;
    color: var(--soft);
    font: 12px/16px var(--mono);
  }
  .ends .title {
    padding: 0 8px;
    font-family: var(--sans);
    text-align: center;
  }
  .track {
    position: relative;
    height: 22px;
    margin: 0 8px 22px;
    border-bottom: 2px solid var(--edge);
  }
  .pin {
    position: absolute;
    bottom: 0;
    width: 0;
    height: 100%;
    border-left: 2px solid var(--accent);
    font: 12px/16px var(--sans);
    white-space: nowrap;
  }
  .pin span {
    position: absolute;
    left: 2px;
    top: 0;
    padding: 0 4px;
    background: var(--ground);
  }
  .pin.real {
    font-weight: 600;
  }
  .pin.far span {
    left: auto;
    right: 2px;
  }
  /* On the other side of the axis: the two may lie close together, and neither may cross the other's label. */
  .pin.guess {
    top: calc(100% + 2px);
    border-left-style: dashed;
  }
  .pin.guess span {
    top: auto;
    bottom: 0;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    margin-top: 12px;
  }
  .status {
    min-height: 20px;
  }
  /* It stands on a line of its own there, and has no frame that would show its padding. */
  @media (max-width: 419px) {
    .row .quiet {
      margin-left: -11px;
    }
  }
  .outcome {
    margin-top: 12px;
    padding-top: 12px;
    border-top: 1px solid var(--line);
    font-size: 16px;
    line-height: 24px;
  }
  /* It has the focus only so that reading goes on from there. */
  .outcome:focus-visible {
    outline: none;
  }
  .outcome p + p {
    margin-top: 4px;
  }
`;
