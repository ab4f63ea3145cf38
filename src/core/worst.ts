/** The worst element of a verdict, as data and in words. */
import type { OutputJudge, WorstElement } from './judge.ts';
import { matrixRows } from './sample.ts';
import { withCommas } from './words.ts';

/** One element as it was compared. */
export interface Compared {
  readonly judge: OutputJudge;
  readonly row: number;
  readonly column: number;
  readonly actual: number;
  readonly expected: number;
  readonly error: number;
  readonly bound: number;
  readonly ratio: number;
  /** It still holds the poison. */
  readonly unwritten: boolean;
}

/** Output tile of one workgroup, in rows and columns of one matrix of the output. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
}

/** A number as JSON can hold it: NaN and the infinities become their names. */
export function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** The element for a result document. */
export function worstElement(
  compared: Compared,
  tile?: Tile,
  lane?: (row: number, column: number) => number,
): WorstElement {
  const { judge, row, column } = compared;
  const index = row * judge.rowLength + column;
  return {
    tensor: judge.tensor,
    index,
    row,
    column,
    at: position(index, judge.dims),
    ...(tile ? { tile: tileName(compared, tile) } : {}),
    ...(lane ? { lane: lane(row, column) } : {}),
    actual: jsonNumber(compared.actual),
    expected: jsonNumber(compared.expected),
    error: jsonNumber(compared.error),
    bound: jsonNumber(compared.bound),
    ratio: jsonNumber(compared.ratio),
  };
}

/** The wrong elements beside the one that is named, and where they were looked for. */
export interface Others {
  readonly count: number;
  /** Elements of all outputs, and those compared with the reference. */
  readonly total: number;
  readonly checked: number;
  /** Of the wrong ones, how many the scan of every element found: what is NaN, was never written or is too low. */
  readonly scanned: number;
}

/**
 * E.g. "row 17, column 3 of tile 1: got 0.2513, expected 0.251, allowed error 0.00002 (and 12 more of those checked)". An
 * exact comparison has exact values.
 */
export function describe(compared: Compared, others: Others, tile?: Tile): string {
  const { actual, expected, error, bound, judge, row, column } = compared;
  const height = matrixRows(judge);
  const at = position(row * judge.rowLength + column, judge.dims);
  const groups = [
    ...(height < judge.rows ? [`${judge.tensor}[${at.slice(0, -2).join(', ')}]`] : []),
    ...(tile ? [`tile ${tileName(compared, tile)}`] : []),
  ];
  const place = judge.rowLength === 1 ? `element ${row}` : `row ${row % height}, column ${column}`;
  const more = others.count > 0 ? ` (and ${withCommas(others.count)} more${among()})` : '';
  // As many digits as it takes to tell the two apart, and two more.
  const scale = Math.max(Math.abs(actual), Math.abs(expected)) / error;
  const digits =
    bound === 0 ? 17 : Number.isFinite(scale) ? Math.min(17, Math.max(4, Math.ceil(Math.log10(scale)) + 2)) : 6;
  const show = (value: number, precision = digits) => String(Number(value.toPrecision(precision)));
  return `${[place, ...groups].join(' of ')}: ${outcome()}${more}`;

  /** Where only a part was compared, a count that is larger than that part would be a riddle. */
  function among(): string {
    const { total, checked, scanned } = others;
    if (checked === total) return '';
    if (scanned === 0) return ' of those checked';
    const { least } = judge;
    const isLow = least !== undefined && actual < least;
    const what = compared.unwritten ? 'elements never written' : isLow ? `numbers below ${least}` : 'NaN';
    return `; all ${withCommas(total)} were scanned for ${what}`;
  }

  function outcome(): string {
    if (compared.unwritten) return `never written, expected ${show(expected)}`;
    if (Number.isNaN(expected))
      return 'the reference itself is NaN: the inputs hold NaN or infinity, on which WGSL promises nothing';
    if (bound === Number.POSITIVE_INFINITY)
      return `got ${show(actual)}, expected an overflow: ${show(expected)} or beyond`;
    const { least } = judge;
    if (least !== undefined && actual < least)
      return `got ${show(actual)}, expected ${show(expected)}, and nothing below ${least} is right`;
    const allowed = bound === 0 ? 'not a bit of difference allowed' : `allowed error ${show(bound, 2)}`;
    return `got ${show(actual)}, expected ${show(expected)}, ${allowed}`;
  }
}

/** Number of the tile within its matrix; "(row, column)" of tiles where there are several columns of them. */
function tileName({ judge, row, column }: Compared, tile: Tile): string {
  const down = Math.floor((row % matrixRows(judge)) / tile.rows);
  return tile.columns < judge.rowLength ? `(${down}, ${Math.floor(column / tile.columns)})` : String(down);
}

/** Index along each dimension of a dense row-major index. */
function position(index: number, dims: readonly number[]): number[] {
  const at = new Array<number>(dims.length);
  let rest = index;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    at[axis] = rest % dims[axis];
    rest = Math.floor(rest / dims[axis]);
  }
  return at;
}
