/** What comes of a trace, as plain JSON values. */

export interface AccessPoint {
  readonly line: number;
  /** Linear number of the workgroup, and of the lane within it. */
  readonly workgroup: number;
  readonly lane: number;
  readonly access: 'read' | 'write' | 'atomic' | 'barrier' | 'end';
}

export type FindingKind = 'out-of-bounds' | 'race' | 'uninitialized' | 'barrier-divergence' | 'written-twice';

export interface Finding {
  readonly kind: FindingKind;
  /** Index of the pass in the plan, and its entry point. */
  readonly pass: number;
  readonly entry: string;
  /** The buffer or the workgroup variable; null for a barrier. */
  readonly buffer: string | null;
  /** Of the innermost array, counted through all dimensions; null for a barrier. */
  readonly element: number | null;
  readonly workgroup: number;
  readonly first: AccessPoint;
  readonly second: AccessPoint | null;
  /** How often it was met at these two places; the rest is of the first time. */
  readonly times: number;
  readonly message: string;
}

/** Counters of one place in the text, in one pass; all but `executions` are sums over its requests. */
export interface SiteCounts {
  readonly pass: number;
  readonly entry: string;
  readonly line: number;
  readonly column: number;
  readonly buffer: string;
  readonly space: 'storage' | 'workgroup';
  readonly access: 'read' | 'write' | 'atomic';
  /** Invocations that came by, each time; one that moves an array or a struct counts once for each element or vector of it. */
  readonly executions: number;
  /** Groups of lanes that did so together. */
  readonly requests: number;
  readonly activeLanes: number;
  readonly bytesAsked: number;
  /** Of storage; 0 of workgroup memory. */
  readonly sectors: number;
  readonly idealSectors: number;
  readonly lines: number;
  /** Of workgroup memory; 0 of storage. */
  readonly bankPasses: number;
  readonly idealBankPasses: number;
  /** Sectors read that the modelled caches had; null for workgroup memory. */
  readonly hits: { readonly l1: number; readonly l2: number } | null;
  /** Atomic operations. */
  readonly atomics: number;
  /** Requests in which lanes share an element. */
  readonly broadcasts: number;
}

export interface Totals {
  /** Of storage, reads and writes of all lanes. */
  readonly bytesAsked: number;
  /** Sectors of all requests, in bytes. */
  readonly bytesFetched: number;
  /** What the modelled caches fetched from memory, and gave back to it. */
  readonly bytesFromMemory: number;
  readonly bytesToMemory: number;
  /** Bytes of inputs that were read and of outputs that were written, each once. */
  readonly compulsoryBytes: number;
  /** Barriers, each once for a workgroup that passes it; two for a `workgroupUniformLoad`, before and after it reads. */
  readonly barriers: number;
  /**
   * Accesses of storage and workgroup memory that the busiest lane of a pass makes, one after the other; added up over the
   * passes, which wait for one another. Files from before it was counted do not have it.
   */
  readonly longestLane?: number;
}

export interface PassTraced {
  readonly pass: number;
  readonly entry: string;
  readonly workgroups: readonly number[];
  readonly of: number;
}
