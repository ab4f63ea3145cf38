/** What one request asks of memory: the addresses of the lanes that take part, all of one size. */
import type { Machine } from './machines.ts';

export interface Footprint {
  /** Different elements that the lanes access. */
  readonly elements: number;
  readonly sectors: number;
  /** As few sectors as hold so many bytes. */
  readonly idealSectors: number;
  readonly lines: number;
}

/**
 * `sorted` are byte addresses in ascending order, each of `bytes` bytes; equal ones are one element, others must not
 * overlap. Calls `touch` with the number of each sector, in ascending order.
 */
export function footprint(
  sorted: ArrayLike<number>,
  bytes: number,
  machine: Pick<Machine, 'sectorBytes' | 'lineBytes'>,
  touch: (sector: number) => void = () => {},
): Footprint {
  const { sectorBytes, lineBytes } = machine;
  const perLine = lineBytes / sectorBytes;
  let elements = 0;
  let sectors = 0;
  let lines = 0;
  let last = -1;
  let lastLine = -1;
  let before = -1;
  for (let i = 0; i < sorted.length; i++) {
    const address = sorted[i];
    if (address === before) continue;
    before = address;
    elements++;
    const end = Math.floor((address + bytes - 1) / sectorBytes);
    for (let sector = Math.max(last + 1, Math.floor(address / sectorBytes)); sector <= end; sector++) {
      last = sector;
      sectors++;
      touch(sector);
      const line = Math.floor(sector / perLine);
      if (line !== lastLine) lines++;
      lastLine = line;
    }
  }
  return { elements, sectors, idealSectors: Math.ceil((elements * bytes) / sectorBytes), lines };
}
