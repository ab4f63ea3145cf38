/**
 * The roofline model (Williams, Waterman and Patterson 2009): a kernel that does so many operations for each byte that it
 * moves can reach the lower one of two roofs, that of arithmetic and that of memory at this intensity. Pure; where the roofs
 * and the bytes come from is for others to say.
 */
import type { Interval } from '../core/statistics.ts';

/** The highest rate of a resource, in billions a second. */
export interface Roof {
  readonly title: string;
  readonly unit: string;
  /** Null where it is withheld; `withheld` says why. */
  readonly value: number | null;
  readonly interval: Interval | null;
  readonly withheld: string | null;
  /** Of memory: bytes of the set that it was measured on. A kernel with less data may live from a cache. */
  readonly setBytes?: number;
}

export interface Roofs {
  readonly memory: Roof;
  readonly arithmetic: Roof;
}

/** What a kernel does in `ns` nanoseconds, with one way of counting its bytes. */
export interface Work {
  readonly operations: number;
  readonly bytes: number;
  readonly ns: number;
}

export interface Place {
  /** Operations for each byte. */
  readonly intensity: number;
  /** Billions of operations a second. */
  readonly rate: number;
  /** Billions of bytes a second. */
  readonly bandwidth: number;
  /** The lower roof at this intensity, in billions of operations a second; null where one is withheld. */
  readonly attainable: number | null;
  /** Which roof that is. */
  readonly bound: 'memory' | 'arithmetic' | null;
  /** Share of it; above 1 where caches serve what these bytes count. */
  readonly share: number | null;
}

/** Where a kernel lies under the roofs. */
export function placed({ operations, bytes, ns }: Work, { memory, arithmetic }: Roofs): Place {
  const [intensity, rate] = [operations / bytes, operations / ns];
  const about = { intensity, rate, bandwidth: bytes / ns };
  if (memory.value === null || arithmetic.value === null)
    return { ...about, attainable: null, bound: null, share: null };
  const slope = memory.value * intensity;
  const attainable = Math.min(slope, arithmetic.value);
  return { ...about, attainable, bound: slope < arithmetic.value ? 'memory' : 'arithmetic', share: rate / attainable };
}

/** The intensity at which the roofs meet, in operations for each byte; null where one is withheld. */
export function ridge({ memory, arithmetic }: Roofs): number | null {
  return memory.value === null || arithmetic.value === null ? null : arithmetic.value / memory.value;
}

/** A kernel by the least bytes that its problem needs. */
export interface Named extends Work {
  readonly name: string;
}

/**
 * The roofs, withheld where a kernel is above one, which is no roof then. Memory is refuted only by a problem of more bytes
 * than the roof was measured on: a smaller one may lie in a cache.
 */
export function refuted(roofs: Roofs, kernels: readonly Named[]): Roofs {
  const { memory, arithmetic } = roofs;
  const { setBytes = Number.POSITIVE_INFINITY } = memory;
  return {
    memory: against(
      memory,
      kernels.filter(({ bytes }) => bytes > setBytes),
      ({ bytes, ns }) => bytes / ns,
    ),
    arithmetic: against(arithmetic, kernels, ({ operations, ns }) => operations / ns),
  };
}

function against(roof: Roof, kernels: readonly Named[], rateOf: (work: Work) => number): Roof {
  if (roof.value === null || kernels.length === 0) return roof;
  const [highest] = [...kernels].sort((a, b) => rateOf(b) - rateOf(a));
  const most = roof.interval?.[1] ?? roof.value;
  if (rateOf(highest) <= most) return roof;
  const above = (rateOf(highest) / roof.value).toFixed(2);
  return { ...roof, value: null, interval: null, withheld: `${highest.name} is above it, at ${above} times its rate` };
}
