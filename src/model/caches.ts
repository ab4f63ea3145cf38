/**
 * Two levels of cache that keep whole lines by least recent use and fetch them sector by sector. Each core has a first
 * level: reads fill it, writes go through and leave what it lacks alone. All cores share the second, which takes writes in
 * and gives them back to memory when their line leaves. A choice of this model, since vendors do not say.
 */
import type { Cache, Machine } from './machines.ts';

interface Line {
  /** A bit for each sector. */
  valid: number;
  dirty: number;
}

class Level {
  private readonly sets: Map<number, Line>[];
  private readonly ways: number;

  constructor(
    { bytes, ways }: Cache,
    lineBytes: number,
    /** Takes the dirty sectors of a line that leaves. */
    private readonly onLeave: (sectors: number) => void,
  ) {
    const lines = Math.max(1, Math.floor(bytes / lineBytes));
    this.ways = Math.min(ways ?? lines, lines);
    this.sets = Array.from({ length: Math.max(1, Math.floor(lines / this.ways)) }, () => new Map<number, Line>());
  }

  /** The line, as the one used last; undefined where it is not there. */
  find(number: number): Line | undefined {
    const set = this.sets[number % this.sets.length];
    const line = set.get(number);
    if (!line) return undefined;
    // Reinserted, so that the first of a set is the one unused for longest.
    set.delete(number);
    set.set(number, line);
    return line;
  }

  insert(number: number): Line {
    const set = this.sets[number % this.sets.length];
    if (set.size >= this.ways) {
      const [oldest, { dirty }] = set.entries().next().value as [number, Line];
      set.delete(oldest);
      this.onLeave(bits(dirty));
    }
    const line = { valid: 0, dirty: 0 };
    set.set(number, line);
    return line;
  }

  flush(): void {
    for (const set of this.sets) for (const { dirty } of set.values()) this.onLeave(bits(dirty));
    for (const set of this.sets) set.clear();
  }
}

function bits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Where a sector was found. */
export type Found = 'l1' | 'l2' | 'memory';

export class Caches {
  private readonly first: Level[];
  private readonly second: Level;
  private readonly perLine: number;
  /** Sectors fetched from memory, and given back to it. */
  fetched = 0;
  returned = 0;

  constructor(machine: Machine) {
    const { lineBytes, sectorBytes, l1, l2, cores } = machine;
    this.perLine = lineBytes / sectorBytes;
    this.first = Array.from({ length: cores }, () => new Level(l1, lineBytes, () => {}));
    this.second = new Level(l2, lineBytes, (sectors) => {
      this.returned += sectors;
    });
  }

  /** A core reads a sector, by its number in memory. */
  read(core: number, sector: number): Found {
    const number = Math.floor(sector / this.perLine);
    const bit = 1 << (sector % this.perLine);
    const near = this.first[core].find(number);
    if (near && near.valid & bit) return 'l1';
    const found = this.atomic(sector, false);
    (near ?? this.first[core].insert(number)).valid |= bit;
    return found;
  }

  /** Made at the second level, where all cores meet: it needs what is there, also where it changes it. */
  atomic(sector: number, changes: boolean): Found {
    const { line, bit } = this.far(sector);
    const found = line.valid & bit ? 'l2' : 'memory';
    if (found === 'memory') this.fetched++;
    line.valid |= bit;
    if (changes) line.dirty |= bit;
    return found;
  }

  /** A core writes into a sector, all of it or a part: the rest of it is not fetched. */
  write(sector: number): void {
    const { line, bit } = this.far(sector);
    line.valid |= bit;
    line.dirty |= bit;
  }

  private far(sector: number): { readonly line: Line; readonly bit: number } {
    const number = Math.floor(sector / this.perLine);
    const line = this.second.find(number) ?? this.second.insert(number);
    return { line, bit: 1 << (sector % this.perLine) };
  }

  /** First levels see no writes of other cores, so they begin each pass empty. */
  startPass(): void {
    for (const level of this.first) level.flush();
  }

  /** Gives all that was written back to memory. */
  flush(): void {
    this.second.flush();
  }
}
