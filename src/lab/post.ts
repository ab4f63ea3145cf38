/** Messages between a page and its worker. */
import type { DenseArray } from '../core/layout.ts';
import type { Message } from './protocol.ts';

interface Port {
  postMessage(message: unknown, transfer: Transferable[]): void;
}

/**
 * Posts a message. Each typed array goes as a copy of its own bytes, which changes hands without another: the sender's
 * stays whole, and what its buffer holds beside it stays here.
 */
export function post(port: Port, message: Message): void {
  const transfer: ArrayBuffer[] = [];
  const own = (array: DenseArray): typeof array => {
    const copy = array.slice();
    transfer.push(copy.buffer);
    return copy;
  };
  port.postMessage(withArrays(message, own), transfer);
}

/** The value with each of its typed arrays replaced. */
function withArrays(value: unknown, replace: (array: DenseArray) => unknown): unknown {
  if (ArrayBuffer.isView(value)) return replace(value as DenseArray);
  if (Array.isArray(value)) return value.map((element) => withArrays(element, replace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withArrays(member, replace)]));
}
