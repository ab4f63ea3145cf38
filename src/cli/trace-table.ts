/** A trace for a terminal: the source with counters beside each line, totals, findings. */
import { withCommas } from '../core/words.ts';
import type { TraceResult } from '../lab/trace-result.ts';
import type { Machine } from '../model/machines.ts';
import type { Finding, SiteCounts } from '../trace/report.ts';
import { wayOut } from './long-dispatch.ts';
import { columns, significant, wrap } from './text.ts';

const HEADER = ['Line', 'Access', 'Requests', 'Lanes', 'Sectors', 'Fewest', 'Passes', 'Fewest', 'L1', 'L2', 'Source'];
const RIGHT = [true, false, true, true, true, true, true, true, true, true, false];
const MARKS = { read: 'r', write: 'w', atomic: 'a' } as const;

/** `source` is the WGSL as it was written: lines of the trace are its lines. */
export function traceTable(result: TraceResult, machine: Machine, source: string): string {
  if (!result.traced) return `${wrap(untraced(result)).join('\n')}\n`;
  const passes = [...new Set(result.sites.map(({ pass }) => pass))];
  const lines = [
    ...wrap(headline(result, machine)),
    '',
    ...passes.flatMap((pass) => sourceTable(result, pass, source.split('\n'))),
    ...columns(totalRows(result), [false, true]),
    '',
    ...findingLines(result.findings),
    ...result.notes.flatMap((note) => wrap(`Note: ${note}.`)),
  ];
  return `${lines.join('\n')}\n`;
}

function untraced({ op, kernel, status, reason, refusal }: TraceResult): string {
  return [`${op} ${kernel} ${status}: ${reason}`, wayOut(refusal?.rule)].filter((part) => part !== null).join('. ');
}

function headline({ op, kernel, shape, dtype, knobs, traced }: TraceResult, machine: Machine): string {
  const { workgroups, of, events } = traced as NonNullable<TraceResult['traced']>;
  const settings = (values: object): string =>
    Object.entries(values)
      .map(([key, value]) => `${key} ${value}`)
      .join(', ');
  return (
    `${op} ${kernel}, ${settings(shape)}, ${dtype}, ${settings(knobs)}: ${withCommas(workgroups)} of ${withCommas(of)} workgroups, ` +
    `${withCommas(events)} events. Counted for ${machine.title.replace(/^A /, 'a ')}: groups of ${machine.group} lanes, sectors of ` +
    `${machine.sectorBytes} bytes, ${machine.banks} banks. Sectors and passes are per request.`
  );
}

/** Lines that access memory, and those next to them that say in what. */
function sourceTable({ sites, traced }: TraceResult, pass: number, source: readonly string[]): string[] {
  const own = sites.filter((site) => site.pass === pass);
  const entry = traced?.passes[pass]?.entry ?? '';
  const rows = [...own]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map((site, at, all) => row(site, all[at - 1]?.line === site.line ? '' : (source[site.line - 1]?.trim() ?? '')));
  return [`Pass ${pass}, ${entry}`, ...columns([HEADER, ...rows], RIGHT), ''];
}

function row(site: SiteCounts, text: string): string[] {
  const { line, access, buffer, requests, activeLanes, sectors, idealSectors, bankPasses, idealBankPasses, hits } =
    site;
  const each = (count: number): string => (requests === 0 ? '-' : significant(count / requests));
  const isStorage = hits !== null;
  const share = (count: number): string =>
    access === 'read' && sectors > 0 ? `${Math.round((100 * count) / sectors)}%` : '';
  return [
    String(line),
    `${MARKS[access]} ${buffer}`,
    withCommas(requests),
    each(activeLanes),
    isStorage ? each(sectors) : '',
    isStorage ? each(idealSectors) : '',
    isStorage ? '' : each(bankPasses),
    isStorage ? '' : each(idealBankPasses),
    isStorage ? share(hits.l1) : '',
    isStorage ? share(hits.l2) : '',
    text.length > 64 ? `${text.slice(0, 63)}…` : text,
  ];
}

function totalRows({ totals }: TraceResult): string[][] {
  const { bytesAsked, bytesFetched, bytesFromMemory, bytesToMemory, compulsoryBytes, barriers } = totals as NonNullable<
    TraceResult['totals']
  >;
  return [
    ['Storage', 'Bytes'],
    ['compulsory (touched once)', withCommas(compulsoryBytes)],
    ['asked for by lanes', withCommas(bytesAsked)],
    ['moved as sectors', withCommas(bytesFetched)],
    ['from memory, after caches', withCommas(bytesFromMemory)],
    ['to memory', withCommas(bytesToMemory)],
    ['barriers', withCommas(barriers)],
  ];
}

function findingLines(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return ['The sanitizer finds nothing.'];
  return findings.flatMap(({ kind, message, times }) =>
    wrap(`${kind}: ${message}${times > 1 ? ` (and ${withCommas(times - 1)} more like it)` : ''}.`),
  );
}
