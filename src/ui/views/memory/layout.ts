/** What the memory view adds to the layout of the views with a bench: two devices side by side where there is room. */
import { css } from 'lit';

export const layout = css`
  .asks {
    padding: 12px 0 0;
    scroll-margin-top: 72px;
  }
  .asks h2 {
    font-size: 16px;
    line-height: 24px;
  }
  .pair {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 24px 32px;
    padding-top: 8px;
    scroll-margin-top: 72px;
  }
  @media (min-width: 1200px) {
    .pair.two {
      grid-template-columns: repeat(2, minmax(0, 1fr));
    }
  }
  .gone {
    padding: 8px 0;
  }
  @media (max-width: 719px) {
    /* With the reason for it. */
    .offer {
      order: -1;
    }
  }
`;
