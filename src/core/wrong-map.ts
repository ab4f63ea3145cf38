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
    for (let x = 0; x < this.width; x++) {
      const from = Math.ceil((x * this.columns) / this.width);
      const to = Math.ceil(((x + 1) * this.columns) / this.width);
      this.seen[start + x] += to - from;
    }
  }

  add(row: number, column: number): void {
    this.wrong[this.down(row) * this.width + Math.floor((column * this.width) / this.columns)]++;
    this.total++;
  }

  /** Null where nothing is wrong. */
  map(): WrongMap | null {
    if (this.total === 0) return null;
    const { tensor, rows, columns, height, width } = this;
    const shares = Array.from(this.wrong, (count, cell) => {
      // An element that was never written is seen to be wrong although its row was not compared.
      const seen = Math.max(this.seen[cell], count);
      return seen === 0 ? null : count / seen;
    });
    return { tensor, rows, columns, height, width, shares };
  }

  private down(row: number): number {
    return Math.floor((row * this.height) / this.rows);
  }
}
