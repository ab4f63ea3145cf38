import { css } from 'lit';

export const layout = css`
  .top {
    grid-area: notices;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    padding: 12px 0 8px;
  }
  .said {
    min-height: 20px;
  }
  .fault {
    color: var(--wrong);
  }
  ts-editor {
    max-height: min(70vh, 640px);
    margin-top: 8px;
  }
  .result {
    display: block;
    padding-bottom: 32px;
  }
`;
