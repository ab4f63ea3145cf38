/** Where in an output its wrong elements lie, coarsely enough to be drawn: a stripe, a corner or a tile's edge says why. */

/** Cells along either side, at most. */
const MOST = 32;

export interface WrongMap {
  readonly tensor: string;
  /** Size of the output as the judge views it. */
  readonly rows: number;
  readonly columns: number;
  /** Cells down and across. Cell i of n covers from ceil(i * size / n) to before ceil((i + 1) * size / n). */
  readonly height: number;
  readonly width: number;
  /** Cell by cell, row by row: wrong elements as a share of those looked at; null where none was. */
  readonly shares: readonly (number | null)[];
}

/** Counts wrong elements of one output by cell. */
export class WrongCells {
  private readonly height: number;
  private readonly width: number;
  private readonly wrong: Float64Array;
  /** Cells in which a scan of the whole output found something. */
  private readonly scanned = new Set<number>();
  /** Elements that were looked at. */
  private readonly seen: Float64Array;
  private total = 0;

  constructor(
    private readonly tensor: string,
    private readonly rows: number,
    private readonly columns: number,
  ) {
    this.height = Math.min(MOST, rows);
    this.width = Math.min(MOST, columns);
    this.wrong = new Float64Array(this.height * this.width);
    this.seen = new Float64Array(this.height * this.width);
  }

  /** Notes that all elements of a row were compared. */
  row(row: number): void {
    const start = this.down(row) * this.width;
    for (let x = 0; x < this.width; x++) this.seen[start + x] += extent(x, this.width, this.columns);
  }

  /** An element of a row that is compared. */
  add(row: number, column: number): void {
    this.wrong[this.cell(row, column)]++;
    this.total++;
  }

  /** An element that a scan of the whole output found, so that all of its cell was looked at, whatever rows are compared. */
  addScanned(row: number, column: number): void {
    this.scanned.add(this.cell(row, column));
    this.add(row, column);
  }

  /** Null where nothing is wrong. */
  map(): WrongMap | null {
    if (this.total === 0) return null;
    const { tensor, rows, columns, height, width } = this;
    const shares = Array.from(this.wrong, (count, cell) => {
      const seen = this.scanned.has(cell) ? this.sizeOf(cell) : this.seen[cell];
      return seen === 0 ? null : count / seen;
    });
    return { tensor, rows, columns, height, width, shares };
  }

  private sizeOf(cell: number): number {
    const { rows, columns, height, width } = this;
    return extent(Math.floor(cell / width), height, rows) * extent(cell % width, width, columns);
  }

  private cell(row: number, column: number): number {
    return this.down(row) * this.width + Math.floor((column * this.width) / this.columns);
  }

  private down(row: number): number {
    return Math.floor((row * this.height) / this.rows);
  }
}

/** Rows or columns that cell `at` of `cells` covers. */
function extent(at: number, cells: number, size: number): number {
  return Math.ceil(((at + 1) * size) / cells) - Math.ceil((at * size) / cells);
}
