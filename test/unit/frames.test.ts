import { describe, expect, test, vi } from 'vitest';
import { Failure } from '../../src/core/errors.ts';
import type { DenseArray } from '../../src/core/layout.ts';
import { FrameReader, frame } from '../../src/lab/frames.ts';
import { post } from '../../src/lab/post.ts';
import type { Message } from '../../src/lab/protocol.ts';
import { serve } from '../../src/lab/serve.ts';

const solve = (tensors: Record<string, DenseArray>): Message => {
  const request = { op: 'matmul', kernel: '2_coalesced' };
  return { id: 3, method: 'solve', params: { request, tensors, limitMs: 1 } };
};
/** NaN with bits of its own, both infinities, both zeros, the smallest and the largest float32, and lengths. */
const special = (): Message => {
  const odd = new Float32Array(Uint32Array.of(0x7fc0_1234, 0xff80_0000, 0x7f80_0000, 0x8000_0000, 0, 1).buffer);
  return solve({
    odd,
    none: new Float32Array(0),
    large: Float32Array.of(3.4028234e38),
    lengths: Uint32Array.of(7, 0),
    i: Int32Array.of(-1),
  });
};
const bytesOf = (message: Message): Uint8Array => Buffer.concat(frame(message));

/** The messages that come of these chunks. */
function read(...chunks: Uint8Array[]): Message[] {
  const messages: Message[] = [];
  const reader = new FrameReader((message) => messages.push(message));
  for (const chunk of chunks) reader.push(chunk);
  return messages;
}

const tensorsOf = (message: Message) =>
  (message as { params: { tensors: Record<string, Float32Array> } }).params.tensors;

describe('frames', () => {
  test('carry typed arrays bit for bit, and what is around them', () => {
    const [message] = read(bytesOf(special()));
    expect(message).toEqual(special());
    expect(new Uint32Array(tensorsOf(message).odd.buffer)[0]).toBe(0x7fc0_1234);
    expect(tensorsOf(message).lengths).toBeInstanceOf(Uint32Array);
    expect(tensorsOf(message).i).toBeInstanceOf(Int32Array);
  });

  test('cut anywhere, they are the same messages', () => {
    const plain: Message = { id: 4, reply: 'Grüße' };
    const bytes = Buffer.concat([bytesOf(special()), bytesOf(plain), bytesOf(special())]);
    for (const size of [1, 2, 3, 7, 11, 12, 13, 64, 1000]) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, k) =>
        bytes.subarray(k * size, (k + 1) * size),
      );
      expect(read(...chunks), `chunks of ${size}`).toEqual([special(), plain, special()]);
    }
  });

  test('one that ends in an empty array is whole without another byte', () => {
    const message = solve({ a: Float32Array.of(1), none: new Float32Array(0) });
    expect(read(bytesOf(message))).toEqual([message]);
  });

  test('a view goes without what its buffer holds beside it', () => {
    const whole = Float32Array.of(1, 2, 3, 4);
    const [message] = read(bytesOf(solve({ a: whole.subarray(1, 3) })));
    expect(tensorsOf(message).a).toEqual(Float32Array.of(2, 3));
    expect(tensorsOf(message).a.buffer.byteLength).toBe(8);
  });

  test('what somebody prints between two of them is skipped, whatever it looks like', () => {
    const noise = ['a warning\n', 'Tiles', '', '\n'].map((text) => new TextEncoder().encode(text));
    const marks = [bytesOf(special()).subarray(0, 5), Uint8Array.of(0xf5, 0xf5)];
    const bytes = [...noise, ...marks].flatMap((printed) => [printed, bytesOf(special())]);
    expect(read(...bytes)).toEqual(bytes.filter((_, k) => k % 2).map(special));
    expect(read(...[...Buffer.concat(bytes)].map((byte) => Uint8Array.of(byte)))).toHaveLength(bytes.length / 2);
  });

  test('one that was cut off is no message', () => {
    const bytes = bytesOf(special());
    for (let length = 0; length < bytes.length; length++) expect(read(bytes.subarray(0, length))).toEqual([]);
  });

  test('one whose header is damaged is an error, not a message', () => {
    const bytes = bytesOf({ id: 1, cancel: true });
    bytes[12] = 0x21;
    expect(() => read(bytes)).toThrow(SyntaxError);
  });

  test('tensors that do not fit into memory are answered with one sentence', async () => {
    const bytes = Buffer.from(bytesOf(solve({ a: Float32Array.of(1) })));
    const [short, long] = ['"length":1}', '"length":1000000000000}'];
    const header = bytes.subarray(12, -4).toString().replace(short, long);
    const prefix = Buffer.from(bytes.subarray(0, 12));
    prefix.writeUInt32LE(header.length, 8);
    const send = vi.fn();
    const call = vi.fn();
    const reader = new FrameReader(serve({ call }, send));
    reader.push(Buffer.concat([prefix, Buffer.from(header), Buffer.alloc(100_000)]));
    expect(call).not.toHaveBeenCalled();
    expect(send).toHaveBeenCalledExactlyOnceWith({
      id: 3,
      error: {
        name: 'Failure',
        code: 'out-of-memory',
        message: 'Tensors of 4,000,000,000,000 bytes do not fit into memory; choose a smaller shape',
      },
    });
  });

  test('64 MiB take a fraction of a second', { timeout: 5_000 }, () => {
    const a = new Float32Array(2 ** 24).fill(0.1);
    const bytes = bytesOf(solve({ a }));
    expect(bytes.length).toBeLessThan(a.byteLength + 1_000);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, k) =>
      bytes.subarray(k * 65_536, (k + 1) * 65_536),
    );
    const [message] = read(...chunks);
    expect(Buffer.from(tensorsOf(message).a.buffer).equals(Buffer.from(a.buffer))).toBe(true);
  });
});

describe('posted to a worker', () => {
  test('typed arrays change hands, and the sender keeps its own', () => {
    const { port1, port2 } = new MessageChannel();
    const posted = vi.spyOn(port1, 'postMessage');
    const whole = Float32Array.of(1, 2, 3, Number.NaN);
    const views = { a: whole.subarray(1), b: whole.subarray(0, 2), lengths: Uint32Array.of(5) };
    post(port1, solve(views));
    const [, transfer] = posted.mock.calls[0] as unknown as [unknown, ArrayBuffer[]];
    expect(transfer.map(({ byteLength }) => byteLength)).toEqual([0, 0, 0]);
    expect(whole).toEqual(Float32Array.of(1, 2, 3, Number.NaN));
    return new Promise<void>((resolve) => {
      port2.onmessage = ({ data }) => {
        expect(data).toEqual(solve(views));
        expect(tensorsOf(data).a.buffer.byteLength).toBe(12);
        port2.close();
        resolve();
      };
    });
  });
});

describe('the side that answers', () => {
  const flush = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test('two requests at once get a reply each, and a cancel meets its own', async () => {
    const send = vi.fn();
    const signals: AbortSignal[] = [];
    const receive = serve(
      {
        call: (_, __, { signal } = {}) =>
          new Promise((_resolve, reject) => {
            signals.push(signal as AbortSignal);
            signal?.addEventListener('abort', () => reject(new Failure('cancelled', 'Gone.')));
          }),
      },
      send,
    );
    receive({ id: 1, method: 'device', params: {} });
    receive({ id: 2, method: 'device', params: {} });
    receive({ id: 2, cancel: true });
    await flush();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true]);
    expect(send).toHaveBeenCalledExactlyOnceWith({
      id: 2,
      error: { name: 'Failure', code: 'cancelled', message: 'Gone.' },
    });
  });

  test('a reply that cannot be sent is an error instead', async () => {
    const send = vi.fn().mockImplementationOnce(() => {
      throw new RangeError('Invalid string length');
    });
    serve({ call: async () => ({}) as never }, send)({ id: 1, method: 'device', params: {} });
    await flush();
    expect(send.mock.lastCall).toEqual([
      { id: 1, error: { name: 'Failure', code: 'internal', message: 'Invalid string length' } },
    ]);
  });
});
