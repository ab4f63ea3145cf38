/**
 * What can be taken away of a figure of a lesson: its picture, its numbers as a table, and the document behind it, which the
 * page opens again and which stands on other pages as a figure.
 */
import type { Figure, Lesson } from '../../../lessons/types.ts';
import { capital } from '../../look/format.ts';
import type { Offer } from '../../parts/ts-share.ts';
import type { DeviceState } from '../../state/device.ts';
import type { Cell, Table } from '../../state/files/table.ts';
import type { Whose } from '../../state/files/write.ts';
import type { Entry, Item } from '../../state/ledger.ts';
import { fromResult } from '../../state/outcome.ts';
import { defaultKnobs, kernelOf } from '../../state/settings.ts';
import { kindOf } from '../figures.ts';
import { whoseOf } from '../share.ts';
import { rowTable, siteTable } from '../tables.ts';
import type { Shown } from './evidence.ts';
import { placedRuns } from './placed.ts';

const writer = () => import('../../state/files/write.ts');

/** Those that are read or gone through, not seen at a glance. */
const WITHOUT_PICTURE: readonly Figure['kind'][] = ['steps', 'findings', 'verdict'];

interface Drawn {
  readonly lesson: Lesson;
  readonly figure: Figure;
  /** What it is drawn of, in the order in which the figure names it. */
  readonly shown: readonly Shown[];
  readonly device: DeviceState;
  /** What was asked for, of one piece of its evidence. */
  items(id: string): readonly Item[];
  chart(): Element | null;
}

export function offerOf({ lesson, figure, shown, device, items, chart }: Drawn): Offer {
  const ids = [figure.of].flat();
  const titles = ids.map((id) => lesson.evidence[id].title);
  const whose = whoseOf(device, null);
  const { json, ...rest } = documentOf(figure, shown, (at) => ownerOf(whose, shown[at]), items);
  return {
    name: `lesson-${lesson.id}-${figure.kind}-${ids.join('-')}`.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-'),
    title: capital(titles.join(' and ')),
    link: null,
    ...(WITHOUT_PICTURE.includes(figure.kind) ? {} : { chart }),
    ...rest,
    ...(shown.some(isNameless) ? { figure: null } : json && { json }),
  };
}

/** Whether a recording names no adapter: a document of it would be about this device, today. */
function isNameless({ origin, place }: Shown): boolean {
  return origin !== null && place === null;
}

function ownerOf(own: Whose, { origin, place }: Shown): Whose {
  return origin === null ? own : { report: null, origin: place };
}

/** Several traces beside each other are no one document: their counters go into one table. */
function documentOf(
  figure: Figure,
  shown: readonly Shown[],
  ownerAt: (at: number) => Whose,
  items: Drawn['items'],
): Pick<Offer, 'json' | 'table' | 'figure'> {
  const ids = [figure.of].flat();
  const [first] = shown;
  switch (first.data.kind) {
    case 'trace': {
      const table = async (): Promise<Table> => tracesTable(ids, shown);
      if (shown.length > 1) return { table, figure: null };
      const { steps } = first;
      const reply = { result: first.data.result, restart: false, liveBytes: 0, steps };
      const json = async (): Promise<object> => (await writer()).traceDocument(ownerAt(0), items(ids[0])[0], reply);
      const kind = figure.kind === 'steps' ? 'steps' : figure.kind === 'findings' ? null : 'trace';
      return { json, table, figure: steps.length > 0 ? kind : null };
    }
    case 'runs': {
      const { results, labels } = first.data;
      const entries = items(ids[0])
        .map((item, at): Entry => {
          const rest = { budget: 'quick', among: results.length, liveBytes: null, tookMs: null } as const;
          return { ...item, ...rest, outcome: fromResult(results[at], false), result: results[at] };
        })
        .filter((_, at) => isIn(figure, labels[at]));
      const table = async (): Promise<Table> => (await writer()).resultTable(entries);
      const roofs = shown[1]?.measured;
      if (roofs) {
        const { points, roofs: measured } = placedRuns(results, roofs.found, roofs.rows);
        const roofline = { results: [roofs], points, roofs: measured };
        return {
          json: async () => (await writer()).rooflineDocument(ownerAt(1), roofline),
          table,
          figure: 'roofline',
        };
      }
      const json = async (): Promise<object> => (await writer()).benchDocument(ownerAt(0), entries);
      const isOfRuns = figure.kind === 'runs' || figure.kind === 'curve';
      return { json, table, figure: isOfRuns ? figureOf(entries) : null };
    }
    case 'probe': {
      const { measured } = first;
      if (!measured) return { figure: null };
      return {
        json: async () => (await writer()).memoryDocument(ownerAt(0), [measured]),
        table: async () => rowTable(measured.rows),
        figure: measured.kernel,
      };
    }
    default:
      return first.data satisfies never;
  }
}

/** Whether a figure of runs is of the one with this label: others may still have to be predicted. */
function isIn(figure: Figure, label: string): boolean {
  if (figure.kind === 'runs') return figure.only.length === 0 || figure.only.includes(label);
  return figure.kind === 'verdict' || figure.kind === 'samples' ? figure.run === label : true;
}

/** A ladder shows kernels as saved, with their own knobs. */
function figureOf(items: readonly Item[]): string | null {
  const all = items.map(({ settings }) => settings);
  const kind = items.some(({ source }) => source !== undefined) ? null : kindOf(all);
  const isPlain = all.every((settings) =>
    Object.entries(defaultKnobs(kernelOf(settings))).every(([key, value]) => settings.knobs[key] === value),
  );
  return kind === 'ladder' && !isPlain ? null : kind;
}

function tracesTable(ids: readonly string[], shown: readonly Shown[]): Table {
  const tables = shown.map(({ data }) => (data.kind === 'trace' ? siteTable(data.result) : { columns: [], rows: [] }));
  if (tables.length === 1) return tables[0];
  const columns = tables.find((table) => table.columns.length > 0)?.columns ?? [];
  return {
    columns: ['trace', ...columns],
    rows: tables.flatMap(({ rows }, at) => rows.map((row): readonly Cell[] => [ids[at], ...row])),
  };
}
