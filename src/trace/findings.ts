/** What a sanitizer has to say of one pass: findings, one for each two places however often they meet, and notes. */
import type { Site } from '../wgsl/events.ts';
import type { Memory } from './memory.ts';
import type { AccessPoint, Finding, FindingKind } from './report.ts';

type Draft = { -readonly [K in keyof Finding]: Finding[K] };

export class Findings {
  private readonly found = new Map<string, Draft>();
  private readonly noted = new Map<string, number>();

  constructor(
    private readonly pass: { readonly index: number; readonly entry: string },
    /** Those of the passes before. */
    private readonly earlier: Findings | null,
  ) {}

  find(kind: FindingKind, memory: Memory, element: number, first: AccessPoint, second: AccessPoint | null): void {
    const ends = [first, second].map((end) => `${end?.line} ${end?.access}`).sort();
    const key = `${kind} ${memory.name} ${ends.join(' ')} ${first.workgroup === second?.workgroup}`;
    this.keep(key, () => ({
      kind,
      buffer: memory.name,
      element,
      workgroup: (second ?? first).workgroup,
      first,
      second,
      message: words(kind, memory, element, first, second),
    }));
  }

  /** Lanes that come to different barriers, or of which some ended; the first is at a barrier. */
  diverged(first: AccessPoint, second: AccessPoint): void {
    const { workgroup } = first;
    const where =
      second.access === 'end'
        ? `lane ${second.lane} ended without it`
        : first.line === second.line
          ? `lane ${second.lane} does so in another iteration`
          : `lane ${second.lane} is at the one of line ${second.line}`;
    const message = `Lane ${first.lane} of workgroup ${workgroup} comes to the barrier of line ${first.line}, and ${where}`;
    const kind = 'barrier-divergence';
    const of = { kind, buffer: null, element: null, workgroup, first, second, message } as const;
    this.keep(`${kind} ${first.line} ${second.line}`, () => of);
  }

  private keep(key: string, made: () => Omit<Finding, 'pass' | 'entry' | 'times'>): void {
    const known = this.found.get(key);
    const { index: pass, entry } = this.pass;
    if (known) known.times++;
    else this.found.set(key, { pass, entry, times: 1, ...made() });
  }

  note({ line }: Site, text: string): void {
    const key = `Line ${line} ${text}`;
    this.noted.set(key, (this.noted.get(key) ?? 0) + 1);
  }

  /** Of this pass and those before it. */
  all(): readonly Finding[] {
    return [...(this.earlier?.all() ?? []), ...this.found.values()];
  }

  notes(): readonly string[] {
    return [...(this.earlier?.notes() ?? []), ...[...this.noted].map(([text, times]) => `${text} (${times} times)`)];
  }
}

const VERBS: Readonly<Record<AccessPoint['access'], string>> = {
  read: 'reads',
  write: 'writes',
  atomic: 'changes',
  barrier: 'passes',
  end: 'leaves',
};

function words(
  kind: FindingKind,
  memory: Memory,
  element: number,
  first: AccessPoint,
  second: AccessPoint | null,
): string {
  const { name, bytes, grain, space } = memory;
  const who = (point: AccessPoint): string => `lane ${point.lane} of workgroup ${point.workgroup}`;
  const what = `element ${element} of ${name}`;
  switch (kind) {
    case 'out-of-bounds': {
      const length = Math.floor(bytes / grain.cell);
      return element < length
        ? `Line ${first.line} ${VERBS[first.access]} ${what} by an index past the end of its row: ${who(first)}`
        : `Line ${first.line} ${VERBS[first.access]} ${what}, which has ${length}: ${who(first)}`;
    }
    case 'uninitialized':
      return `Line ${first.line} reads ${what}, which nothing has written: ${who(first)}`;
    case 'written-twice':
      return `Two invocations write ${what}: ${who(first)} on line ${first.line}, ${who(second as AccessPoint)} on line ${second?.line}`;
    default: {
      const other = second as AccessPoint;
      const order =
        first.workgroup === other.workgroup ? `no ${space}Barrier between them` : 'nothing orders workgroups';
      return `${who(first)} ${VERBS[first.access]} ${what} on line ${first.line}, ${who(other)} ${VERBS[other.access]} it on line ${other.line}, and ${order}`.replace(
        /^l/,
        'L',
      );
    }
  }
}
