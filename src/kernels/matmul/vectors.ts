/** Matrix x vector as kernels see it, whichever of the two factors is the vector. */
import { Refusal } from '../../core/errors.ts';
import { columnMajor, type Layout, pitched } from '../../core/layout.ts';
import type { BufferPlan } from '../../gpu/plan.ts';
import type { Problem } from '../../ops/types.ts';
import { number, offsetInLoads } from '../knobs.ts';
import type { Knobs } from '../types.ts';
import { pitchOf, place, roundUp } from './product.ts';

/** y = x M: which tensor is which, and how they lie. */
export interface Sides {
  readonly x: { readonly tensor: 'a' | 'b'; readonly layout: Layout; readonly pitch: number };
  readonly m: { readonly tensor: 'a' | 'b'; readonly layout: Layout };
  /** Whether the columns of M lie together, not its rows. */
  readonly byColumn: boolean;
  readonly rows: number;
  readonly columns: number;
}

/**
 * A single column of C is turned on its side, unless `upright`: then B is a matrix of one column. Throws a `Refusal`
 * where the rows that are read as vectors do not lie in one stretch.
 */
export function sidesOf(problem: Problem, knobs: Knobs, upright = false): Sides {
  const { m, n, k } = problem.shape;
  const start = offsetInLoads(number(knobs, 'offset'), problem.dtype, 4) * 4;
  // A vector lies in one stretch whatever the layout of a matrix would be.
  const whole = (layout: Layout) => ({ ...layout, length: roundUp(layout.length, 4) });
  if (n === 1 && m > 1 && !upright) {
    return {
      x: { tensor: 'b', layout: whole(columnMajor([k, 1], 4, start)), pitch: 0 },
      m: { tensor: 'a', layout: place([m, k], 'A', problem, knobs, 4) },
      byColumn: knobs.layoutA === 'row',
      rows: 1,
      columns: m,
    };
  }
  if (m > 1 && knobs.layoutA === 'column') {
    throw new Refusal(`Each of the ${m} rows of A is read as a vector, so its elements must lie together`, {
      rule: 'rows-as-vectors',
      parameters: { m },
      works: [{ layoutA: 'row' }],
      remedy: 'use layoutA=row',
    });
  }
  const a = m === 1 ? whole(pitched([1, k], 4, start)) : place([m, k], 'A', problem, knobs, 4);
  return {
    x: { tensor: 'a', layout: a, pitch: pitchOf(a) },
    m: { tensor: 'b', layout: place([k, n], 'B', problem, knobs, 4) },
    byColumn: knobs.layoutB === 'column',
    rows: m,
    columns: n,
  };
}

/** A factor as a buffer, padded with zeros. */
export function inputOf(name: string, { tensor, layout }: Sides['m'], { dtype: type }: Problem): BufferPlan {
  return { use: 'input', name, tensor, type, layout, padding: 'zero' };
}
