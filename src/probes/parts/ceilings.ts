/** The two roofs of a roofline, from what the roofs probe has found. */
import type { DType } from '../../core/format.ts';
import type { Roof, Roofs } from '../../model/roofline.ts';
import type { Found, Row } from '../types.ts';
import { aboveIn } from './above.ts';

/** The probe that measures roofs. */
export const ROOFS = 'roofs';

/** Found by the beginnings of their keys: copies are bound by the same memory as reads and writes. */
const OF = { memory: ['read', 'write', 'copy'], arithmetic: ['f32 '], half: ['f16 '] } as const;

/**
 * The highest roof of memory and of f32 arithmetic among those that stand, and of f16 where kernels in f16 are placed. One that is withheld might be higher; whoever
 * draws kernels under these checks that none is above (`refuted`).
 */
export function ceilings(found: readonly Found[], rows: readonly Row[], dtype: DType = 'f32'): Roofs {
  return {
    memory: { ...highest('Memory', 'GB/s', OF.memory, found, rows), ...setOf(rows) },
    arithmetic: highest('f32 arithmetic', 'GFLOP/s', OF.arithmetic, found, rows),
    ...(dtype === 'f16' ? { half: highest('f16 arithmetic', 'GFLOP/s', OF.half, found, rows) } : {}),
  };
}

function highest(
  title: string,
  unit: string,
  beginnings: readonly string[],
  found: readonly Found[],
  rows: readonly Row[],
): Roof {
  const above = aboveIn(found, rows, beginnings);
  if (above !== null) return { title, unit, value: null, interval: null, withheld: above };
  const own = found.filter(({ key }) => beginnings.some((beginning) => key.startsWith(beginning)));
  const standing = own.filter(({ value }) => value !== null).sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const [top] = standing;
  if (top) return { title: `${title}: ${top.title}`, unit, value: top.value, interval: top.interval, withheld: null };
  const why =
    own.length === 0
      ? 'not measured'
      : `${own.length === 2 ? 'both' : `all ${own.length}`} of its roofs are withheld: ${own[0].withheld}`;
  return { title, unit, value: null, interval: null, withheld: why };
}

/** Bytes of the largest set that memory was measured on. */
function setOf(rows: readonly Row[]): Pick<Roof, 'setBytes'> {
  const bytes = rows.flatMap(({ at, medianNs, measures }) => {
    if (medianNs === null || !OF.memory.some((use) => String(at.roof).startsWith(use))) return [];
    const measured = (name: string): number | undefined => measures.find(({ key }) => key === name)?.value;
    // Recordings from before the set was among the measures have twice the work on twice the bytes, at so many a nanosecond.
    return measured('set') ?? (measured('rate') ?? 0) * medianNs;
  });
  return bytes.length > 0 ? { setBytes: Math.max(...bytes) } : {};
}
