/** The card's table: a line for each finding, which on a phone becomes its title above the devices' halves. */
import { css } from 'lit';

export const table = css`
  table {
    width: 100%;
    border-collapse: collapse;
    table-layout: fixed;
  }
  th,
  td {
    padding: 4px 24px 4px 0;
    border-bottom: 1px solid var(--line);
    text-align: left;
    vertical-align: baseline;
    font-weight: 400;
    overflow-wrap: anywhere;
  }
  /* A device by itself has a column for them. */
  .two.brief .basis {
    display: none;
  }
  .corner {
    width: 20%;
  }
  .ratio {
    width: 248px;
    padding-right: 0;
    text-align: right;
  }
  /* Under the bar with Run, which is sticky too. */
  thead th {
    position: sticky;
    z-index: 5;
    top: 65px;
    background: var(--ground);
    vertical-align: bottom;
    border-bottom: 0;
    box-shadow: inset 0 -1px var(--edge);
  }
  thead th.ratio {
    font-size: 12px;
  }
  .ends {
    margin-left: 8px;
  }
  .who {
    font-weight: 600;
  }
  .section th,
  .section td {
    padding-top: 28px;
    border-bottom-color: var(--edge);
  }
  .name {
    font-size: 16px;
    font-weight: 600;
  }
  .charts {
    margin-left: 8px;
    white-space: nowrap;
  }
  .standing {
    display: flex;
    gap: 6px;
  }
  .correct {
    color: var(--correct);
  }
  .wrong {
    color: var(--wrong);
  }
  .failed {
    color: var(--failed);
  }
  .finding {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 12px;
  }
  .value {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 0 12px;
  }
  .one .finding {
    display: grid;
    grid-template-columns: minmax(0, 2fr) minmax(0, 3fr);
    gap: 0 24px;
    align-items: baseline;
  }
  @media (max-width: 719px) {
    .brief .basis {
      display: none;
    }
    .one .finding {
      display: flex;
    }
    tr {
      display: grid;
      grid-template-columns: minmax(0, 1fr);
      padding: 6px 0;
      border-bottom: 1px solid var(--line);
    }
    .two tr {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      gap: 0 16px;
    }
    table,
    thead,
    tbody {
      display: block;
    }
    th,
    td,
    .ratio {
      width: auto;
      padding: 2px 0;
      border: 0;
      text-align: left;
    }
    tbody th,
    .two .ratio {
      grid-column: 1 / -1;
    }
    tbody th {
      font-weight: 600;
    }
    .corner,
    thead .ratio,
    .ratio:empty {
      display: none;
    }
    thead th {
      position: static;
      box-shadow: none;
    }
    .one .identity {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
    }
    .one .identity th {
      grid-column: auto;
    }
    .section th,
    .section td {
      padding-top: 2px;
    }
    .section {
      padding-top: 24px;
    }
    .ratio:not(:empty)::before {
      content: 'second / first: ';
      color: var(--soft);
      font-size: 12px;
    }
  }
`;
