/**
 * Where every GPU buffer comes from. It counts live and peak bytes, knows who asked for each buffer, and turns a
 * failed allocation into one sentence.
 */
import { Failure } from '../core/errors.ts';

export interface Allocation {
  readonly buffer: GPUBuffer;
  readonly bytes: number;
  readonly owner: string;
}

export class Arena {
  private readonly live = new Map<GPUBuffer, Allocation>();
  private liveTotal = 0;
  private peakTotal = 0;

  constructor(private readonly device: GPUDevice) {}

  /** Bytes allocated and not yet freed. */
  get liveBytes(): number {
    return this.liveTotal;
  }

  /** Largest `liveBytes` since the last `resetPeak()`. */
  get peakBytes(): number {
    return this.peakTotal;
  }

  resetPeak(): void {
    this.peakTotal = this.liveTotal;
  }

  /** Live bytes by owner: empty where nothing leaks. */
  owners(): Readonly<Record<string, number>> {
    const bytes: Record<string, number> = {};
    for (const allocation of this.live.values()) {
      bytes[allocation.owner] = (bytes[allocation.owner] ?? 0) + allocation.bytes;
    }
    return bytes;
  }

  /**
   * Allocates `bytes` (rounded up to a multiple of 16) for `owner`.
   * Throws a `Failure`: 'out-of-memory' where the device has no room or its largest buffer is smaller.
   */
  async allocate(owner: string, bytes: number, usage: GPUBufferUsageFlags): Promise<GPUBuffer> {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    const most = this.device.limits.maxBufferSize;
    if (size > most)
      throw new Failure(
        'out-of-memory',
        `${owner} asked for ${mib(size)}; a buffer on this device holds at most ${mib(most)}`,
      );
    this.device.pushErrorScope('validation');
    this.device.pushErrorScope('out-of-memory');
    const buffer = this.device.createBuffer({ label: owner, size, usage });
    const [memory, validation] = await Promise.all([this.device.popErrorScope(), this.device.popErrorScope()]);
    if (memory || validation) {
      buffer.destroy();
      throw new Failure(
        memory ? 'out-of-memory' : 'validation',
        memory
          ? `${owner} asked for ${mib(size)} while ${mib(this.liveTotal)} were in use, and the device has no room for it; choose a smaller shape`
          : `The device refused a buffer of ${mib(size)} for ${owner}: ${(validation as GPUError).message.split('\n')[0]}`,
      );
    }
    this.live.set(buffer, { buffer, bytes: size, owner });
    this.liveTotal += size;
    this.peakTotal = Math.max(this.peakTotal, this.liveTotal);
    return buffer;
  }

  free(buffer: GPUBuffer): void {
    const allocation = this.live.get(buffer);
    if (!allocation) return;
    this.live.delete(buffer);
    this.liveTotal -= allocation.bytes;
    buffer.destroy();
  }
}

function mib(bytes: number): string {
  return bytes < 2 ** 20
    ? `${(bytes / 2 ** 10).toPrecision(3)} KiB`
    : `${Number((bytes / 2 ** 20).toPrecision(4))} MiB`;
}
