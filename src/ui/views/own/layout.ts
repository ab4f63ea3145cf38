import { css } from 'lit';

export const layout = css`
  .top {
    grid-area: notices;
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
