/** Where the parts of Ladder and Sweep stand: settings left, results right; one column below 720 px. */
import { css } from 'lit';

export const benchLayout = css`
  :host {
    display: grid;
    grid-template-columns: minmax(256px, 300px) minmax(0, 1fr);
    grid-template-areas: 'notices notices' 'settings result';
    grid-template-rows: auto 1fr;
    gap: 0 32px;
    padding: 0 24px 32px;
    max-width: 1920px;
    margin: 0 auto;
  }
  ts-notices {
    grid-area: notices;
  }
  .settings {
    grid-area: settings;
    padding: 12px 0 0 2px;
    min-width: 0;
  }
  .settings > * + * {
    margin-top: 16px;
    padding-top: 12px;
    border-top: 1px solid var(--line);
  }
  .result {
    grid-area: result;
    min-width: 0;
  }
  ts-batch-bar {
    position: sticky;
    top: 0;
    z-index: 10;
  }
  ts-missing {
    padding-top: 12px;
  }
  .rule {
    display: flex;
    gap: 8px;
    margin: 8px 0;
    padding: 8px 12px;
    border: 1px dashed var(--edge);
    border-radius: 4px;
  }
  .long {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 8px;
    margin-top: 8px;
  }
  .note {
    display: flex;
    gap: 6px;
  }
  .note .icon {
    color: var(--unresolved);
  }
  @media (max-width: 719px) {
    :host {
      display: flex;
      flex-direction: column;
      padding: 0 16px 0;
    }
    .settings {
      padding-bottom: 12px;
    }
    .settings > ts-fold {
      padding-top: 0;
    }
    .result {
      display: contents;
    }
    /* Before all that cannot be run without it. */
    ts-notices,
    ts-missing {
      order: -1;
    }
    ts-batch-bar {
      order: 1;
      top: auto;
      bottom: 0;
      margin: 0 -16px;
      padding-inline: 16px;
      border-top: 1px solid var(--line);
    }
  }
  /* Paper shows the results first. */
  @media print {
    :host {
      display: flex;
      flex-direction: column;
    }
    .result {
      display: block;
    }
    .settings {
      order: 2;
    }
  }
`;
