/** A task: what it asks above, the editor beside Check, its goals and hints; one under the other where it is narrow. */
import { css } from 'lit';

export const taskLayout = css`
  h2 {
    flex-wrap: wrap;
    align-items: center;
    font-size: 18px;
    line-height: 24px;
  }
  .asks {
    max-width: 72ch;
    margin-top: 4px;
  }
  .level {
    padding: 0 6px;
    border: 1px solid var(--edge);
    border-radius: 3px;
    color: var(--soft);
    font-size: 12px;
    font-weight: 400;
    line-height: 18px;
  }
  .solved {
    display: inline-flex;
    align-items: center;
    gap: 4px;
    color: var(--correct);
    font-size: 12px;
  }
  .work {
    display: grid;
    grid-template-columns: minmax(0, 3fr) minmax(260px, 2fr);
    gap: 16px 24px;
    margin-top: 12px;
  }
  @media (max-width: 860px) {
    .work {
      grid-template-columns: minmax(0, 1fr);
    }
  }
  ts-editor {
    max-height: min(70vh, 640px);
  }
  .check {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    min-height: 32px;
  }
  ts-goals {
    margin-top: 12px;
  }
  .said {
    margin-top: 8px;
  }
  .passed {
    display: flex;
    align-items: center;
    gap: 6px;
    color: var(--correct);
    font-weight: 600;
  }
  .hints {
    margin-top: 12px;
    padding-top: 8px;
    border-top: 1px solid var(--line);
  }
  .hints ol {
    padding-left: 20px;
    list-style: decimal;
  }
  .hints code {
    font: 13px/20px var(--mono);
    overflow-wrap: anywhere;
  }
  .hints li {
    padding: 2px 0;
    overflow-wrap: anywhere;
  }
  .hints button {
    margin-top: 8px;
  }
`;
