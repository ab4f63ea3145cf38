/** Where the source of a built page is published: only what a browser opens as a page, or else "". */
export function sourceAddress(written: unknown): string {
  return typeof written === 'string' && /^https:\/\/[^\s"<>]+$/.test(written) ? written : '';
}
