/** The cells of a sweep: their settings, and what is known of them before they run. */
import { Refusal } from '../../../core/errors.ts';
import type { Capabilities, KnobValue } from '../../../kernels/types.ts';
import { tryPlan } from '../../../lab/plan.ts';
import { sweep } from '../../../lab/sweep.ts';
import { type Item, itemOf } from '../../state/ledger.ts';
import type { RefusalOf } from '../../state/refusals.ts';
import { kernelOf, type Settings, toRequest } from '../../state/settings.ts';
import { cellId, type SweepSettings } from './settings.ts';

/** More cells would keep a reader waiting for minutes, and none of them could be read. */
export const MOST_CELLS = 400;

export interface Cell extends Item {
  readonly id: string;
  readonly column: number;
  readonly row: number;
  /** Why it cannot run; null where it can. */
  readonly refusal: Refusal | null;
}

export interface Grid {
  readonly columns: readonly KnobValue[];
  /** One row without a value where there is no second axis. */
  readonly rows: readonly KnobValue[];
  /** Row by row; none where they would be too many. */
  readonly cells: readonly Cell[];
}

export function gridOf({ base, x, y }: SweepSettings, capabilities: Capabilities): Grid {
  const columns = x.values;
  const rows = y ? y.values : [''];
  if (columns.length * rows.length > MOST_CELLS) return { columns, rows, cells: [] };
  // Settings go in and settings come out: `sweep` copies all of a request but what it sets.
  const swept = sweep(toRequest(base), y ? [y, x] : [x]) as unknown as readonly Settings[];
  const refusalOf = refusals(base, capabilities);
  const cells = swept.map((settings, index): Cell => {
    const column = index % columns.length;
    const row = Math.floor(index / columns.length);
    const id = cellId(y ? [columns[column], rows[row]] : [columns[column]]);
    return { id, column, row, ...itemOf(settings), refusal: refusalOf(settings) };
  });
  return { columns, rows, cells };
}

/** The rule that settings break, or null. What a device lacks altogether is looked up once, not for every cell. */
function refusals(base: Settings, capabilities: Capabilities): (settings: Settings) => Refusal | null {
  const refusalOf = (settings: Settings): Refusal | null => {
    const planned = tryPlan(toRequest(settings), capabilities);
    return planned instanceof Refusal ? planned : null;
  };
  const isLacking = kernelOf(base).features.some((feature) => !capabilities.features.has(feature));
  const shared = isLacking ? refusalOf(base) : null;
  return shared === null ? refusalOf : () => shared;
}

/** Cells that can run, one problem after another, since cells on one problem share its reference. */
export function inRunningOrder({ cells }: Grid, { x, y }: SweepSettings): readonly Cell[] {
  const runnable = cells.filter(({ refusal }) => refusal === null);
  const byColumn = x.of === 'shape' && y?.of === 'knob';
  return byColumn ? runnable.sort((a, b) => a.column - b.column || a.row - b.row) : runnable;
}

/** Why every cell would be refused with another storage type; null where some cell works, and for a type not asked for. */
export function refusalByType(settings: SweepSettings, capabilities: Capabilities): RefusalOf {
  const found = new Map<KnobValue, Refusal | null>();
  return (dtype) => {
    const known = found.get(dtype);
    if (known !== undefined) return known;
    const base = { ...settings.base, dtype: dtype as Settings['dtype'] };
    const { cells } = gridOf({ ...settings, base }, capabilities);
    const refusal = cells.every((cell) => cell.refusal !== null) ? (cells[0]?.refusal ?? null) : null;
    found.set(dtype, refusal);
    return refusal;
  };
}
