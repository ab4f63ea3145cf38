/** The page's header: one line, without what the page is for if that has no room there, two below 1,280 px; on a phone the menu has a line of its own, and two on the narrowest. */
import { css } from 'lit';

export const layout = css`
  .skip {
    position: absolute;
    z-index: 20;
    padding: 8px 16px;
    background: var(--ground);
    color: var(--accent);
  }
  .skip:not(:focus) {
    clip-path: inset(50%);
    width: 1px;
    height: 1px;
    padding: 0;
    overflow: hidden;
  }
  header {
    display: flex;
    align-items: center;
    gap: 24px;
    min-height: 48px;
    padding: 0 24px;
    border-bottom: 1px solid var(--line);
  }
  h1 {
    display: flex;
    align-items: center;
    gap: 8px;
    font-size: 16px;
    line-height: 24px;
    font-weight: 700;
    letter-spacing: -0.01em;
  }
  h1 svg {
    flex: none;
    width: 20px;
    height: 20px;
  }
  nav {
    align-self: stretch;
    display: flex;
    gap: 4px;
  }
  .about {
    flex: 1;
    max-width: 560px;
  }
  .about a {
    white-space: nowrap;
  }
  ts-device {
    margin-left: auto;
  }
  @media (min-width: 1280px) and (max-width: 1599px) {
    header {
      gap: 12px;
    }
    .about {
      white-space: nowrap;
    }
    .about span {
      display: none;
    }
  }
  @media (max-width: 1279px) {
    header {
      display: grid;
      grid-template-columns: auto minmax(0, auto) minmax(180px, 1fr);
      grid-template-rows: 48px auto;
      gap: 0 12px;
    }
    nav {
      min-width: 0;
      overflow-x: auto;
    }
    ts-device {
      justify-self: end;
      max-width: 100%;
      margin: 0;
    }
    .about {
      grid-area: 2 / 1 / 3 / 4;
      max-width: none;
      padding-bottom: 6px;
    }
  }
  nav a {
    display: flex;
    align-items: center;
    padding: 0 8px;
    color: var(--soft);
    text-decoration: none;
    white-space: nowrap;
  }
  nav a:hover {
    color: var(--ink);
    box-shadow: inset 0 -2px 0 var(--line);
  }
  nav a[aria-current='page'] {
    color: var(--ink);
    box-shadow: inset 0 -2px 0 var(--accent);
  }
  .fault {
    padding: 0 24px;
  }
  ts-unloaded {
    padding: 0 24px;
  }
  nav a:focus-visible {
    outline-offset: -2px;
  }
  @media (max-width: 719px) {
    header {
      grid-template-columns: auto minmax(0, 1fr);
      grid-template-rows: 44px 40px auto;
      gap: 0 8px;
      padding: 0 16px;
    }
    /* To both edges of the screen, so that what does not fit the narrowest is seen to go on there. */
    nav {
      grid-area: 2 / 1 / 3 / 3;
      justify-content: space-between;
      gap: 0;
      margin: 0 -16px;
      padding: 0 7px;
    }
    nav a {
      padding: 0 2px;
      font-size: clamp(11px, 3vw, 13px);
    }
    ts-device {
      grid-area: 1 / 2 / 2 / 3;
    }
    .about {
      grid-area: 3 / 1 / 4 / 3;
      padding: 2px 0 6px;
    }
    .about span {
      display: none;
    }
  }
  @media (max-width: 359px) {
    header {
      grid-template-rows: 44px auto auto;
    }
    nav {
      flex-wrap: wrap;
      justify-content: start;
      padding: 0 10px;
    }
    nav a {
      min-height: 32px;
      padding: 0 6px;
      font-size: 13px;
    }
  }
`;
