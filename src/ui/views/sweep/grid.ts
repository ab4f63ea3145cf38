/** The cells of a sweep: their settings, and what is known of them before they run. */
import { Refusal } from '../../../core/errors.ts';
import type { Capabilities, KnobValue } from '../../../kernels/types.ts';
import { planRequest } from '../../../lab/plan.ts';
import { sweep } from '../../../lab/sweep.ts';
import { type Item, itemOf } from '../../state/ledger.ts';
import { kernelOf, type Settings, toRequest } from '../../state/settings.ts';
import { cellId, type SweepSettings } from './settings.ts';

/** More cells would keep a reader waiting for minutes, and none of them could be read. */
export const MOST_CELLS = 400;

export interface Cell extends Item {
  readonly id: string;
  readonly column: number;
  readonly row: number;
  /** Why it cannot run; null where it can. */
  readonly rule: string | null;
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
  const ruleFor = judge(base, capabilities);
  const cells = swept.map((settings, index): Cell => {
    const column = index % columns.length;
    const row = Math.floor(index / columns.length);
    const id = cellId(y ? [columns[column], rows[row]] : [columns[column]]);
    return { id, column, row, ...itemOf(settings), rule: ruleFor(settings) };
  });
  return { columns, rows, cells };
}

/** The rule that settings break, or null. What a device lacks altogether is looked up once, not for every cell. */
function judge(base: Settings, capabilities: Capabilities): (settings: Settings) => string | null {
  const ruleOf = (settings: Settings): string | null => {
    try {
      planRequest(toRequest(settings), capabilities);
      return null;
    } catch (error) {
      if (error instanceof Refusal) return error.message;
      throw error;
    }
  };
  const isLacking = kernelOf(base).features.some((feature) => !capabilities.features.has(feature));
  const shared = isLacking ? ruleOf(base) : null;
  return shared === null ? ruleOf : () => shared;
}

/** Cells that can run, one problem after another, since cells on one problem share its reference. */
export function inRunningOrder({ cells }: Grid, { x, y }: SweepSettings): readonly Cell[] {
  const runnable = cells.filter(({ rule }) => rule === null);
  const byColumn = x.of === 'shape' && y?.of === 'knob';
  return byColumn ? runnable.sort((a, b) => a.column - b.column || a.row - b.row) : runnable;
}
