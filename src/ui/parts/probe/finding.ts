/** A finding in the form of the page: its value with its interval, and in words what it rests on or why it is withheld. */
import { css, html, nothing, type TemplateResult } from 'lit';
import type { ProbeResult } from '../../../lab/probe-result.ts';
import { cutSeries } from '../../../probes/parts/findings.ts';
import type { Found, Row } from '../../../probes/types.ts';
import { figure } from '../../look/figure.ts';
import {
  bytes,
  capital,
  commonMeasure,
  duration,
  exact,
  type Figure,
  figureText,
  measure,
  plain,
  significant,
  stopped,
  timeInterval,
  typeset,
} from '../../look/format.ts';

/** Nothing where it is withheld. */
export function valueFigure({ value, unit }: Found): TemplateResult | typeof nothing {
  if (value === null) return nothing;
  // A unit of several words may break where a number and its unit must not.
  if (!unit.includes(' ')) return figure(valued(value, unit));
  const sign = unit.startsWith('%') ? '%' : '';
  return html`${figure(plain(value, sign))} <span class="small soft">${unit.slice(sign.length).trim()}</span>`;
}

/** What is counted and not measured, so that it is written in full. */
const COUNTED: ReadonlySet<string> = new Set(['elements', 'dispatches']);

/** A value in the unit that suits it: thousands of billions a second are trillions. */
function valued(value: number, unit: string): Figure {
  if (COUNTED.has(unit)) return exact(Math.round(value), unit);
  if (unit === 'B') return bytes(value);
  return unit === 'ns' ? duration(value) : measure({ value, unit });
}

/** The value of a finding, or of the roof that was made of one, within a sentence; null where it is withheld. */
export function valueText({ value, unit }: Pick<Found, 'value' | 'unit'>): string | null {
  return value === null ? null : figureText(valued(value, unit));
}

/** "405 to 419", in the unit of the value; null where there is no interval, or no value. */
export function intervalText({ value, interval, unit }: Found): string | null {
  if (!interval || value === null) return null;
  const [low, high] = interval;
  if (unit === 'ns') return figureText(timeInterval(low, high, value));
  if (COUNTED.has(unit)) return `${exact(Math.round(low)).value} to ${exact(Math.round(high)).value}`;
  if (unit === 'B') return `${figureText(bytes(low))} to ${figureText(bytes(high))}`;
  const [size] = commonMeasure([value], unit);
  return `${significant(low / size)} to ${significant(high / size)}`;
}

/** A sentence, or nothing where nothing is said. */
export function basisOf({ says, withheld }: Found): string {
  const words = typeset(says);
  if (withheld === null) return words === '' ? '' : capital(stopped(words));
  return `${capital(typeset(withheld))}${words === '' ? '.' : ` (${words}).`}`;
}

/** How many rows were not measured, or not to their end, in sentences with a space before them; "" where all were. */
export function leftOutOf(rows: readonly Row[]): string {
  const late = rows.filter(({ withheld }) => withheld !== undefined);
  const cut = cutSeries(rows);
  return [
    ...(late.length === 0 ? [] : [`${late.length} of ${rows.length} rows are withheld: ${late[0].withheld ?? ''}`]),
    ...(cut === '' ? [] : [cut]),
  ]
    .map((sentence) => ` ${stopped(typeset(sentence))}`)
    .join('');
}

/** Why a probe came to no result, and what stands all the same: that which ended before it failed. */
export function reasonOf({ reason, rows }: Pick<ProbeResult, 'reason' | 'rows'>): string {
  const why = capital(stopped(typeset(reason ?? '')));
  return rows.length === 0 ? why : `${why} What was measured and checked before stands.${leftOutOf(rows)}`;
}

/** Stands where the value of a withheld finding would; it needs the styles of hatching too. */
export const WITHHELD = html`<span class="value-withheld hatch">withheld</span>`;
export const withheldStyles = css`
  .value-withheld {
    padding: 0 6px;
    border: 1px dashed var(--edge);
    border-radius: 3px;
  }
`;
