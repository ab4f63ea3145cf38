/** Signs of life of work that goes on for long without anything new to tell. */
import type { Progress } from './protocol.ts';

/** Well before whoever waits gives the work up, which is a minute after the longest wait for the GPU. */
const BEAT_MS = 10_000;

/**
 * Passes progress on, and repeats the latest step when asked to, if nothing was told for a while: a round of samples of the
 * largest sets may take a slow device minutes. Rows are not repeated, since whoever hears of one keeps it.
 */
export class Alive {
  private latest: Progress | null = null;
  private lastMs = 0;

  constructor(
    private readonly onProgress: ((progress: Progress) => void) | undefined,
    private readonly now: () => number = () => performance.now(),
  ) {}

  readonly tell = (progress: Progress): void => {
    if (progress.kind === 'step') this.latest = progress;
    this.lastMs = this.now();
    this.onProgress?.(progress);
  };

  /** Called between submissions. */
  beat(): void {
    if (this.latest && this.now() - this.lastMs >= BEAT_MS) this.tell(this.latest);
  }
}
