/**
 * The line to a page in a browser: frames over HTTP, which takes bytes as they are, where Chrome's own protocol would
 * spell each number out. The page listens to one response that never ends, and posts what it has to say.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sentence } from '../../core/errors.ts';
import { FrameReader } from '../../lab/frames.ts';
import type { Message } from '../../lab/protocol.ts';
import { ISOLATION } from './page-server.ts';
import { write } from './process-channel.ts';

export class PageLine {
  /** Nobody else on this machine can guess it. */
  readonly path = `/line-${randomUUID()}`;
  #listening: ServerResponse | null = null;
  #reader: FrameReader;
  #onEnd: (how: string) => void;

  /** `onEnd` is told why the line is of no use any more. */
  constructor(onMessage: (message: Message) => void, onEnd: (how: string) => void) {
    this.#reader = new FrameReader(onMessage);
    this.#onEnd = onEnd;
  }

  send(message: Message): void {
    if (this.#listening) write(this.#listening, message);
  }

  /** Takes a request of the page's; false for any other. */
  handle(request: IncomingMessage, response: ServerResponse): boolean {
    if (request.url !== this.path) return false;
    if (request.method === 'GET') {
      this.#listening = response;
      response.writeHead(200, { 'Content-Type': 'application/octet-stream', ...ISOLATION }).flushHeaders();
      response.once('close', () => this.#onEnd("Chrome's page no longer listens."));
    } else {
      request.on('data', (bytes: Uint8Array) => this.#take(bytes));
      request.on('end', () => response.writeHead(204, ISOLATION).end());
    }
    return true;
  }

  #take(bytes: Uint8Array): void {
    try {
      this.#reader.push(bytes);
    } catch (error) {
      this.#onEnd(`Chrome's page sent what cannot be read: ${sentence(error)}.`);
    }
  }
}
