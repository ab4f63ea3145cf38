/** The page of the Chrome host: the service behind a line to the server that the page came from. */
import { FrameReader, frame } from '../../lab/frames.ts';
import type { Message } from '../../lab/protocol.ts';
import { serve } from '../../lab/serve.ts';
import { createService } from '../../lab/service.ts';

const line = location.hash.slice(1);
const options = JSON.parse(decodeURIComponent(location.search.slice(1)));

let turn: Promise<unknown> = Promise.resolve();
/** One post after another, so that messages arrive in order. */
function send(message: Message): void {
  const body = new Blob(frame(message));
  // Where the server does not answer, the parent has gone, and soon this page too.
  turn = turn.then(() => fetch(line, { method: 'POST', body })).catch(() => undefined);
}

const reader = new FrameReader(serve(createService(navigator.gpu, options), send));
const { body } = await fetch(line);
send({ id: 0, hello: { hasAdapter: (await navigator.gpu?.requestAdapter()) != null } });
const stream = (body as ReadableStream<Uint8Array>).getReader();
try {
  for (let part = await stream.read(); !part.done; part = await stream.read()) reader.push(part.value);
} finally {
  // After a frame that cannot be read the parent learns that nobody listens.
  await stream.cancel();
}
