/** What an instrumented text can log, collected while the text is made: sites, scopes and events, and the calls that log. */
import type { Chain } from './chains.ts';
import type { EventTable, Scope, Site, TraceEvent } from './events.ts';

interface Place {
  readonly line: number;
  readonly column: number;
}

/** A `workgroupUniformLoad` of what has no index, done by a helper that logs it first: such a load is a barrier. */
export interface Load {
  /** The event. */
  readonly id: number;
  readonly type: string;
  /** With its "&". */
  readonly address: string;
}

export class EventLog implements EventTable {
  readonly sites: Site[] = [];
  readonly scopes: Scope[] = [];
  readonly events: (TraceEvent | null)[] = [null];
  /** The scope of what is being written. */
  scope = 0;
  /** Whether values are logged. */
  usesValues = false;
  private valueId: number | null = null;
  /** Helpers that log and return a value, by its type. */
  private readonly passed = new Set<string>();
  readonly loads: Load[] = [];

  constructor(
    private readonly code: string,
    readonly prefix: string,
  ) {}

  /** Types of values that are logged on their way. */
  get passing(): readonly string[] {
    return [...this.passed];
  }

  open(kind: Scope['kind'], parent: number | null, at: number): number {
    return this.scopes.push({ kind, parent, line: this.lineOf(at) }) - 1;
  }

  site(chain: Chain, access: Site['access'], more: Partial<Site> = {}): number {
    const { variable, space, steps } = chain;
    return this.siteAt(chain.elem.start, { variable, space, access, steps, ...more });
  }

  siteAt(at: number, site: Omit<Site, 'line' | 'column' | 'scope'>): number {
    return this.sites.push({ ...this.placeOf(at), scope: this.scope, ...site }) - 1;
  }

  /** The event that every logged value has. */
  value(): number {
    this.valueId ??= this.event({ kind: 'value' });
    return this.valueId;
  }

  event(event: TraceEvent): number {
    return this.events.push(event) - 1;
  }

  /** A statement that logs an event of one word. */
  put(event: TraceEvent): string {
    return `${this.prefix}Put(${this.event(event)}u);`;
  }

  /** The helper that logs and returns a value of this type. */
  pass(type: string): string {
    this.passed.add(type);
    return `${this.prefix}Pass${this.passing.indexOf(type)}`;
  }

  /** The helper that logs a uniform load and then does it. */
  load(load: Load): string {
    this.loads.push(load);
    return `${this.prefix}Load${load.id}`;
  }

  lineOf(at: number): number {
    return this.placeOf(at).line;
  }

  private placeOf(at: number): Place {
    const before = this.code.slice(0, at).split('\n');
    return { line: before.length, column: (before.at(-1) as string).length + 1 };
  }
}
