/** The page of the Chrome host: the service behind two functions, one that Chrome's driver calls and one it gives. */
import type { Message } from '../../lab/protocol.ts';
import { serve } from './serve.ts';

declare global {
  /** Given by the parent through puppeteer. */
  var tilescopeSend: (message: Message) => Promise<void>;
  var tilescopeReceive: (message: Message) => void;
}

const served = serve(navigator.gpu, (message) => void tilescopeSend(message));
globalThis.tilescopeReceive = (message) => served.receive(message);
