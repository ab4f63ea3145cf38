/** The child process of the Deno host: frames in on stdin and out on stdout. */
import { FrameReader, frame } from '../../lab/frames.ts';
import type { Message } from '../../lab/protocol.ts';
import { serve } from '../../lab/serve.ts';
import { createService } from '../../lab/service.ts';

declare const Deno: {
  readonly stdin: { readonly readable: ReadableStream<Uint8Array> };
  readonly stdout: { writeSync(bytes: Uint8Array): number };
  readonly args: readonly string[];
  exit(status: number): never;
};

function send(message: Message): void {
  for (const part of frame(message)) {
    let left = part;
    while (left.length > 0) left = left.subarray(Deno.stdout.writeSync(left));
  }
}

const reader = new FrameReader(serve(createService(navigator.gpu, JSON.parse(Deno.args[0])), send));
send({ id: 0, hello: { hasAdapter: (await navigator.gpu.requestAdapter()) !== null } });
for await (const bytes of Deno.stdin.readable) reader.push(bytes);
// The parent closed stdin, or has gone.
Deno.exit(0);
