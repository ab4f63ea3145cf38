/** The child process of the Deno host: one JSON message a line, in on stdin and out on stdout. */
import type { Message } from '../../lab/protocol.ts';
import { serve } from './serve.ts';

declare const Deno: {
  readonly stdin: { readonly readable: ReadableStream<Uint8Array> };
  readonly stdout: { writeSync(bytes: Uint8Array): number };
  exit(status: number): never;
};

const encoder = new TextEncoder();

function writeLine(value: Message | { hello: true; hasAdapter: boolean }): void {
  let bytes = encoder.encode(`${JSON.stringify(value)}\n`);
  while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
}

const served = serve(navigator.gpu, writeLine);
writeLine({ hello: true, hasAdapter: (await navigator.gpu.requestAdapter()) !== null });

const decoder = new TextDecoder();
let rest = '';
for await (const bytes of Deno.stdin.readable) {
  const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) served.receive(JSON.parse(line));
}
// The parent closed stdin, or has gone.
Deno.exit(0);
