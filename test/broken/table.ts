/** Tables of what was found: counts for docs/CHECKER.md, rows for whoever asks for them. */
import { markdownTable } from '../../src/cli/markdown.ts';
import { withCommas } from '../../src/core/words.ts';
import type { Request } from '../../src/lab/protocol.ts';
import { KINDS } from './fault.ts';
import type { FaultRecord, FaultRow, MutantRecord } from './records.ts';

/** How many faults there are of each kind, and how they were caught. */
export function faultCounts({ hosts, rows }: FaultRecord): string {
  const runs = rows.flatMap((row) => Object.values(row.hosts));
  const passed = runs.filter(({ status }) => status === 'correct').length;
  const byGate = runs.filter(({ gate }) => gate !== null).length;
  const hidden = runs.filter(({ gate, alone }) => gate !== null && alone === null).length;
  const largest = Math.max(...rows.filter(({ request }) => request.dtype !== 'f16').map(({ right }) => right));
  return [
    `${rows.length} faults on ${list(hosts)}: ${runs.length} runs, ${passed} of them passed. ${byGate} fell at a gate, of ` +
      `which ${hidden} would have passed without it. The right kernels' largest ratio in f32 is ${number(largest)}.`,
    `By kind: ${KINDS.map((kind) => `${kind} ${rows.filter((one) => one.kind === kind).length}`).join(', ')}.`,
  ].join('\n\n');
}

/** A row for each fault whose operation, kernel or name holds `filter`. */
export function faultRows({ hosts, rows }: FaultRecord, filter: string): string {
  const chosen = rows.filter(({ op, id, request }) => `${op}/${request.kernel} ${id}`.includes(filter));
  return markdownTable(
    ['Fault', 'Run on', ...hosts, 'Right kernel: r', 'The verdict'],
    chosen.map((row) => [
      `${row.id}: ${row.planted}`,
      requestText(row.request),
      ...hosts.map((host) => cell(row, host)),
      number(row.right),
      row.reason.replace(/^On the [^:]+: /, '').replace(/ \(and .*$/, ''),
    ]),
  );
}

/** "inf at exact integers, 178 alone": ratio and gate of the verdict, and the ratio of the problem without gates. */
function cell({ hosts }: FaultRow, host: string): string {
  const found = hosts[host];
  if (!found) return 'no f16';
  if (found.status !== 'wrong') return found.status;
  const alone = found.alone === null ? 'hidden' : `${number(found.alone)} alone`;
  return found.gate === null ? number(found.ratio) : `${number(found.ratio)} at ${found.gate}, ${alone}`;
}

/** A request on one line: kernel, shape, knobs, storage, inputs. */
function requestText({ op, kernel, shape, knobs, dtype, input }: Request): string {
  const pairs = Object.entries({ ...shape, ...knobs }).map(([key, value]) => `${key}=${value}`);
  return `${op} ${kernel} ${[pairs.join(', '), dtype, input].filter(Boolean).join('; ')}`;
}

/** What became of the edits, and why some survive: the reasons by their first words. */
export function mutantCounts({ host, most, rows }: MutantRecord): string {
  const total = (fate: 'killed' | 'invalid' | 'hung' | 'survived'): number =>
    rows.reduce((sum, { fates }) => sum + fates[fate], 0);
  const survivors = rows.flatMap((row) => row.survivors);
  const reasons = new Map<string, number>();
  for (const { why } of survivors) {
    const reason = why === null ? 'unexplained' : (/^[^:,.]+/.exec(why)?.[0] ?? why);
    reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  const [killed, invalid, hung, survived] = (['killed', 'invalid', 'hung', 'survived'] as const).map(total);
  return [
    `At most ${most} edits of each of ${rows.length} kernels, on ${host}: ${killed + invalid + hung + survived} edits, ` +
      `${killed} wrong, ${invalid} refused by WebGPU, ${hung} hung, ${survived} survived.`,
    markdownTable(
      ['Why they survive', 'Edits'],
      [...reasons].sort((a, b) => b[1] - a[1]).map(([reason, count]) => [reason, String(count)]),
      [1],
    ),
  ].join('\n\n');
}

/** A row for each kernel whose path holds `filter`, and below it each survivor with what is known of it. */
export function mutantRows({ rows }: MutantRecord, filter: string): string {
  const chosen = rows.filter(({ kernel }) => kernel.includes(filter));
  return [
    markdownTable(
      ['Kernel', 'Wrong', 'Refused by WebGPU', 'Hung', 'Survived'],
      chosen.map(({ kernel, fates }) => [
        kernel,
        ...[fates.killed, fates.invalid, fates.hung, fates.survived].map((count) => String(count)),
      ]),
    ),
    markdownTable(
      ['Kernel', 'Line', 'Survivor', 'Why'],
      chosen.flatMap(({ kernel, survivors }) =>
        survivors.map(({ line, before, after, why }) => [
          kernel,
          String(line),
          `\`${before}\` becomes ${after === '' ? 'nothing' : `\`${after}\``}`,
          why ?? 'unexplained',
        ]),
      ),
    ),
  ].join('\n\n');
}

function number(value: number | 'Infinity' | null): string {
  if (value === 'Infinity' || value === Number.POSITIVE_INFINITY) return 'inf';
  if (value === null) return '';
  if (value >= 1000) return withCommas(Math.round(value));
  return String(Number(value.toPrecision(2)));
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join('; ')} and ${names.at(-1)}`;
}
