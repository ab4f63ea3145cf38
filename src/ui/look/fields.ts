/** The form of the settings column, shared by the elements in it. */
import { css } from 'lit';

export const fields = css`
  section + section {
    margin-top: 16px;
    padding-top: 12px;
    border-top: 1px solid var(--line);
  }
  .head {
    display: flex;
    align-items: center;
    gap: 4px 12px;
    min-height: 32px;
  }
  .chips {
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
  }
  .chips button {
    padding: 0 8px;
    font-size: 13px;
  }
  .chips button[aria-pressed='true'] {
    border-color: var(--accent);
    background: var(--accent-ground);
    box-shadow: inset 0 0 0 1px var(--accent);
    font-weight: 600;
  }
  select {
    width: 100%;
  }
  ts-knob,
  ts-parameter {
    margin-top: 10px;
  }
  .field {
    margin-top: 8px;
  }
  .field label {
    flex: 1;
    font-weight: 600;
  }
  .doc {
    margin-top: 2px;
  }
  details {
    margin-top: 12px;
  }
  summary {
    display: flex;
    align-items: center;
    gap: 6px;
    min-height: 32px;
    color: var(--accent);
    cursor: pointer;
  }
  summary::before {
    content: '';
    width: 6px;
    height: 6px;
    margin: 0 3px 2px 2px;
    border: solid currentColor;
    border-width: 0 1.5px 1.5px 0;
    rotate: -45deg;
    transition: rotate var(--fast);
  }
  details[open] > summary::before {
    rotate: 45deg;
  }
  summary::-webkit-details-marker {
    display: none;
  }
`;
