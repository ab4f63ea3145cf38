/** The tables of docs/CHECKER.md. */
import { markdownTable } from '../../src/cli/markdown.ts';
import { shaderPath } from '../../src/kernels/index.ts';
import type { Request } from '../../src/lab/protocol.ts';
import { type Fault, KINDS, rightRequest } from './fault.ts';
import { caughtAt, type Finding, rightRatio } from './faults.ts';
import type { Fate, Outcome } from './mutation.ts';
import type { Target } from './targets.ts';

/** What was found on one host; faults that it cannot run are left out. */
export interface HostFindings {
  readonly target: Target;
  readonly found: readonly Finding[];
}

/** One table an operation: a row for each fault, a column for each host. */
export function faultTables(hosts: readonly HostFindings[], faults: readonly Fault[]): string {
  const operations = [...new Set(faults.map(({ op }) => op))];
  return [
    coverage(faults, operations),
    ...operations.map(
      (op) =>
        `### ${op}\n\n${faultTable(
          hosts,
          faults.filter((one) => one.op === op),
        )}`,
    ),
  ].join('\n\n');
}

function coverage(faults: readonly Fault[], operations: readonly string[]): string {
  const count = (kind: string, op: string): string =>
    String(faults.filter((one) => one.kind === kind && one.op === op).length || '');
  return markdownTable(
    ['How many faults of each kind', ...operations],
    KINDS.map((kind) => [kind, ...operations.map((op) => count(kind, op))]),
  );
}

function faultTable(hosts: readonly HostFindings[], faults: readonly Fault[]): string {
  const rows = faults.map((fault) => {
    const found = hosts.map((host) => host.found.find((one) => one.fault === fault));
    const some = found.filter((one) => one !== undefined);
    return [
      `**${fault.kind}**: ${fault.planted}`,
      requestText(rightRequest(fault)),
      ...found.map((one) => (one ? cell(one) : 'no f16')),
      number(Math.max(...some.map(rightRatio))),
      some[0]?.broken.reason?.replace(/^On the [^:]+: /, '').replace(/ \(and .*$/, '') ?? '',
    ];
  });
  return markdownTable(
    ['Fault', 'Run on', ...hosts.map(({ target }) => target.title), 'Right kernel: r', 'Element named'],
    rows,
  );
}

/** "inf at exact integers, 178 alone": ratio and gate of the verdict, and the ratio of the problem without gates. */
function cell(finding: Finding): string {
  const { broken, alone } = finding;
  if (broken.status !== 'wrong') return `**${broken.status}**`;
  const gate = caughtAt(finding);
  const own = `${number(alone?.ratio)} alone`;
  return gate === null
    ? number(broken.verdict?.ratio)
    : `${number(broken.verdict?.ratio)} at ${gate}, ${alone?.correct ? 'hidden' : own}`;
}

/** A request on one line: kernel, shape, knobs, storage, inputs. */
function requestText({ kernel, shape, knobs, dtype, input }: Request): string {
  const pairs = Object.entries({ ...shape, ...knobs }).map(([key, value]) => `${key}=${value}`);
  return `\`${kernel}\` ${[pairs.join(', '), dtype, input].filter(Boolean).join('; ')}`;
}

function number(value: number | string | undefined): string {
  if (value === 'Infinity' || value === Number.POSITIVE_INFINITY) return 'inf';
  if (typeof value !== 'number') return '';
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(2)));
}

/** A row for each kernel, and below it each survivor with what is known of it. */
export function mutantTables(outcomes: readonly Outcome[]): string {
  const kernels = [...new Set(outcomes.map(({ kernel }) => kernel))];
  const rows = [
    ...kernels.map((kernel) => ({
      title: `\`${kernel.op}/${kernel.id}\``,
      own: outcomes.filter((one) => one.kernel === kernel),
    })),
    { title: '**all**', own: outcomes },
  ];
  const counts = markdownTable(
    ['Kernel', 'Edits', 'Refused by WebGPU', 'Wrong', 'Hung', 'Survived', 'of them unexplained'],
    rows.map(({ title, own }) => {
      const count = (fate: Fate): string => String(own.filter((one) => one.fate === fate).length);
      return [
        title,
        String(own.length),
        count('invalid'),
        count('killed'),
        count('hung'),
        count('survived'),
        String(unexplained(own).length),
      ];
    }),
  );
  const survivors = outcomes.filter(({ fate }) => fate === 'survived');
  if (survivors.length === 0) return counts;
  return `${counts}\n\n${markdownTable(
    ['Kernel', 'Line', 'Survivor', 'Why'],
    survivors.map(({ kernel, mutant, explained }) => [
      `\`${shaderPath(kernel).replace('.wgsl', '')}\``,
      String(mutant.line),
      `\`${mutant.before}\` becomes ${mutant.after === '' ? 'nothing' : `\`${mutant.after}\``}`,
      explained ?? '**unexplained**',
    ]),
  )}`;
}

export function unexplained(outcomes: readonly Outcome[]): Outcome[] {
  return outcomes.filter(({ fate, explained }) => fate === 'survived' && explained === undefined);
}
