/** What the memory view offers to take away: one probe of one device, and its kernels under its roofs. */
import type { ProbeResult } from '../../../lab/probe-result.ts';
import { type RooflinePoint, workOf } from '../../../lab/roofline.ts';
import { placed, type Roofs } from '../../../model/roofline.ts';
import type { Offer } from '../../parts/ts-share.ts';
import type { Cell, Table } from '../../state/files/table.ts';
import type { Whose } from '../../state/files/write.ts';
import { linkTo } from '../../state/links.ts';
import { rowTable } from '../tables.ts';

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

/** The kind of figure that kernels under their roofs are, and the name of their file. */
export const ROOFLINE = 'roofline';
export const ROOFLINE_TITLE = 'Kernels under the roofs of memory and arithmetic';

interface SharedRoofline {
  readonly whose: Whose;
  /** Of the probe that measured the roofs; empty until it has. */
  readonly results: readonly ProbeResult[];
  readonly points: readonly RooflinePoint[];
  readonly roofs: Roofs;
}

/** A file of a roofline needs its roofs too; what is drawn and listed can be saved before. */
export function rooflineOffer({ whose, ...roofline }: SharedRoofline, chart: () => Element | null): Offer {
  const { results, points, roofs } = roofline;
  const hasPoints = points.length > 0;
  const isWhole = hasPoints && results.length > 0;
  return {
    name: ROOFLINE,
    title: ROOFLINE_TITLE,
    json: isWhole ? async () => (await import('../../state/files/write.ts')).rooflineDocument(whose, roofline) : null,
    table: hasPoints ? async () => pointTable(points, roofs) : null,
    chart: hasPoints ? chart : null,
    link: null,
    figure: ROOFLINE,
    ...(hasPoints && !isWhole ? { lack: 'Run the roofs first: they are part of the file' } : {}),
  };
}

/** A line for each kernel, with both counts of its bytes and the shares of the roof that it reaches by them. */
function pointTable(points: readonly RooflinePoint[], roofs: Roofs): Table {
  const sizes = [...new Set(points.flatMap(({ shape }) => Object.keys(shape)))];
  const shareOf = (point: RooflinePoint, by: 'compulsoryBytes' | 'tracedBytes'): Cell => {
    const work = workOf(point, by);
    return work && placed(work, roofs).share;
  };
  return {
    columns: [
      'op',
      'kernel',
      'dtype',
      'arithmetic',
      ...sizes,
      'status',
      'reason',
      'median_ns',
      'interval_low_ns',
      'interval_high_ns',
      'operations',
      'unit',
      'needed_bytes',
      'share_of_roof_by_needed_bytes',
      'traced_bytes',
      'share_of_roof_by_traced_bytes',
      'untraced',
    ],
    rows: points.map((point) => [
      point.op,
      point.kernel,
      point.dtype,
      point.arithmetic ?? 'f32',
      ...sizes.map((key) => point.shape[key] ?? null),
      point.status,
      point.reason,
      point.medianNs,
      point.intervalNs?.[0] ?? null,
      point.intervalNs?.[1] ?? null,
      point.operations,
      point.unit,
      point.compulsoryBytes,
      shareOf(point, 'compulsoryBytes'),
      point.tracedBytes,
      shareOf(point, 'tracedBytes'),
      point.untraced,
    ]),
  };
}
