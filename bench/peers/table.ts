/** docs/PEERS.md from the stored results. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Refusal } from '../../src/core/errors.ts';
import { unreadable } from '../../src/lab/document.ts';
import { title } from './cases.ts';
import { racesSection } from './races.ts';
import { hardestPeer, isOurs } from './ranking.ts';
import type { Entry, PeersDocument, ShapeReport } from './types.ts';

/** The goal: this many times the rate of the fastest peer. */
const GOAL = 1.5;

const INTRO = `# Our kernels beside other libraries

\`node bench/peers/run.mjs table\` writes this page from \`bench/results/peers-*.json\`; \`node bench/peers/run.mjs matmul\`
(or \`attention\`; \`--host chrome|dawn\`, \`--adapter swiftshader|lavapipe\`, \`--kernel ID\`, \`--shape m=512,n=512,k=512\`,
\`--quick\`) measures. The libraries are installed in \`bench/peers/\`, apart from the project's own packages.

**How it is measured.** All contestants of one shape run in one process (or page) on one adapter, with the same inputs
(seed 1), which are on the device before any time is taken; outputs stay there. A sample is a batch of runs, each issued
as the library issues a call (ours: a command buffer of its own), back to back and awaited once by the host's clock; it
lasts at least 100 ms. Buffers are the same every time: caches are warm. Contestants take turns in an order drawn
afresh each round. Every output is judged by the same verdict as our kernels' (f32, no allowance for any library), before and
after the timed rounds. A contestant whose runs are too long for the shape's 20 s has one sample, its first run with its compilation. Where the
scores that a library writes out would not fit into one binding, it gets the heads in several calls; otherwise it fails.
The ratio is the median over rounds of the peer's time divided by ours in the same round, for the peer where it is
smallest; a library whose output is wrong is shown with its time but not ranked. The JSON holds every sample, the
adapter that each library's device reports, and how many shader modules and dispatches it created in a run.

**What each one computes.** jax-js: \`numpy.matmul\`, \`nn.dotProductAttention\`, compiled by \`jit\`. TensorFlow.js: \`matMul\`;
attention as two products and a softmax, heads that share keys folded into one longer head. ONNX Runtime: MatMul;
"fused" is MultiHeadAttention, or GroupQueryAttention where heads are shared and the problem is causal or a single token
(its cache is extended in place); "unfused" is MatMul, Mul, Softmax, MatMul over keys that were transposed beforehand.
Its fused attention is wrong on adapters whose subgroups are 4 or 8 wide, from 32 queries on: its own CPU provider
differs from its WebGPU provider there by 0.1 to 0.4 in values of size 1 or less, and agrees to 1e-6 up to 31 queries.
In Chrome its device is therefore made without subgroups for such shapes, with which it takes another way and is right;
in Node nothing can be withheld from it.
ONNX Runtime in Node switches Dawn's bounds checks (robustness) off as shipped; ours is therefore measured with and
without them. "GPU" is our time by the device's own clock, for comparison with the wall time that everyone gets.
`;

/** The page of every stored result in `results`, and how many there are. */
export function pageOf(results: string): { readonly text: string; readonly count: number } {
  const documents = readdirSync(results)
    .filter((name) => /^peers-.*\.json$/.test(name))
    .sort()
    .map((name) => read(join(results, name)));
  const text = [INTRO, ...documents.map(section), racesSection(join(results, 'races.json'))].join('\n');
  return { text, count: documents.length };
}

/** Throws a `Refusal` where the file is of a version whose form is another. */
function read(path: string): PeersDocument {
  const document = JSON.parse(readFileSync(path, 'utf8')) as PeersDocument;
  const why = unreadable(document.version);
  if (why !== null) throw new Refusal(`${basename(path)} cannot be read: ${why}.`);
  return document;
}

function section(document: PeersDocument): string {
  const { op, host, adapter, createdAt, processors, load, versions } = document;
  const software = /swiftshader|llvmpipe|lavapipe/i.test(adapter)
    ? ' A software adapter: the ratios hold for it alone.'
    : '';
  return `## ${op}, ${host === 'dawn' ? 'Dawn in Node' : 'Chrome'}, ${adapter}

${createdAt.slice(0, 10)}, ${processors} processors, load average ${load.map((value) => value.toFixed(1)).join(' to ')}.${software}
Milliseconds for one run, ${unitOf(document)} in brackets. ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.

${table(document.shapes)}
`;
}

/** One row a shape, one column a contestant, and for each of ours its ratio to the hardest peer. */
export function table(shapes: readonly ShapeReport[]): string {
  const notes: string[] = [];
  const columns = [...new Map(shapes.flatMap(({ entries }) => entries.map(({ id, title }) => [id, title] as const)))];
  // A contestant that was lost comes last in its report; ours are first in any case.
  columns.sort(([a], [b]) => Number(b.startsWith('ours:')) - Number(a.startsWith('ours:')));
  const own = columns.filter(([id]) => id.startsWith('ours:'));
  const head = [
    'shape',
    ...columns.map(([, name]) => name),
    ...own.map(([, name]) => (own.length > 1 ? `ratio, ${name}` : 'ratio')),
  ];
  const rows = shapes.map((report) => {
    const find = (id: string): Entry | undefined => report.entries.find((entry) => entry.id === id);
    return [
      title(report.op, report.shape),
      ...columns.map(([id]) => cell(find(id), notes)),
      ...own.map(([id]) => ratio(report, find(id))),
    ];
  });
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  return [...lines, ...(notes.length > 0 ? ['', ...notes.map((note, at) => `${at + 1}. ${note}`)] : [])].join('\n');
}

function cell(entry: Entry | undefined, notes: string[]): string {
  if (!entry) return '';
  if (entry.status === 'failed' || entry.medianMs === null) return `failed [${note(notes, entry)}]`;
  if (entry.status === 'wrong') return `(${digits(entry.medianMs)}) wrong [${note(notes, entry)}]`;
  const gpu = isOurs(entry) && entry.deviceMs !== null ? `, GPU ${digits(entry.deviceMs)}` : '';
  return `${digits(entry.medianMs)}${gpu} (${digits(entry.measures[0].value)})`;
}

function unitOf({ shapes }: PeersDocument): string {
  const entries = shapes.flatMap((report) => report.entries);
  return entries.find(({ measures }) => measures.length > 0)?.measures[0].unit ?? 'rate';
}

/** Number of the note that says why; the same words share one. */
function note(notes: string[], { title, program, reason }: Entry): number {
  const text = `${title}${program ? ` (${program})` : ''}: ${reason}`;
  if (!notes.includes(text)) notes.push(text);
  return notes.indexOf(text) + 1;
}

function ratio(report: ShapeReport, entry: Entry | undefined): string {
  if (entry?.status !== 'correct') return '';
  const hardest = hardestPeer(report, entry);
  if (!hardest) return report.entries.every(isOurs) ? 'no peer ran' : 'no peer is right';
  const text = `${hardest.ratio.toFixed(2)} x ${hardest.peer.title}`;
  return hardest.ratio >= GOAL ? `**${text}**` : text;
}

function digits(value: number): string {
  return value >= 1000 ? String(Math.round(value)) : value.toPrecision(3);
}
