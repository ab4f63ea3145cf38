/** How the text of a lesson is set. */
import { css } from 'lit';

export const prose = css`
  .prose {
    font-size: 16px;
    line-height: 26px;
  }
  .prose > * + * {
    margin-top: 12px;
  }
  .prose > :first-child {
    margin-top: 8px;
  }
  .prose ul,
  .prose ol {
    padding-left: 24px;
    list-style: disc;
  }
  .prose ol {
    list-style: decimal;
  }
  .prose li + li {
    margin-top: 4px;
  }
  .prose code {
    padding: 1px 4px;
    border-radius: 3px;
    background: var(--raised);
    font: 0.88em/1.4 var(--mono);
    overflow-wrap: anywhere;
  }
  .prose blockquote {
    margin: 12px 0 0;
    padding: 2px 0 2px 16px;
    border-left: 3px solid var(--line);
    color: var(--soft);
  }
  .prose table {
    border-collapse: collapse;
    font-size: 14px;
    line-height: 20px;
  }
  .prose th,
  .prose td {
    padding: 4px 12px 4px 0;
    border-bottom: 1px solid var(--line);
    text-align: left;
    vertical-align: top;
  }
`;
