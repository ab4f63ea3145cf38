/** What several views save as a table. */
import type { TraceResult } from '../../lab/trace-result.ts';
import type { Row } from '../../probes/types.ts';
import type { Cell, Table } from '../state/files/table.ts';

/** A line for each place in the code, with all of its counters. */
export function siteTable({ sites }: TraceResult): Table {
  const rows = sites.map(({ hits, ...rest }) => ({ ...rest, l1Hits: hits?.l1 ?? null, l2Hits: hits?.l2 ?? null }));
  return { columns: Object.keys(rows[0] ?? {}), rows: rows.map((row) => Object.values(row)) };
}

/** A line for each step: where it was taken, its time or why it was not measured, what was measured, and what a model says of it. */
export function rowTable(rows: readonly Row[]): Table {
  const places = [...new Set(rows.flatMap(({ at }) => Object.keys(at)))];
  const of = (name: 'measures' | 'model') => [
    ...new Map(rows.flatMap((row) => row[name]).map((one) => [one.key, one])).values(),
  ];
  const [measures, models] = [of('measures'), of('model')];
  const parts = rows.some(({ cutAfterMs }) => cutAfterMs !== undefined);
  const valueIn = (all: Row['model'], key: string): Cell => all.find((one) => one.key === key)?.value ?? null;
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
      ...measures.map(({ key }) => valueIn(row.measures, key)),
      ...models.map(({ key }) => valueIn(row.model, key)),
    ]),
  };
}
