/** What the memory view offers to take away: one probe of one device. */
import type { ProbeResult } from '../../../lab/probe-result.ts';
import type { Row } from '../../../probes/types.ts';
import type { Offer } from '../../parts/ts-share.ts';
import type { Cell, Table } from '../../state/files/table.ts';
import type { Whose } from '../../state/files/write.ts';
import { linkTo } from '../../state/links.ts';

interface Shared {
  readonly probe: { readonly id: string; readonly title: string };
  readonly whose: Whose;
  /** Null until the probe has run to its end. */
  readonly result: ProbeResult | null;
  readonly chart: () => Element | null;
  readonly search: string;
}

export function offerOf({ probe, whose, result, chart, search }: Shared): Offer {
  return {
    name: `memory-${probe.id}`,
    title: probe.title,
    json: result && (async () => (await import('../../state/files/write.ts')).memoryDocument(whose, [result])),
    table: result && (async () => rowTable(result.rows)),
    chart: result && chart,
    link: () => linkTo(search),
    figure: probe.id,
  };
}

/** A line for each step: where it was taken, its time, what was measured, and what a model says of it. */
function rowTable(rows: readonly Row[]): Table {
  const places = [...new Set(rows.flatMap(({ at }) => Object.keys(at)))];
  const of = (name: 'measures' | 'model') => [
    ...new Map(rows.flatMap((row) => row[name]).map((one) => [one.key, one])).values(),
  ];
  const [measures, models] = [of('measures'), of('model')];
  const valueIn = (all: Row['model'], key: string): Cell => all.find((one) => one.key === key)?.value ?? null;
  return {
    columns: [
      ...places,
      'median_ns',
      'interval_low_ns',
      'interval_high_ns',
      ...measures.map(({ title, unit }) => `${title} (${unit})`),
      ...models.map(({ title, unit }) => `modelled: ${title} (${unit})`),
    ],
    rows: rows.map((row) => [
      ...places.map((key) => row.at[key] ?? null),
      row.medianNs,
      row.intervalNs?.[0] ?? null,
      row.intervalNs?.[1] ?? null,
      ...measures.map(({ key }) => valueIn(row.measures, key)),
      ...models.map(({ key }) => valueIn(row.model, key)),
    ]),
  };
}
