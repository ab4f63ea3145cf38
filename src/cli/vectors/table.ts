/** The report of a `verify`: one line a case, a sentence for each result that is not correct, the tally. */
import { adapterLine, asSentence, columns, groupBy, significant, wrap } from '../text.ts';
import type { Row, RowStatus, VerifyDocument } from './row.ts';

const STATUSES: readonly RowStatus[] = ['correct', 'wrong', 'reference-only', 'unsupported', 'failed'];
const HEADER = ['case', 'operator', 'verdict', 'kernels', 'ratio', 'file', 'ONNX'];
const RIGHT = [false, false, false, true, true, true, false];
const NAME_WIDTH = 46;

export function verifyTable(document: VerifyDocument): string {
  const cases = byCase(document.results);
  const lines = [
    adapterLine(document.host, document.adapter),
    '',
    ...columns([HEADER, ...cases.map(caseLine)], RIGHT),
    '',
  ];
  lines.push(
    ...wrap(
      "ratio: largest error of a kernel as a share of its bound; file: the same for the file's own values, whose arithmetic " +
        "has its own rounding; ONNX: whether kernels are within the tolerance of ONNX's tests (rtol 1e-3, atol 1e-7).",
    ),
  );
  const remarks = remarksOn(document.results);
  if (remarks.length > 0) lines.push('', ...remarks.flatMap((remark) => wrap(remark)));
  lines.push('', tally(document.results, cases.length));
  return `${lines.join('\n')}\n`;
}

function byCase(rows: readonly Row[]): Row[][] {
  return groupBy(rows, (row) => row.case);
}

/** What a reader should know of a result although it is correct. */
function remarkable({ status, notes, onnx }: Row): readonly string[] {
  if (status === 'wrong' || onnx === null || onnx.passed) return notes;
  return [
    ...notes,
    `the file's values differ by ${significant(Number(onnx.ratio))} times ONNX's tolerance, within our bounds`,
  ];
}

/** A sentence for what is not correct and for what was noted, with the cases and kernels that it is true of. */
function remarksOn(rows: readonly Row[]): string[] {
  const spoken = rows.filter((row) => row.status !== 'correct' || remarkable(row).length > 0);
  const text = (row: Row): string =>
    [row.reason === null ? row.status : `${row.status}: ${row.reason}`, ...remarkable(row)].join('; ');
  return groupBy(spoken, text).map((alike) => {
    const cases = groupBy(alike, (row) => row.case).map((group) => {
      const named = group.flatMap(({ kernel }) => (kernel === null || kernel === 'reference' ? [] : [kernel]));
      const kernels = [...new Set(named)];
      return kernels.length > 0 ? `${group[0].case} (${kernels.join(', ')})` : group[0].case;
    });
    return asSentence(`${cases.join(', ')}: ${text(alike[0])}`);
  });
}

/** A case is as good as the worst of what was checked; an output that no kernel writes does not change that. */
function caseStatus(rows: readonly Row[]): RowStatus {
  const order: readonly RowStatus[] = ['wrong', 'failed', 'correct', 'reference-only', 'unsupported'];
  return order.find((status) => rows.some((row) => row.status === status)) ?? 'unsupported';
}

function caseLine(rows: readonly Row[]): string[] {
  const ran = rows.filter(({ kernel, verdict }) => kernel !== null && kernel !== 'reference' && verdict);
  // A kernel with several outputs is right where all of them are.
  const kernels = groupBy(ran, ({ op, kernel }) => `${op} ${kernel}`);
  const right = kernels.filter((outputs) => outputs.every(({ status }) => status === 'correct'));
  const ratios = ran.map(({ verdict }) => Number(verdict?.ratio));
  const files = rows.flatMap(({ file }) => (file ? [Number(file.ratio)] : []));
  const judged = rows.filter(({ onnx }) => onnx);
  const name = rows[0].case;
  return [
    name.length > NAME_WIDTH ? `...${name.slice(3 - NAME_WIDTH)}` : name,
    rows[0].operator ?? '',
    caseStatus(rows),
    kernels.length > 0 ? `${right.length} of ${kernels.length}` : '',
    ratios.length > 0 ? significant(Math.max(...ratios)) : '',
    files.length > 0 ? significant(Math.max(...files)) : '',
    judged.length === 0 ? '' : judged.every(({ onnx }) => onnx?.passed) ? 'within' : 'outside',
  ];
}

function tally(rows: readonly Row[], cases: number): string {
  const counts = STATUSES.map((status) => `${rows.filter((row) => row.status === status).length} ${status}`).join(', ');
  const results = rows.length === 1 ? 'result' : 'results';
  return `${cases} ${cases === 1 ? 'case' : 'cases'}, ${rows.length} ${results}: ${counts}`;
}
