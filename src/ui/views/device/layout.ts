/** The Device view: everything in one column, for what it shows is a page. */
import { css } from 'lit';

export const layout = css`
  :host {
    display: flex;
    flex-direction: column;
    padding: 0 24px 32px;
    max-width: 1440px;
    margin: 0 auto;
  }
  ts-batch-bar {
    position: sticky;
    top: 0;
    z-index: 10;
  }
  ts-missing {
    padding-top: 12px;
  }
  .asks {
    padding: 16px 0 8px;
  }
  .asks h2 {
    font-size: 24px;
    line-height: 32px;
    letter-spacing: -0.01em;
  }
  .asks p {
    max-width: 48em;
    margin-top: 4px;
  }
  .choose {
    display: flex;
    flex-wrap: wrap;
    align-items: start;
    gap: 8px 32px;
    margin-top: 12px;
  }
  ts-sources {
    flex: 1 1 560px;
  }
  .effort {
    flex: 0 1 300px;
    padding-left: 2px;
  }
  .more {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 32px;
    padding-left: 8px;
  }
  @media (min-width: 720px) {
    .more.alone {
      display: none;
    }
  }
  ts-fingerprint {
    margin-top: 8px;
    scroll-margin-top: 72px;
  }
  @media (max-width: 719px) {
    :host {
      padding: 0 16px;
    }
    .asks h2 {
      font-size: 20px;
      line-height: 28px;
    }
    /* Before all that cannot be run without it. */
    ts-notices,
    ts-missing,
    .instead {
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
  .instead {
    padding-top: 8px;
  }
`;
