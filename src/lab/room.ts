/** How much memory work may take where the system does not refuse what is too much. */

/** Variants are timed side by side as long as their buffers fit into this together; candidates of a race, too. */
const GROUP_BYTES = 2 ** 30;
const HANDHELD_GROUP_BYTES = 2 ** 28;

/** The largest buffer of a probe on a phone: four times its last cache. The largest probe takes six times as much in all. */
const HANDHELD_BUFFER_BYTES = 2 ** 27;

/** A program like the command line, which says nothing of itself. */
const NOBODY = { userAgent: '', maxTouchPoints: 0 };

/**
 * A phone's or a tablet's system ends a page that takes too much, without a word to it: an iPhone from 1.5 GB on, whatever
 * it says of its largest buffer (WebKit#49472). To be asked on the page: an iPad says that it is a Mac, and workers are not
 * told of its touch screen, which no Mac has.
 */
export function isHandheld(
  { userAgent, maxTouchPoints }: Pick<Navigator, 'userAgent' | 'maxTouchPoints'> = globalThis.navigator ?? NOBODY,
): boolean {
  return /Android|iPhone|iPad|Mobi/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1);
}

/** Ends the name of a worker on one. */
export const HANDHELD = 'handheld';

interface Owner {
  readonly handheld?: boolean;
}

/** What buffers of kernels that are timed side by side may take together. */
export function groupBytes({ handheld }: Owner): number {
  return handheld ? HANDHELD_GROUP_BYTES : GROUP_BYTES;
}

/** What a buffer of a probe may take, of the `largest` that the device binds. */
export function bufferBytes({ handheld }: Owner, largest: number): number {
  return handheld ? Math.min(largest, HANDHELD_BUFFER_BYTES) : largest;
}
