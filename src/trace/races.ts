/** Who accessed a cell of memory last, as far as it takes to see two accesses without order. */
import { Pages } from './pages.ts';

/** Fields of a cell: when these were written, then lane + 1 and site of a writer and of readers of two owners. */
const [STAMP, WRITER, WRITER_SITE, READER, READER_SITE, OTHER, OTHER_SITE, FIELDS] = [0, 1, 2, 3, 4, 5, 6, 7];

/** An earlier access; `lane` counts through all workgroups. */
export interface Earlier {
  readonly lane: number;
  readonly site: number;
}

/**
 * Accesses in one `stamp` are not ordered unless they have one owner: a lane within a workgroup, or a workgroup within a
 * dispatch.
 */
export class Races {
  private readonly cells = new Pages(FIELDS);

  /** `lanesPerOwner` consecutive lanes have one owner. */
  constructor(private readonly lanesPerOwner: number) {}

  /** The earlier access that this one races with; null where there is none. */
  access(cell: number, stamp: number, lane: number, site: number, isWrite: boolean): Earlier | null {
    const at = this.cells.at(cell);
    const { page } = this.cells;
    if (page[at + STAMP] !== stamp) {
      page.fill(0, at, at + FIELDS);
      page[at + STAMP] = stamp;
    }
    const owner = this.owner(lane);
    const isOther = (field: number): boolean => page[at + field] !== 0 && this.owner(page[at + field] - 1) !== owner;
    let met = -1;
    if (isOther(WRITER)) met = WRITER;
    else if (isWrite && isOther(READER)) met = READER;
    else if (isWrite && isOther(OTHER)) met = OTHER;
    const earlier = met < 0 ? null : { lane: page[at + met] - 1, site: page[at + met + 1] };
    if (isWrite) {
      if (page[at + WRITER] === 0) {
        page[at + WRITER] = lane + 1;
        page[at + WRITER_SITE] = site;
      }
    } else if (page[at + READER] === 0) {
      page[at + READER] = lane + 1;
      page[at + READER_SITE] = site;
    } else if (page[at + OTHER] === 0 && isOther(READER)) {
      page[at + OTHER] = lane + 1;
      page[at + OTHER_SITE] = site;
    }
    return earlier;
  }

  private owner(lane: number): number {
    return Math.floor(lane / this.lanesPerOwner);
  }
}
