/** What a view of the page is. Each one's folder has a `spec.ts` whose default export is its spec. */
import type { Holding } from '../state/files/opened.ts';
import type { Parsed } from '../state/settings.ts';

export interface ViewSpec<Settings = unknown> {
  /** The name of its folder, and its name in the address. */
  readonly id: string;
  readonly title: string;
  /** What a reader finds there, in one sentence: of its built file, for search engines and previews of links. */
  readonly description: string;
  /** Its place in the menu; the first view is the one that the bare address opens. */
  readonly order: number;
  /** True of the one view that an address means if it has settings but names no view. */
  readonly isImplied?: true;
  /** What its `focus` leads to, as the link past the menu says it: Run by default. */
  readonly skipsTo?: string;
  /** The tag of its element, a `View` of these settings. */
  readonly element: string;
  /** Defines the element, where it is not needed before the view is first opened. */
  load?(): Promise<unknown>;
  /** Whether it shows what a device can do, whose files it opens beside it: an open file of results is not shown there. */
  readonly ofDevice?: true;
  /** Whether it can be drawn before the texts of all kernels have come: it shows those of one operation, or none. */
  readonly drawsEarly?: true;
  /** Whether its address names one kernel and its knobs. Where it does not, they stay behind on the way to it. */
  readonly ofOneKernel: boolean;
  /**
   * Keys that its address has besides the problem and the kernel. They never go along to another view. When the reader
   * comes back they stand as they were left: `kept` always, `keptWithKernel` where the kernel is still the same one.
   */
  readonly kept: readonly string[];
  readonly keptWithKernel: readonly string[];
  /** Reads an address. What is missing takes its default; what is wrong does too, and is named. */
  read(search: string): Parsed<Settings>;
  /** The settings as the query part of an address, "?" included. */
  write(settings: Settings): string;
  /** How the names of files end that it takes as they are, since nothing in them was measured: ".wgsl". */
  readonly takes?: string;
  /**
   * The address at which it shows what a file holds; null where another view is made for that. `isHere` where the reader has
   * opened the file in this view.
   */
  opens?(holding: Holding, isHere: boolean): string | null;
}
