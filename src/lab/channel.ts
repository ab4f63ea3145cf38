/**
 * A line to a place where experiments run, seen from the side that asks. Hosts differ in nothing but their channel: how
 * a message with typed arrays gets across, and how the other side is ended. `Client` is the one who asks over it, `serve`
 * answers at its other end.
 */
import type { Failure } from '../core/errors.ts';
import type { Message } from './protocol.ts';

export interface Channel {
  /** Typed arrays in the message stay the sender's, whole. Throws where the message is too large to be sent. */
  send(message: Message): void;
  /** Asks the other side to end. */
  end(): void | Promise<void>;
  /** Ends it by force, with everything it started. */
  kill(): void;
  /** Resolves with the reason, once the other side has ended. */
  readonly closed: Promise<Failure>;
  /** Set by whoever listens, before the first message can arrive. */
  onMessage: (message: Message) => void;
}
