/** Where the kernel view's parts stand: three columns, two below 1,200 px, one below 720. */
import { css } from 'lit';

export const layout = css`
  :host {
    display: grid;
    grid-template-columns: minmax(272px, 320px) minmax(432px, 1fr) minmax(400px, 1.1fr);
    grid-template-areas: 'notices notices notices' 'settings result code' 'settings inside code' 'settings runs code';
    grid-template-rows: auto auto auto 1fr;
    gap: 0 32px;
    padding: 0 24px 32px;
    max-width: 1920px;
    margin: 0 auto;
  }
  ts-notices {
    grid-area: notices;
  }
  ts-settings {
    grid-area: settings;
    padding: 12px 0 0 2px;
  }
  .result {
    grid-area: result;
    min-width: 0;
  }
  ts-run-bar {
    position: sticky;
    top: 0;
    z-index: 10;
  }
  ts-verdict {
    scroll-margin-top: 80px;
  }
  ts-share {
    padding-bottom: 12px;
  }
  .inside {
    grid-area: inside;
    min-width: 0;
  }
  ts-inside:not(:defined) {
    display: block;
    min-height: 460px;
  }
  .runs {
    grid-area: runs;
    min-height: 96px;
    padding: 12px 0 24px;
    border-top: 1px solid var(--line);
  }
  ts-missing {
    padding-top: 12px;
  }
  .code {
    grid-area: code;
    min-width: 0;
  }
  ts-editor {
    position: sticky;
    top: 0;
    height: 100vh;
    height: 100dvh;
    padding: 12px 0 16px;
  }
  @media (max-width: 1199px) {
    :host {
      grid-template-columns: minmax(256px, 300px) minmax(0, 1fr);
      grid-template-areas: 'notices notices' 'settings result' 'settings code' 'settings inside' 'settings runs';
      grid-template-rows: auto auto auto auto 1fr;
    }
    ts-editor {
      position: static;
      height: auto;
      max-height: max(480px, 75vh);
    }
  }
  /* What is chosen, then the verdict, then the knobs with the picture that they change. Settings have orders of their own. */
  @media (max-width: 719px) {
    :host {
      display: flex;
      flex-direction: column;
      padding: 0 16px 0;
    }
    .result {
      display: contents;
    }
    ts-missing {
      order: 1;
    }
    ts-verdict {
      order: 4;
      border-top: 1px solid var(--line);
    }
    .inside {
      order: 6;
    }
    ts-times {
      order: 7;
    }
    ts-facts,
    ts-share,
    ts-beside {
      order: 8;
    }
    .code {
      order: 9;
    }
    .runs {
      order: 10;
    }
    ts-run-bar {
      order: 11;
      top: auto;
      bottom: 0;
      margin: 0 -16px;
      padding-inline: 16px;
      border-top: 1px solid var(--line);
    }
  }
  /* Paper shows the result first, then what was chosen, then the code. */
  @media print {
    :host {
      display: flex;
      flex-direction: column;
    }
    .result {
      display: block;
    }
    ts-settings {
      order: 1;
    }
    .code {
      order: 6;
    }
    .inside {
      order: 7;
    }
    .runs {
      order: 8;
    }
    ts-editor {
      height: auto;
      max-height: none;
    }
  }
`;
