/** The measures of results as columns of a table: which there are is up to the operation. */
import type { Measure } from '../core/quantity.ts';
import type { Result } from '../lab/result.ts';
import { significant } from './text.ts';

export interface MeasureColumns {
  /** The unit of each column, the headline's first; with its title where two have one unit. */
  readonly heads: readonly string[];
  /** A cell for each column; empty where a result has no number. */
  cells(result: Result | undefined): string[];
}

/** The columns for as many measures as any of the results has, at most `most`. */
export function measureColumns(results: readonly Result[], most = Number.POSITIVE_INFINITY): MeasureColumns {
  const all = new Map(results.flatMap(({ measures }) => measures).map((measure) => [measure.key, measure]));
  const shown = [...all.values()].slice(0, most);
  return {
    heads: shown.map(({ title, unit }) =>
      shown.filter((other) => other.unit === unit).length > 1 ? `${title}, ${unit}` : unit,
    ),
    cells: (result) => shown.map(({ key }) => cell(result?.measures.find((measure) => measure.key === key))),
  };
}

function cell(measure: Measure | undefined): string {
  return measure ? significant(measure.value) : '';
}
