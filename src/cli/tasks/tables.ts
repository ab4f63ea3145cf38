import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Refusal } from '../../core/errors.ts';
import { withCommas } from '../../core/words.ts';
import { findKernel } from '../../kernels/index.ts';
import { unreadable } from '../../lab/document.ts';
import { verdictWords } from '../../lab/outcome.ts';
import type { Result } from '../../lab/result.ts';
import type { BenchDocument } from '../document.ts';
import { intoDocument, markdownTable } from '../markdown.ts';
import { measureColumns } from '../measures.ts';
import { toStderr } from '../setup/files.ts';
import { groupBy, significant } from '../text.ts';

const COMMAND = 'npm run tables';
const RESULTS = 'bench/results';

interface Section {
  /** The marker in the document. */
  readonly name: string;
  /** How the stored results begin: `RESULTS-ADAPTER.json`. */
  readonly results: string;
  readonly document: string;
  readonly write: (documents: readonly BenchDocument[], roofs: readonly Roof[]) => string;
}

/** What `node bench/roof.mjs --json` writes: the highest rate of an adapter, in `unit`. */
interface Roof {
  readonly adapter: string;
  readonly unit: string;
  readonly value: number;
}

const SECTIONS: readonly Section[] = [
  { name: 'steps-matmul', results: 'ladder-matmul', document: 'README.md', write: steps },
  { name: 'ladder-matmul', results: 'ladder-matmul', document: 'docs/MATMUL.md', write: ladder },
  { name: 'ladder-attention', results: 'ladder-attention', document: 'docs/ATTENTION.md', write: ladder },
  { name: 'curve-attention', results: 'curve-attention', document: 'docs/ATTENTION.md', write: curve },
];

/** `npm run tables`: writes the tables of README.md and docs/ from the results that `bench` left in bench/results/. */
export async function tables(root: string, args: readonly string[]): Promise<number> {
  if (args.length > 0) throw new Refusal(`${COMMAND} takes no arguments, and got "${args[0]}".`);
  const roofs = filesOf(root, 'roof').map((file) => parsed(join(root, RESULTS, file)) as Roof);
  for (const { name, results, document, write } of SECTIONS) {
    const files = filesOf(root, results);
    if (files.length === 0) throw new Refusal(`There is no result ${RESULTS}/${results}-*.json to make a table of.`);
    const documents = files.map((file) => read(join(root, RESULTS, file)));
    const path = join(root, document);
    if (!existsSync(path)) throw new Refusal(`There is no ${document} to write to.`);
    writeFileSync(path, intoDocument(readFileSync(path, 'utf8'), name, COMMAND, write(documents, roofs)));
    toStderr(`${document}: ${name} from ${files.join(' and ')}.`);
  }
  return 0;
}

function read(path: string): BenchDocument {
  const document = parsed(path) as BenchDocument;
  const why = unreadable(document.version);
  if (why !== null) throw new Refusal(`${basename(path)} cannot be read: ${why}.`);
  if (!Array.isArray(document.results) || document.results.length === 0) {
    throw new Refusal(`${basename(path)} holds no results of bench.`);
  }
  const edited = document.results.find(({ source }) => source);
  if (edited) {
    throw new Refusal(
      `${basename(path)} holds a result of an edited ${edited.kernel}; the tables are of saved kernels.`,
    );
  }
  return document;
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new Refusal(`${basename(path)} is not JSON.`);
  }
}

/** A row for each kernel; for each adapter its time and the headline of its measures. All results are of one problem. */
function ladder(documents: readonly BenchDocument[]): string {
  const notes: string[] = [];
  const headline = measureColumns(
    documents.flatMap(({ results }) => results),
    1,
  );
  const kernels = new Map(documents.flatMap(({ results }) => results).map((result) => [result.kernel, result]));
  const rows = [...kernels.values()].map(({ op, kernel }) => [
    kernel,
    findKernel(op, kernel)?.title ?? '',
    ...documents.flatMap(({ results }) => {
      const result = results.find((one) => one.kernel === kernel);
      return [timeOf(result, notes), ...headline.cells(result)];
    }),
  ]);
  const head = [
    'Kernel',
    'What is new in it',
    ...documents.flatMap((one) => [`${adapterOf(one)}, ms`, ...headline.heads]),
  ];
  const text = [markdownTable(head, rows, right(head, 2)), ...footnotes(notes)];
  return [`${problemOf(documents[0].results[0])}; ${conditions(documents)}.`, ...text].join('\n\n');
}

function filesOf(root: string, results: string): string[] {
  const all = readdirSync(join(root, RESULTS)).filter(
    (file) => file.startsWith(`${results}-`) && file.endsWith('.json'),
  );
  return all.sort();
}

/** The kernels of the first adapter that are faster than every one numbered before them: the steps that gained there, and its arithmetic roof. */
function steps([document]: readonly BenchDocument[], roofs: readonly Roof[]): string {
  const { results } = document;
  const headline = measureColumns(results, 1);
  let bestNs = Number.POSITIVE_INFINITY;
  let slowestNs = 0;
  const rows = results.flatMap((result) => {
    const ns = result.time?.medianNs ?? Number.POSITIVE_INFINITY;
    // One that takes the best of the others is not a step.
    if (result.chosen || result.status !== 'correct' || ns >= bestNs) return [];
    bestNs = ns;
    slowestNs ||= ns;
    const title = findKernel(result.op, result.kernel)?.title ?? '';
    const gain = `${significant(slowestNs / ns)}x`;
    return [[result.kernel, title, timeOf(result, []), ...headline.cells(result), gain]];
  });
  const head = ['Kernel', 'What is new in it', `${adapterOf(document)}, ms`, ...headline.heads, 'against the first'];
  const roof = roofs.find(
    ({ adapter, unit }) => adapter === document.adapter?.description && unit === headline.heads[0],
  );
  const first = results.find(({ time }) => time?.medianNs === slowestNs)?.measures[0];
  if (roof && first) {
    const gain = `${significant(roof.value / first.value)}x`;
    rows.push(['(roof)', 'Multiply-adds in registers: nothing is loaded', '', significant(roof.value), gain]);
  }
  return [`${problemOf(results[0])}; ${conditions([document])}.`, markdownTable(head, rows, right(head, 2))].join(
    '\n\n',
  );
}

/** A row for each value of the one size that varies; for each kernel its time and its scratch. */
function curve(documents: readonly BenchDocument[]): string {
  return documents.map((document) => curveOf(document)).join('\n\n');
}

function curveOf(document: BenchDocument): string {
  const { results } = document;
  const [first] = results;
  const key = Object.keys(first.shape).find((one) => results.some(({ shape }) => shape[one] !== first.shape[one]));
  if (key === undefined) throw new Refusal('No size varies in the results of a curve.');
  const notes: string[] = [];
  const kernels = [...new Set(results.map(({ kernel }) => kernel))];
  const rows = groupBy(results, ({ shape }) => String(shape[key])).map((group) => [
    withCommas(group[0].shape[key]),
    ...kernels.flatMap((kernel) => {
      const result = group.find((one) => one.kernel === kernel);
      return [timeOf(result, notes), result?.work ? withCommas(result.work.scratchBytes) : ''];
    }),
  ]);
  const head = [key, ...kernels.flatMap((kernel) => [`${kernel}, ms`, 'scratch, bytes'])];
  const { [key]: _, ...rest } = first.shape;
  return [
    `${problemOf({ ...first, shape: rest })}; ${conditions([document])}.`,
    markdownTable(head, rows, right(head, 0)),
    ...footnotes(notes),
  ].join('\n\n');
}

/** Milliseconds, or what the kernel was instead, with a footnote for the reason. */
function timeOf(result: Result | undefined, notes: string[]): string {
  if (!result) return '';
  const { status, reason, time } = result;
  if (status !== 'correct') {
    const note = reason ?? status;
    if (!notes.includes(note)) notes.push(note);
    return `${verdictWords(result)} [${notes.indexOf(note) + 1}]`;
  }
  return time?.medianNs ? significant(time.medianNs / 1e6) : 'unresolved';
}

function footnotes(notes: readonly string[]): string[] {
  return notes.length === 0 ? [] : [notes.map((note, index) => `${index + 1}. ${note}`).join('\n')];
}

function right(head: readonly string[], from: number): number[] {
  return head.map((_, column) => column).filter((column) => column >= from);
}

function problemOf({ op, shape, dtype }: Pick<Result, 'op' | 'shape' | 'dtype'>): string {
  const sizes = Object.entries(shape).filter(([, value]) => value !== 0);
  return `${op}, ${sizes.map(([key, value]) => `${key} ${withCommas(value)}`).join(', ')}, ${dtype}`;
}

function conditions(documents: readonly BenchDocument[]): string {
  const which = documents.map((one) => `${one.host} on ${adapterOf(one)}, ${one.createdAt.slice(0, 10)}`);
  const software = documents.some(({ adapter }) => adapter?.software)
    ? '; software adapters, whose times say nothing about GPUs'
    : '';
  return `${which.join('; ')}${software}`;
}

/** A short name: drivers put their whole build into theirs. */
function adapterOf({ adapter }: BenchDocument): string {
  const name = adapter?.description || adapter?.device || adapter?.vendor || 'an adapter without a name';
  if (/llvmpipe/i.test(`${name} ${adapter?.device}`)) return 'lavapipe';
  if (/swiftshader/i.test(`${name} ${adapter?.architecture}`)) return 'SwiftShader';
  return name;
}
