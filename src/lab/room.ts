/** How much memory work may take where the system does not refuse what is too much. */

/**
 * A phone's or a tablet's system ends a page that takes too much, without a word to it: an iPhone from 1.5 GB on, whatever
 * it says of its largest buffer (WebKit#49472). A program like the command line says nothing of itself, and is none.
 */
export function isHandheld(userAgent = globalThis.navigator?.userAgent ?? ''): boolean {
  return /Android|iPhone|iPad|Mobi/.test(userAgent);
}
