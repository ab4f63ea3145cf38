/**
 * Proof that a submission was carried out to its end.
 *
 * A driver may give a command buffer up midway; macOS does so where one keeps the screen waiting for some hundred
 * milliseconds. Safari drops the device then. Dawn and wgpu go on as if it had finished (wgpu#9545): error scopes find
 * nothing, buffers map, and what is read is what an earlier submission left, be it another kernel's stamps or an output
 * that was right before. So the last command of a submission copies a number that none before it had.
 */
import { Failure } from '../core/errors.ts';

/** What a receipt takes of a buffer. */
export const RECEIPT_BYTES = 8;

export class Receipts {
  private last = 0;
  private readonly number: GPUBuffer;

  constructor(private readonly device: GPUDevice) {
    this.number = device.createBuffer({
      label: 'receipt',
      size: RECEIPT_BYTES,
      usage: GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
  }

  /**
   * Records the last command of what is submitted next: `into` gets its number at byte `at`, a multiple of 8. What it
   * returns is to be called with what `into` holds from there on afterwards, and throws a `Failure` ('given-up') where the
   * number has not come.
   */
  sign(encoder: GPUCommandEncoder, into: GPUBuffer, at: number): (contents: ArrayBuffer, from: number) => void {
    const number = ++this.last;
    this.device.queue.writeBuffer(this.number, 0, new Uint32Array([number, 0]));
    encoder.copyBufferToBuffer(this.number, 0, into, at, RECEIPT_BYTES);
    return (contents, from) => {
      // A later one is as good: they are carried out in order.
      if (new Uint32Array(contents, from, 1)[0] >= number) return;
      throw new Failure(
        'given-up',
        'The GPU or its driver gave the work up before its end and did not say so; what it left is no result',
      );
    };
  }

  /**
   * The same in a buffer of its own. What it returns is to be called once the work has been submitted, and rejects with that
   * `Failure`.
   */
  ask(encoder: GPUCommandEncoder): () => Promise<void> {
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const buffer = this.device.createBuffer({ label: 'receipt', size: RECEIPT_BYTES, usage });
    const check = this.sign(encoder, buffer, 0);
    const read = async (): Promise<void> => {
      try {
        await buffer.mapAsync(GPUMapMode.READ);
        check(buffer.getMappedRange(), 0);
      } finally {
        buffer.destroy();
      }
    };
    return () => {
      const received = read();
      // Whoever waits for it may hear of something worse first.
      received.catch(() => {});
      return received;
    };
  }
}
