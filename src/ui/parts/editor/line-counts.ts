/** What a trace has counted, beside each line of the code. */

export interface LineCount {
  /** As it stands in the gutter: "32", "131K"; empty where this is not counted there. */
  readonly text: string;
  /** From 0 to 1: how much of what it counts, or how far from the best there can be. */
  readonly weight: number;
  /** What it says in words. */
  readonly sentence: string;
}

export interface LineCounts {
  /** What is counted. */
  readonly title: string;
  /** By line, counted from 1. */
  readonly lines: ReadonlyMap<number, LineCount>;
}

/** Before a trace: their place stays free, so that the code does not move when they come. */
export const NO_COUNTS: LineCounts = { title: '', lines: new Map() };

declare module '../../state/events.ts' {
  interface Events {
    /** What the gutter is to show beside the lines of the code. */
    'line-counts': { readonly counts: LineCounts };
  }
}
