/** Reading a file of somebody else's. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { Refusal } from '../../core/errors.ts';
import { withCommas } from '../../core/words.ts';
import { reason } from '../document.ts';
import { MAX_FILE_BYTES } from './array.ts';

/** A whole file. Throws a `Refusal` where it is no file, too large, or cannot be read. */
export function readBytes(path: string): Uint8Array {
  try {
    if (!existsSync(path)) throw new Refusal(`${path} does not exist`);
    const stat = statSync(path);
    if (!stat.isFile()) throw new Refusal(`${path} is not a file`);
    if (stat.size > MAX_FILE_BYTES) {
      throw new Refusal(`${path} has ${withCommas(stat.size)} bytes; at most ${withCommas(MAX_FILE_BYTES)} are read`);
    }
    return readFileSync(path);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal(`${path} cannot be read: ${reason(error)}`);
  }
}
