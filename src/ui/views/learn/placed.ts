/** Runs of a lesson under the roofs that a probe has measured on the same device. */
import type { Result } from '../../../lab/result.ts';
import { pointOf, type RooflinePoint, workOf } from '../../../lab/roofline.ts';
import { type Named, type Roofs, refuted } from '../../../model/roofline.ts';
import { ceilings } from '../../../probes/parts/ceilings.ts';
import type { Found, Row } from '../../../probes/types.ts';

export interface PlacedRuns {
  /** In the order of the results. */
  readonly points: readonly RooflinePoint[];
  /** By the bytes that the problem needs; null of a result without a time. */
  readonly works: readonly (Named | null)[];
  readonly roofs: Roofs;
}

/** `found` and `rows` are of the probe. */
export function placedRuns(results: readonly Result[], found: readonly Found[], rows: readonly Row[]): PlacedRuns {
  const points = results.map((result) => pointOf(result, null));
  const works = points.map((point) => workOf(point, 'compulsoryBytes'));
  const roofs = refuted(
    ceilings(found, rows),
    works.flatMap((work) => work ?? []),
  );
  return { points, works, roofs };
}
