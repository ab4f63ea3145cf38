/** Channels to processes: what Dawn's, Deno's and Chrome's have in common. */
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { Failure, sentence } from '../../core/errors.ts';
import type { Channel } from '../../lab/channel.ts';
import { FrameReader, frame } from '../../lab/frames.ts';
import type { Message } from '../../lab/protocol.ts';
import { endWithMe, farewell, killTree } from './processes.ts';

const START_MS = 60_000;
/** File descriptor of a Node child for messages, since drivers print to stdout and stderr. */
export const MESSAGES = 3;

export interface ProcessChannel extends Channel {
  readonly pid: number;
}

/** Frames over two streams of a child, which may be one; `name` begins the sentence that says how it ended. */
export function pipeChannel(child: ChildProcess, name: string, streams: readonly [Writable, Readable]): ProcessChannel {
  const [out, back] = streams;
  let broken: Failure | null = null;
  const kill = (): void => killTree(child.pid);
  const forget = endWithMe(kill);
  const channel: ProcessChannel = {
    pid: child.pid as number,
    send: (message) => write(out, message),
    end: () => void out.end(),
    kill,
    closed: farewell(child, name)
      .finally(forget)
      .then((how) => broken ?? new Failure('device-lost', how)),
    onMessage: () => undefined,
  };
  const reader = new FrameReader((message) => channel.onMessage(message));
  back.on('data', (bytes: Uint8Array) => {
    if (broken) return;
    try {
      reader.push(bytes);
    } catch (error) {
      broken = new Failure('internal', `${name} sent what cannot be read: ${sentence(error)}.`);
      kill();
    }
  });
  // An error of a stream means that the process has ended, which `closed` tells.
  for (const stream of streams) stream.on('error', () => undefined);
  return channel;
}

/** Sends a message down a stream, which holds back what the other side does not take yet. */
export function write(stream: Writable, message: Message): void {
  const parts = frame(message);
  stream.cork();
  for (const part of parts) stream.write(part);
  stream.uncork();
}

/** Waits for a process to say hello: true where it has an adapter, "" where it has none, or why it ended. */
export function greeting(channel: Channel): Promise<true | string> {
  return new Promise((resolve) => {
    const late = `it did not start within ${START_MS / 1000} s`;
    const timer = setTimeout(() => resolve(late), START_MS);
    const settle = (answer: true | string): void => {
      clearTimeout(timer);
      resolve(answer);
    };
    channel.onMessage = (message) => {
      if ('hello' in message) settle(message.hello.hasAdapter || '');
    };
    void channel.closed.then(({ message }) => settle(message));
  });
}
