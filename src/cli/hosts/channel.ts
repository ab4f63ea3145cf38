import type { Message } from '../../lab/protocol.ts';

/** The parent's end of the line to a process or page that runs experiments. */
export interface Channel {
  send(message: Message): void;
  /** Asks the other side to end. */
  end(): void | Promise<void>;
  /** Ends it by force, with everything it started. */
  kill(): void;
  /** Resolves with one sentence that says how the other side ended. */
  readonly closed: Promise<string>;
  /** Set by the client before the first message can arrive. */
  onMessage: (message: Message) => void;
}
