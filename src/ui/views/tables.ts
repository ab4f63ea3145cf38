/** What several views save as a table. */
import type { TraceResult } from '../../lab/trace-result.ts';
import type { Prediction, Row } from '../../probes/types.ts';
import type { Cell, Table } from '../state/files/table.ts';

/** A line for each place in the code, with all of its counters. */
export function siteTable({ sites }: TraceResult): Table {
  const rows = sites.map(({ hits, ...rest }) => ({ ...rest, l1Hits: hits?.l1 ?? null, l2Hits: hits?.l2 ?? null }));
  return { columns: Object.keys(rows[0] ?? {}), rows: rows.map((row) => Object.values(row)) };
}

const columnOf = ({ key, title, unit }: Prediction): string => [key, title, unit].join();

/** A line for each step: where it was taken, its time or why it was not measured, what was measured, and what a model says of it. */
export function rowTable(rows: readonly Row[]): Table {
  const places = [...new Set(rows.flatMap(({ at }) => Object.keys(at)))];
  // One key can go by several titles and units, such as the rates of bytes and of operations.
  const of = (name: 'measures' | 'model') => [
    ...new Map(rows.flatMap((row) => row[name]).map((one) => [columnOf(one), one])).values(),
  ];
  const [measures, models] = [of('measures'), of('model')];
  const valueIn = (all: Row['model'], of: Prediction): Cell =>
    all.find((one) => columnOf(one) === columnOf(of) && !one.fitted)?.value ?? null;
  const parts = rows.some(({ cutAfterMs }) => cutAfterMs !== undefined);
  return {
    columns: [
      ...places,
      'median_ns',
      'interval_low_ns',
      'interval_high_ns',
      'withheld',
      ...(parts ? ['cut_after_ms'] : []),
      ...measures.map(({ title, unit }) => `${title} (${unit})`),
      ...models.map(({ title, unit }) => `modelled: ${title} (${unit})`),
    ],
    rows: rows.map((row) => [
      ...places.map((key) => row.at[key] ?? null),
      row.medianNs,
      row.intervalNs?.[0] ?? null,
      row.intervalNs?.[1] ?? null,
      row.withheld ?? null,
      ...(parts ? [row.cutAfterMs ?? null] : []),
      ...measures.map((one) => valueIn(row.measures, one)),
      ...models.map((one) => valueIn(row.model, one)),
    ]),
  };
}
