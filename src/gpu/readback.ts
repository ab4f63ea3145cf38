/** Compares what buffers hold with what they should, through a small window: a second copy of them might not fit. */
import { Failure } from '../core/errors.ts';
import type { Gpu } from './device.ts';

const WINDOW_BYTES = 2 ** 24;

export interface Check {
  readonly name: string;
  readonly buffer: GPUBuffer;
  /** As long as the buffer. */
  readonly expected: ArrayBuffer;
}

/** A stretch of a buffer and its place in the window, in bytes. */
interface Piece {
  readonly check: Check;
  readonly from: number;
  readonly at: number;
  readonly bytes: number;
}

/** Name of the first buffer that does not hold what it should; null if all do. Throws a `Failure`. */
export async function firstDifference(
  gpu: Gpu,
  owner: string,
  checks: readonly Check[],
  limitMs: number,
): Promise<string | null> {
  const total = checks.reduce((sum, { buffer }) => sum + buffer.size, 0);
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  const window = await gpu.arena.allocate(owner, Math.min(total, WINDOW_BYTES), usage);
  try {
    for (const pieces of windows(checks, window.size)) {
      const contents = await read(gpu, window, pieces, limitMs);
      const different = pieces.find(({ check, from, at, bytes }) => {
        const expected = new Uint32Array(check.expected, from, bytes / 4);
        const actual = new Uint32Array(contents, at, bytes / 4);
        // A loop, since `some` takes ten times as long over millions of words.
        for (let i = 0; i < expected.length; i++) if (expected[i] !== actual[i]) return true;
        return false;
      });
      if (different) return different.check.name;
    }
    return null;
  } finally {
    gpu.arena.free(window);
  }
}

/** All of the buffers, one after another, in pieces that fill the window. */
function windows(checks: readonly Check[], size: number): Piece[][] {
  const filled: Piece[][] = [[]];
  let at = 0;
  for (const check of checks) {
    for (let from = 0; from < check.buffer.size; ) {
      if (at === size) {
        filled.push([]);
        at = 0;
      }
      const bytes = Math.min(check.buffer.size - from, size - at);
      filled[filled.length - 1].push({ check, from, at, bytes });
      from += bytes;
      at += bytes;
    }
  }
  return filled;
}

async function read(gpu: Gpu, window: GPUBuffer, pieces: readonly Piece[], limitMs: number): Promise<ArrayBuffer> {
  const { device } = gpu;
  const encoder = device.createCommandEncoder({ label: 'readback' });
  for (const { check, from, at, bytes } of pieces) encoder.copyBufferToBuffer(check.buffer, from, window, at, bytes);
  const receipt = gpu.receipts.ask(encoder);
  device.queue.submit([encoder.finish()]);
  const received = receipt();
  try {
    await gpu.wait(window.mapAsync(GPUMapMode.READ), limitMs, 'Reading the inputs back');
    await gpu.wait(received, limitMs, 'Reading the inputs back');
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure('validation', `The inputs could not be read back: ${(error as Error).message.split('\n', 1)[0]}`);
  }
  const contents = window.getMappedRange().slice(0);
  window.unmap();
  return contents;
}
