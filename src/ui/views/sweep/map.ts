/** A sweep's cells as the heat map shows them. */
import type { Refusal } from '../../../core/errors.ts';
import { withCommas } from '../../../core/words.ts';
import type { Knob } from '../../../kernels/types.ts';
import { sharesLead } from '../../../lab/compare.ts';
import type { Result } from '../../../lab/result.ts';
import type { Axis } from '../../../lab/sweep.ts';
import { commonMeasure, commonTime, duration, figureText, measure, significant } from '../../look/format.ts';
import { STATES, stateOf } from '../../look/states.ts';
import type { HeatCell } from '../../parts/heat-map/ts-heat-map.ts';
import { kernelOf, type Settings } from '../../state/settings.ts';
import { ruleText } from '../../state/titles.ts';
import { dimensionsOf, idOf, valueIn } from './dimensions.ts';
import type { Cell, Grid } from './grid.ts';
import type { Shown, SweepSettings } from './settings.ts';

export interface SweepMap {
  readonly columns: readonly string[];
  readonly rows: readonly string[];
  readonly columnTitle: string;
  readonly rowTitle: string;
  readonly cells: readonly HeatCell[];
  /** What the colours mean, with its unit: "GPU time, µs". */
  readonly measure: string;
  readonly scaleText: (value: number) => string;
  readonly best: Best | null;
  /** The whole in one sentence, for a screen reader. */
  readonly spoken: string;
}

interface Best {
  /** Of its cell. */
  readonly id: string;
  readonly name: string;
  readonly figures: string;
  /** How it compares, and with what. */
  readonly against: string;
}

/** Null where there are no cells. */
export function drawnMap(
  grid: Grid,
  settings: SweepSettings,
  resultOf: (key: string) => Result | undefined,
  running: ReadonlySet<string>,
): SweepMap | null {
  if (grid.cells.length === 0) return null;
  const { base, x, y, show } = settings;
  const results = grid.cells.map(({ key }) => resultOf(key));
  const values = results.map((result) => (result ? shownValue(result, show) : null));
  const known = values.filter((value) => value !== null);
  const best = known.length === 0 ? null : show === 'time' ? Math.min(...known) : Math.max(...known);
  const worst = known.length === 0 ? null : show === 'time' ? Math.max(...known) : Math.min(...known);
  const isWall = results.some((result) => result?.time?.source === 'wall');
  const headline = results.find((result) => result && result.measures.length > 0)?.measures[0];
  const [size, unit] = show === 'time' ? commonTime(known) : commonMeasure(known, headline?.unit ?? '');
  const bestTime = results[values.indexOf(best)]?.time ?? null;
  const ties = results.map((result) => sharesLead(result?.time, bestTime));
  const isTied = ties.filter(Boolean).length > 1;
  const cells = grid.cells.map((cell, index): HeatCell => {
    const state = stateOf(results[index], cell.refusal !== null, running.has(cell.id));
    const value = state === 'correct' ? values[index] : null;
    return {
      id: cell.id,
      column: cell.column,
      row: cell.row,
      state,
      value,
      text: value === null ? '' : significant(value / size),
      isBest: best !== null && value === best,
      isTie: isTied && ties[index],
      label: `${nameOf(settings, cell)}: ${STATES[state].word}${said(results[index], cell.refusal, kernelOf(base).knobs)}`,
    };
  });
  const at = cells.findIndex(({ isBest }) => isBest);
  const title = show === 'time' ? `${isWall ? 'Wall' : 'GPU'} time, ${unit}` : `Rate, ${unit}`;
  const result = results[at];
  return {
    columns: grid.columns.map(label),
    rows: grid.rows.map(label),
    columnTitle: titleOf(x, base),
    rowTitle: y ? titleOf(y, base) : '',
    cells,
    measure: known.length > 0 ? title : show === 'time' ? 'Time' : 'Rate',
    scaleText: (value) => significant(value / size),
    best:
      result && best !== null && worst !== null
        ? {
            id: grid.cells[at].id,
            name: nameOf(settings, grid.cells[at]),
            figures: figures(result),
            against:
              known.length > 1
                ? `${significant(show === 'time' ? worst / best : best / worst)}× the ${show === 'time' ? 'speed' : 'rate'} of the slowest${isTied ? `; ties with ${ties.filter(Boolean).length - 1} more` : ''}`
                : '',
          }
        : null,
    spoken:
      known.length > 0
        ? `${known.length} of ${cells.length} cells have a time. Best${isTied ? ', in a tie' : ''}: ${cells[at].label}.`
        : '',
  };
}

/** "Workgroup size: 64 · Inputs: 256". */
export function nameOf({ x, y, base }: SweepSettings, { settings }: Cell): string {
  return [x, y]
    .flatMap((axis) => (axis ? [`${dimensionOf(axis, base).title}: ${label(valueIn(axis, settings))}`] : []))
    .join(' · ');
}

/** A title with its unit, where the title does not say it itself. */
function titleOf(axis: Axis, base: Settings): string {
  const { title, unit } = dimensionOf(axis, base);
  return unit && !title.toLowerCase().includes(unit) ? `${title} (${unit})` : title;
}

function dimensionOf(axis: Axis, base: Settings): { readonly title: string; readonly unit: string } {
  return dimensionsOf(base).find(({ id }) => id === idOf(axis)) ?? { title: axis.key, unit: '' };
}

function label(value: string | number): string {
  return typeof value === 'number' ? withCommas(value) : value;
}

/** A median in nanoseconds, or the headline of the measures. Null for nothing in a second: the scale is logarithmic. */
function shownValue({ time: measured, measures: [headline] }: Result, show: Shown): number | null {
  if (show === 'time') return measured?.medianNs ?? null;
  return headline?.value || null;
}

function figures({ time: measured, measures: [headline] }: Result): string {
  const parts = measured?.medianNs ? [figureText(duration(measured.medianNs))] : [];
  if (headline) parts.push(figureText(measure(headline)));
  return parts.join(', ');
}

function said(result: Result | undefined, refusal: Refusal | null, knobs: readonly Knob[]): string {
  if (!result) return refusal === null ? '' : `, ${ruleText(refusal.message, knobs)}`;
  if (result.status !== 'correct') return `, ${result.reason ?? ''}`;
  const words = figures(result);
  return words ? `, ${words}` : '';
}
