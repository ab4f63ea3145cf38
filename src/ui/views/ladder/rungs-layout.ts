/** The ladder as a table; as a list of cards where its own place is narrow. */
import { css } from 'lit';

export const rungsLayout = css`
  :host {
    container-type: inline-size;
  }
  table {
    width: 100%;
    table-layout: fixed;
    border-collapse: collapse;
  }
  thead th {
    position: sticky;
    /* Under the bar with Run and Cancel. */
    top: 65px;
    z-index: 5;
    padding: 4px 12px 4px 0;
    background: var(--ground);
    color: var(--soft);
    font-weight: 400;
    text-align: left;
    vertical-align: bottom;
    white-space: nowrap;
  }
  thead th:first-child {
    width: 26%;
  }
  thead th:nth-child(2) {
    width: 116px;
  }
  thead th:nth-child(3) {
    width: 136px;
  }
  thead th:nth-child(5) {
    width: 100px;
  }
  thead th:nth-child(6) {
    width: 124px;
  }
  thead .number-head {
    text-align: right;
  }
  thead .axis {
    padding-bottom: 0;
  }
  tbody {
    --state: var(--soft);
    border-top: 1px solid var(--line);
  }
  tbody:last-child {
    border-bottom: 1px solid var(--line);
  }
  .correct,
  .unresolved {
    --state: var(--correct);
  }
  .wrong {
    --state: var(--wrong);
  }
  .failed {
    --state: var(--failed);
  }
  .running {
    --state: var(--accent);
  }
  .figures > * {
    height: 48px;
    padding: 4px 12px 0 0;
    text-align: left;
    vertical-align: middle;
    font-weight: 400;
  }
  .kernel {
    line-height: 16px;
  }
  .kernel div {
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .kernel a {
    display: flex;
    align-items: center;
    min-height: 32px;
    color: var(--ink);
    font-weight: 600;
    text-decoration: underline;
    text-decoration-color: var(--edge);
    text-underline-offset: 3px;
  }
  .kernel a:hover {
    color: var(--accent);
    text-decoration-color: currentColor;
  }
  .number {
    display: grid;
    place-items: center;
    flex: none;
    width: 20px;
    height: 20px;
    border: 1px solid var(--edge);
    border-radius: 50%;
    font: 11px/1 var(--mono);
  }
  .state {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    color: var(--state);
    white-space: nowrap;
  }
  .checked {
    display: block;
    overflow: hidden;
    min-height: 16px;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .state .icon {
    width: 14px;
    height: 14px;
  }
  .figures .pair {
    text-align: right;
  }
  .pair > span {
    display: block;
    white-space: nowrap;
  }
  .pair .lead {
    font-size: 16px;
  }
  .pair .unresolved {
    display: flex;
    align-items: center;
    justify-content: flex-end;
    gap: 4px;
    color: var(--unresolved);
  }
  .figures .spread {
    padding-right: 0;
  }
  .figures .speed,
  .figures .rate {
    padding-right: 0;
  }
  .to {
    display: inline-block;
    width: 52px;
    text-align: left;
  }
  thead th:last-child {
    padding-right: 0;
  }
  .reason p {
    --hatch: var(--refused);
    max-width: 80ch;
  }
  .wrong .reason p,
  .failed .reason p {
    display: -webkit-box;
    -webkit-box-orient: vertical;
    -webkit-line-clamp: 3;
    max-height: 48px;
    overflow: hidden;
  }
  .figures .reason {
    padding: 4px 12px;
    white-space: pre-line;
  }
  .lesson td {
    padding: 0 0 10px 28px;
  }
  .lesson p {
    max-width: 120ch;
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0 12px;
    margin-top: 4px;
  }
  .facts b {
    font-weight: 400;
  }
  .facts .mono {
    color: var(--ink);
    text-decoration: underline dashed 1px var(--edge);
    text-underline-offset: 3px;
  }
  @container (max-width: 799px) {
    table,
    thead,
    thead tr,
    tbody {
      display: block;
    }
    thead th {
      position: static;
    }
    thead th:not(.axis) {
      position: absolute;
      clip-path: inset(50%);
    }
    thead .axis {
      display: block;
      padding: 4px 0 0;
    }
    .figures {
      display: grid;
      grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr) minmax(0, 1.2fr);
      grid-template-areas: 'kernel kernel verdict' 'time rate speed' 'spread spread spread';
      gap: 0 12px;
    }
    .figures > * {
      width: auto;
      height: auto;
      padding: 4px 0 0;
    }
    .figures .kernel {
      grid-area: kernel;
    }
    .figures .verdict {
      grid-area: verdict;
      padding-top: 10px;
    }
    .figures .reason {
      grid-column: 1 / -1;
      padding: 4px 8px;
    }
    /* As high as the figures and the samples that it stands for. */
    .wrong .reason,
    .failed .reason {
      min-height: 76px;
    }
    .pair {
      min-height: 44px;
    }
    .figures .time {
      grid-area: time;
      text-align: left;
    }
    .pair .unresolved {
      justify-content: flex-start;
    }
    .figures .rate {
      grid-area: rate;
    }
    .figures .speed {
      grid-area: speed;
    }
    .figures .spread {
      grid-area: spread;
    }
    .lesson,
    .lesson td {
      display: block;
    }
    .lesson td {
      padding: 4px 0 12px;
    }
  }
`;
