/** A roofline that was written to a file: the roofs of a device, and its kernels under them. */
import { Refusal } from '../../../core/errors.ts';
import type { ProbeResult } from '../../../lab/probe-result.ts';
import type { RooflinePoint } from '../../../lab/roofline.ts';
import { ARITHMETICS, type Roofs } from '../../../model/roofline.ts';
import {
  type Check,
  type Fields,
  fields,
  interval,
  isRecord,
  number,
  orNull,
  positive,
  table,
  text,
  word,
} from './checks.ts';
import type { Origin } from './read.ts';

export interface Roofline extends Origin {
  /** Of the probe that measured the roofs. */
  readonly results: readonly ProbeResult[];
  readonly points: readonly RooflinePoint[];
  readonly roofs: Roofs;
}

const amount = orNull(positive);
const isRoof: Check = fields({ title: text, unit: text, value: amount, interval, withheld: orNull(text) });
const required = {
  op: text,
  kernel: text,
  shape: table(number),
  dtype: text,
  status: word('correct', 'wrong', 'refused', 'failed'),
  reason: orNull(text),
  unit: text,
  medianNs: amount,
  intervalNs: interval,
  operations: amount,
  compulsoryBytes: amount,
  tracedBytes: amount,
  untraced: orNull(text),
};
const point = fields(required, { arithmetic: word(...ARITHMETICS) });

const areRoofs = fields({ memory: isRoof, arithmetic: isRoof }, { half: isRoof });

/** A time stands only beside a kernel that was correct. */
const isPoint: Check = (value) =>
  point(value) && isRecord(value) && (value.medianNs === null || value.status === 'correct');

/** Of a document that `bench roofline` wrote; null where it has no points. Throws a `Refusal` where they are damaged. */
export function rooflineOf(
  { points, roofs }: Fields,
  origin: Origin,
  results: readonly ProbeResult[],
): Roofline | null {
  if (points === undefined) return null;
  if (!Array.isArray(points) || !points.every(isPoint))
    throw new Refusal('The points of this file are damaged, or of another version of Tilescope.');
  if (!isRecord(roofs) || !areRoofs(roofs))
    throw new Refusal('The roofs of this file are damaged, or of another version of Tilescope.');
  return {
    ...origin,
    results,
    points,
    roofs: roofs as unknown as Roofs,
  };
}
