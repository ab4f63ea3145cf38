/** Models whose parameters are measured: what their probes share. */
import type { Model, Prediction, Probe, Row, Setting } from '../types.ts';
import { measure } from './shared.ts';

/**
 * The rows of a probe, each with what the models predict of it whose parameters are rows; pure, so that it is the same for
 * a run and for a file. What was not measured gets no prediction, and one that a row has already stays.
 */
export function expected(probe: Probe, rows: readonly Row[], setting: Pick<Setting, 'seed'>): readonly Row[] {
  if (!probe.expect) return rows;
  const predictionsOf = probe.expect(rows, setting);
  return rows.map((row) => {
    if (row.medianNs === null) return row;
    const more = predictionsOf(row).filter(({ key }) => row.model.every((one) => one.key !== key));
    return more.length === 0 ? row : { ...row, model: [...row.model, ...more] };
  });
}

/** A row that has a time. */
export interface Timed extends Row {
  readonly medianNs: number;
}

export function timed(rows: readonly Row[], where: (at: Row['at']) => boolean = () => true): readonly Timed[] {
  return rows.filter((row): row is Timed => row.medianNs !== null && where(row.at));
}

/**
 * The value that a model has for the measure `key` of a row, or for its time in ns where the key is null; none where the row has
 * no such measure, or where such a value could not be measured. `from` are the rows of which the model's parameters are.
 */
export function predicted(
  { key, title }: Model,
  row: Row,
  measureKey: string | null,
  value: number,
  from: readonly Row[],
): readonly Prediction[] {
  const unit = measureKey === null ? 'ns' : measure(row, measureKey)?.unit;
  if (unit === undefined || !(value > 0) || value === Number.POSITIVE_INFINITY) return [];
  return [{ key, title, unit, value, ...(from.includes(row) ? { fitted: true as const } : {}) }];
}

/** The same of a model that has a time for the row, in the terms of the measure: one in ns grows with the time, a rate falls. */
export function predictedNs(
  model: Model,
  row: Row,
  measureKey: string | null,
  ns: number,
  from: readonly Row[],
): readonly Prediction[] {
  const measured = measureKey === null ? null : measure(row, measureKey);
  if (measured === null || row.medianNs === null) return predicted(model, row, measureKey, ns, from);
  const share = measured.unit === 'ns' ? ns / row.medianNs : row.medianNs / ns;
  return predicted(model, row, measureKey, measured.value * share, from);
}

/** A straight line of times through two rows. */
export interface TwoRows {
  readonly from: readonly [Timed, Timed];
  /** Nanoseconds at x. */
  at(x: number): number;
}

/**
 * a + b x through the rows with the least and the greatest `axis`: the others are what it predicts. Null with fewer than
 * three rows, of which none would be left, and where the greatest takes no longer than the least: nothing shows what b is.
 */
export function throughEnds(rows: readonly Timed[], axis: string): TwoRows | null {
  const xOf = ({ at }: Row): number => Number(at[axis]);
  const sorted = [...rows].sort((a, b) => xOf(a) - xOf(b));
  const [first, last] = [sorted[0], sorted[sorted.length - 1]];
  if (sorted.length < 3 || last.medianNs <= first.medianNs || xOf(last) <= xOf(first)) return null;
  const b = (last.medianNs - first.medianNs) / (xOf(last) - xOf(first));
  return { from: [first, last], at: (x) => first.medianNs + b * (x - xOf(first)) };
}
