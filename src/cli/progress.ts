/**
 * Progress on stderr: a bar that redraws itself on a terminal, a line now and then elsewhere, so that a log stays
 * readable and a long silence never looks like a hang.
 */

export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Seconds between lines where stderr is no terminal. */
const LINE_EVERY_MS = 5000;
const BAR_WIDTH = 24;

export class ProgressLine {
  private drawn = false;
  /** The bar never goes back, though gates take a kernel through its phases more than once. */
  private most = 0;
  private lastLineAt: number;

  constructor(
    private readonly sink: Sink,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.lastLineAt = this.now();
  }

  /** Shows that `done` of `total` steps are behind, and what is being done. */
  update(done: number, total: number, text: string): void {
    this.most = Math.max(this.most, total > 0 ? Math.min(done / total, 1) : 0);
    const share = this.most;
    const percent = `${Math.floor(share * 100)}%`.padStart(4);
    if (this.sink.isTTY) {
      const full = Math.round(share * BAR_WIDTH);
      const line = `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}] ${percent} ${text}`;
      this.sink.write(`\r\x1b[K${line.slice(0, (this.sink.columns || 80) - 1)}`);
      this.drawn = true;
    } else if (this.now() - this.lastLineAt >= LINE_EVERY_MS) {
      this.lastLineAt = this.now();
      this.sink.write(`${percent.trim()} ${text}\n`);
    }
  }

  /** A stage is behind: a line of its own in a log, where it may be long until the next. */
  milestone(done: number, total: number, text: string): void {
    if (!this.sink.isTTY) this.lastLineAt = Number.NEGATIVE_INFINITY;
    this.update(done, total, text);
  }

  /** A line that stays, above the bar. */
  note(text: string): void {
    this.clear();
    this.sink.write(`${text}\n`);
  }

  /** Takes the bar away. */
  clear(): void {
    if (this.drawn) this.sink.write('\r\x1b[K');
    this.drawn = false;
  }
}
