/** The frame of the code, and the line above it. */
import { css } from 'lit';

export const layout = css`
  :host {
    display: flex;
    flex-direction: column;
  }
  .head {
    display: flex;
    flex: none;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 8px;
    min-height: 32px;
  }
  .head > * {
    flex: none;
  }
  .head .path {
    flex: 1;
    min-width: 0;
    overflow: hidden;
    text-align: left;
    text-overflow: ellipsis;
    white-space: nowrap;
    font-size: 12px;
    font-weight: 400;
    direction: rtl;
  }
  .edited {
    padding: 0 6px;
    border: 1px solid var(--accent);
    border-radius: 3px;
    color: var(--accent);
    font-size: 12px;
    line-height: 18px;
  }
  .frame {
    display: flex;
    flex: 0 1 auto;
    flex-direction: column;
    min-height: 240px;
    overflow: hidden;
    margin-top: 4px;
    border-block: 1px solid var(--line);
    background: var(--raised);
  }
  .said {
    flex: none;
    height: 52px;
    overflow-y: auto;
    padding: 2px 8px;
  }
  .frame.edited-frame {
    border-color: var(--accent);
  }
  @media print {
    .frame {
      height: auto;
    }
  }
`;
