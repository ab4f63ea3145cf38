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
  /** Of f32. */
  readonly arithmetic: Roof;
  /** Of f16, where kernels in f16 are placed. */
  readonly half?: Roof;
}

/** What a kernel multiplies and adds with, whatever its data are stored as: each has a roof of its own. */
export const ARITHMETICS = ['f32', 'f16', 'subgroup matrices'] as const;
export type Arithmetic = (typeof ARITHMETICS)[number];

/** What a kernel does in `ns` nanoseconds, with one way of counting its bytes. */
export interface Work {
  readonly operations: number;
  readonly bytes: number;
  readonly ns: number;
  /** f32 if absent. */
  readonly arithmetic?: Arithmetic;
}

/** Why kernels with subgroup matrices have no roof of arithmetic. */
const UNPROBED = 'no probe measures the rate of subgroup matrices';

/** The roofs that a kernel is under: memory's, and that of its own arithmetic. */
export function roofsOver({ arithmetic = 'f32' }: Pick<Work, 'arithmetic'>, roofs: Roofs): Omit<Roofs, 'half'> {
  const { memory } = roofs;
  if (arithmetic === 'f32') return { memory, arithmetic: roofs.arithmetic };
  const none = { title: arithmetic, unit: roofs.arithmetic.unit, value: null, interval: null };
  if (arithmetic === 'f16') return { memory, arithmetic: roofs.half ?? { ...none, withheld: 'not measured' } };
  return { memory, arithmetic: { ...none, withheld: UNPROBED } };
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
export function placed(work: Work, roofs: Roofs): Place {
  const { operations, bytes, ns } = work;
  const { memory, arithmetic } = roofsOver(work, roofs);
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
 * than the roof was measured on, since a smaller one may lie in a cache; arithmetic by a kernel that computes with it.
 */
export function refuted(roofs: Roofs, kernels: readonly Named[]): Roofs {
  const { memory, arithmetic, half } = roofs;
  const { setBytes = Number.POSITIVE_INFINITY } = memory;
  const rate = ({ operations, ns }: Work): number => operations / ns;
  const by = (which: Arithmetic) => kernels.filter(({ arithmetic: own = 'f32' }) => own === which);
  return {
    memory: against(
      memory,
      kernels.filter(({ bytes }) => bytes > setBytes),
      ({ bytes, ns }) => bytes / ns,
    ),
    arithmetic: against(arithmetic, by('f32'), rate),
    ...(half ? { half: against(half, by('f16'), rate) } : {}),
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
