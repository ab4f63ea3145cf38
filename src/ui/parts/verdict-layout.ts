/** A verdict: a stripe in the colour of its state, the state in large letters, and room for its numbers from the start. */
import { css } from 'lit';

export const verdictLayout = css`
  :host {
    --state: var(--soft);
    padding: 12px 0 16px;
  }
  .correct {
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
  .panel {
    position: relative;
    padding-left: 16px;
    min-height: 312px;
  }
  .stripe {
    position: absolute;
    inset: 0 auto 0 0;
    width: 6px;
    border-radius: 2px;
    background-color: var(--state);
  }
  .idle .stripe {
    background-color: transparent;
    border: 1px dashed var(--edge);
  }
  .refused .stripe {
    --hatch: var(--ink);
    border: 1px solid var(--edge);
    background-color: transparent;
  }
  .wrong .stripe {
    background: linear-gradient(90deg, var(--state) 0 2px, transparent 2px 4px, var(--state) 4px);
  }
  .state {
    display: flex;
    align-items: center;
    gap: 8px;
    color: var(--state);
    font-size: 22px;
    line-height: 32px;
    font-weight: 650;
  }
  .state .icon {
    width: 22px;
    height: 22px;
  }
  .what {
    min-height: 40px;
  }
  .ratio {
    margin-top: 4px;
  }
  .worst {
    display: grid;
    grid-template-columns: repeat(4, minmax(max-content, 1fr));
    gap: 0 8px;
    margin-top: 4px;
  }
  .worst.long {
    grid-template-columns: repeat(auto-fit, minmax(160px, 1fr));
  }
  @media (max-width: 479px) {
    .worst {
      grid-template-columns: repeat(2, 1fr);
    }
  }
  .worst .figure {
    white-space: normal;
    overflow-wrap: anywhere;
  }
  .worst dt {
    color: var(--soft);
  }
  .worst div {
    min-width: 0;
  }
  /* Room for its longer form. */
  .where {
    margin-top: 8px;
    min-height: 32px;
  }
  .before {
    margin-top: 8px;
  }
  .gates {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 16px;
    margin-top: 2px;
    min-height: 20px;
  }
  .gates li {
    display: flex;
    align-items: center;
    gap: 4px;
  }
  .gates .icon {
    width: 12px;
    height: 12px;
  }
  .gates .pass .icon {
    color: var(--correct);
  }
  .gates .fail {
    color: var(--wrong);
    font-weight: 600;
  }
  .works {
    display: flex;
    flex-wrap: wrap;
    gap: 4px 8px;
    margin-top: 8px;
  }
  .next {
    margin-top: 8px;
  }
  .errors {
    margin-top: 8px;
    max-height: 120px;
    overflow: auto;
  }
  .errors li {
    display: flex;
    align-items: baseline;
    gap: 8px;
  }
  .errors button {
    flex: none;
    padding: 0 6px;
    font-family: var(--mono);
    font-size: 12px;
  }
`;
