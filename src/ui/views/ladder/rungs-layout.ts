/** The ladder as a table of one row a kernel; a row has two lines where the table itself is narrow. */
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
    padding: 2px 12px 4px 0;
    background: var(--ground);
    color: var(--soft);
    font-weight: 400;
    text-align: left;
    vertical-align: bottom;
    white-space: nowrap;
  }
  thead th:first-child {
    width: 29%;
  }
  thead th:nth-child(2) {
    width: 108px;
  }
  thead th:nth-child(3) {
    width: 112px;
  }
  thead th:nth-child(5) {
    width: 112px;
  }
  thead th:nth-child(6) {
    width: 156px;
  }
  thead th:nth-child(7) {
    width: 32px;
    padding: 0;
  }
  thead .number-head {
    text-align: right;
  }
  .sort,
  .sort > span {
    display: flex;
    align-items: baseline;
    gap: 4px;
  }
  .sort button {
    padding: 0 6px;
    font-size: 12px;
  }
  .sort button[aria-pressed='true'] {
    border-color: var(--accent);
    background: var(--accent-ground);
    color: var(--ink);
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
    height: 32px;
    padding: 0 12px 0 0;
    text-align: left;
    vertical-align: middle;
    font-weight: 400;
    white-space: nowrap;
  }
  .kernel div {
    display: flex;
    align-items: center;
    gap: 8px;
  }
  .figures .kernel {
    white-space: normal;
  }
  .kernel a {
    display: flex;
    align-items: center;
    min-height: 32px;
    /* Names of two lines, one above the other, stay apart. */
    padding: 2px 0;
    color: var(--ink);
    font-size: 13px;
    font-weight: 600;
    line-height: 15px;
    text-wrap: balance;
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
  .verdict {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .state {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    color: var(--state);
  }
  .state .icon {
    width: 14px;
    height: 14px;
  }
  .figures .time,
  .figures .rate,
  .figures .gain {
    text-align: right;
  }
  .time {
    font-size: 15px;
  }
  .time .unresolved {
    display: flex;
    align-items: center;
    justify-content: flex-end;
    gap: 4px;
    color: var(--unresolved);
    font-size: 13px;
  }
  .ends {
    display: block;
    line-height: 12px;
    font-size: 11px;
    white-space: nowrap;
  }
  .to {
    display: inline-block;
    width: 64px;
    text-align: left;
  }
  .reason p {
    --hatch: var(--refused);
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .figures .reason {
    padding: 0 12px;
  }
  .figures .more {
    padding: 0;
  }
  .more button {
    padding: 0;
  }
  .more .icon {
    width: 12px;
    height: 12px;
    transition: rotate var(--fast);
  }
  .more [aria-expanded='true'] .icon {
    rotate: 90deg;
  }
  .details td {
    padding: 0 32px 12px 28px;
  }
  .details p {
    max-width: 110ch;
  }
  .details .why {
    margin-bottom: 4px;
    color: var(--state);
    white-space: pre-line;
  }
  .facts {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 12px;
    margin-top: 6px;
  }
  .facts b {
    font-weight: 400;
  }
  .facts .mono {
    color: var(--ink);
    text-decoration: underline;
    text-decoration-style: dashed;
    text-decoration-thickness: 1px;
    text-decoration-color: var(--edge);
    text-underline-offset: 3px;
  }
  .facts .figure {
    color: var(--ink);
  }
  @container (max-width: 759px) {
    table,
    thead,
    thead tr,
    tbody {
      display: block;
    }
    thead th {
      position: static;
    }
    thead th:not(:first-child) {
      position: absolute;
      clip-path: inset(50%);
    }
    thead th:first-child {
      display: block;
      width: auto;
    }
    .figures {
      display: grid;
      grid-template-columns: minmax(0, 1fr) 16px 108px 32px;
      grid-template-areas: 'kernel verdict time more' 'speed speed gain more';
      align-items: center;
      gap: 0 8px;
      padding-bottom: 4px;
    }
    .figures > * {
      width: auto;
      height: auto;
      padding: 0;
    }
    .figures .kernel {
      grid-area: kernel;
    }
    .figures .verdict {
      grid-area: verdict;
    }
    /* The word stands before the reason, where there is one. */
    .figures .verdict .word,
    .figures .verdict .small {
      position: absolute;
      clip-path: inset(50%);
    }
    .refused .reason p::before {
      content: 'refused: ';
    }
    .wrong .reason p::before {
      content: 'wrong: ';
    }
    .failed .reason p::before {
      content: 'failed: ';
    }
    .figures .reason {
      grid-column: 1 / 4;
      padding: 0 8px;
    }
    /* Room for the interval below the median before there is one: nothing moves when it comes. */
    .figures .time {
      grid-area: time;
      align-self: start;
      min-height: 36px;
    }
    .figures .rate {
      display: none;
    }
    .figures .gain {
      grid-area: gain;
      font-size: 12px;
      line-height: 16px;
    }
    .to {
      width: auto;
    }
    .figures .speed {
      grid-area: speed;
    }
    .figures .more {
      grid-area: more;
    }
    .details,
    .details td {
      display: block;
    }
    .details td {
      padding: 4px 0 12px;
    }
  }
`;
