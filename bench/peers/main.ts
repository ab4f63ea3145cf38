/** `node bench/peers/run.mjs`: measures our kernels beside other libraries, or writes the page about it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { join, relative } from 'node:path';
import { choose, didYouMean, parseFlags, parseNumber, parsePairs, wholeNumber } from '../../src/cli/args.ts';
import { checkWritable, writeWhole } from '../../src/cli/document.ts';
import { ADAPTERS } from '../../src/cli/hosts/options.ts';
import { asSentence } from '../../src/cli/text.ts';
import { Failure, Refusal, sentence } from '../../src/core/errors.ts';
import { kernelsOf } from '../../src/kernels/index.ts';
import { VERSION } from '../../src/lab/document.ts';
import { findOperation } from '../../src/ops/index.ts';
import type { Shape } from '../../src/ops/types.ts';
import { CASES, title } from './cases.ts';
import { type HostSettings, runOn } from './hosts.ts';
import { failed, problemOf } from './measure.ts';
import { hardestPeer, hopeless, isOurs } from './ranking.ts';
import { pageOf, table } from './table.ts';
import type { Job, PeersDocument, ShapeReport } from './types.ts';

const HOSTS = ['chrome', 'dawn'] as const;
/** A peer that needs longer for one run is not waited for. */
const LONGEST_RUN_MS = 45_000;
const PACKAGES = ['@jax-js/jax', '@tensorflow/tfjs-backend-webgpu', 'onnxruntime-web', 'onnxruntime-node'];

const USAGE = `node bench/peers/run.mjs matmul|attention [flags]   measures
node bench/peers/run.mjs table                      writes docs/PEERS.md from bench/results/peers-*.json

--host chrome|dawn       dawn by default
--adapter default|swiftshader|lavapipe
--kernel ID              of ours; several may be given; the operation's auto kernel by default
--shape k=v,...          instead of the stored shapes; several may be given
--without ID             leaves a contestant out; several may be given
--samples N              rounds; 11 by default
--quick                  the smaller shapes, 3 rounds
--ours                   our kernels alone; no library is installed
--robust-ort             ONNX Runtime in Node with the bounds checks that it leaves out as shipped
--no-race                our auto kernel goes by its rules, without a race before any time is taken
--limit SECONDS          longest silence of a contestant before it counts as hung; 90 by default
--json FILE              bench/results/peers-OP-HOST-ADAPTER.json by default, where all stored shapes are run
`;

/** Exit status: 0, 1 where an output of ours was wrong, 2 where the request was unusable, 3 without an adapter. */
export async function main(argv: readonly string[], folder: string, bundles: string): Promise<number> {
  try {
    return await run(argv, folder, bundles);
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof Failure)) throw error;
    process.stderr.write(`${asSentence(sentence(error))}\n`);
    return error instanceof Failure && error.code === 'no-adapter' ? 3 : 2;
  }
}

async function run(argv: readonly string[], folder: string, bundles: string): Promise<number> {
  const flags = parseFlags(argv, {
    host: {},
    adapter: {},
    kernel: { multiple: true },
    shape: { multiple: true },
    without: { multiple: true },
    samples: {},
    quick: { boolean: true },
    ours: { boolean: true },
    'robust-ort': { boolean: true },
    'no-race': { boolean: true },
    limit: {},
    json: {},
    help: { boolean: true },
  });
  const root = join(folder, '../..');
  const results = join(root, 'bench/results');
  const [op = '', ...rest] = flags.positionals;
  if (flags.has('help') || op === '') {
    process.stdout.write(USAGE);
    return op === '' && !flags.has('help') ? 2 : 0;
  }
  if (op === 'table') {
    const page = join(root, 'docs/PEERS.md');
    const { text, count } = pageOf(results);
    writeFileSync(page, text);
    process.stderr.write(`${relative('.', page)} holds ${count} stored results.\n`);
    return 0;
  }
  if (!(op in CASES)) throw new Refusal(`There is no "${op}" here: use ${Object.keys(CASES).join(', ')} or table.`);
  if (rest.length > 0) throw new Refusal(`One operation at a time: "${rest[0]}" is one too many.`);

  const host = choose(flags.value('host') ?? 'dawn', HOSTS, 'host');
  const adapter = choose(flags.value('adapter') ?? 'default', ADAPTERS, 'adapter');
  const ids = kernelsOf(op).map(({ id }) => id);
  for (const id of flags.values('kernel')) choose(id, ids, `kernel of ${op}`);
  const isQuick = flags.has('quick');
  const given = flags.values('shape').map((text) => shapeOf(op, text));
  const shapes =
    given.length > 0 ? given : CASES[op].filter(({ quick }) => quick || !isQuick).map(({ shape }) => shape);
  const limit = wholeNumber(flags.value('limit') ?? '90', '--limit', 1, 3600);
  const settings: HostSettings = { host, adapter, folder, bundles, silenceMs: 1000 * limit };
  const base: Omit<Job, 'shape'> = {
    op,
    seed: 1,
    kernels: flags.values('kernel'),
    without: flags.values('without'),
    robustOrt: flags.has('robust-ort'),
    race: !flags.has('no-race'),
    samples: isQuick ? 3 : wholeNumber(flags.value('samples') ?? '11', '--samples', 1, 1000),
    batchMs: 100,
    shapeMs: isQuick ? 8_000 : 20_000,
    referenceCost: 5e8,
  };

  const isWhole = !isQuick && !flags.has('ours') && given.length === 0;
  const target = flags.value('json') ?? (isWhole ? join(results, `peers-${op}-${host}-${adapter}.json`) : null);
  if (target) checkWritable(target, '--json');

  const before = loadavg()[0];
  const reports: ShapeReport[] = [];
  for (const shape of shapes) {
    const started = performance.now();
    const { operation, problem } = problemOf({ ...base, shape });
    const [headline] = operation.quantities(problem.shape, problem.dtype);
    const left = hopeless(reports, headline.count, LONGEST_RUN_MS);
    const without = [...base.without, ...left.map(({ peer }) => peer.id)];
    const ran = await runOn(settings, { ...base, shape, without }, ({ contestant, phase }) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${op}: ${contestant}: ${phase}`);
    });
    const leftOut = left.map(({ peer, ms }) =>
      failed(
        peer,
        `Left out: at the best rate it reached on other shapes, one run would take ${Math.round(ms / 1000)} s`,
      ),
    );
    const report = { ...ran, entries: [...ran.entries, ...leftOut] };
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    reports.push(report);
    process.stderr.write(`${summary(report)} (${((performance.now() - started) / 1000).toFixed(0)} s)\n`);
  }
  process.stdout.write(`${table(reports)}\n`);

  if (target) {
    const document: PeersDocument = {
      tool: 'tilescope-peers',
      version: VERSION,
      createdAt: new Date().toISOString(),
      host,
      adapter: reports[0].adapter,
      op,
      quick: isQuick,
      processors: availableParallelism(),
      load: [before, loadavg()[0]],
      versions: flags.has('ours') ? {} : versions(folder),
      shapes: reports,
    };
    writeWhole(target, `${JSON.stringify(document, null, 1)}\n`, '--json');
    process.stderr.write(`Written to ${relative('.', target)}\n`);
  }
  const isWrong = reports.some(({ entries }) => entries.some((entry) => isOurs(entry) && entry.status !== 'correct'));
  return isWrong ? 1 : 0;
}

/** "m=512,n=512,k=512". */
function shapeOf(op: string, text: string): Partial<Shape> {
  const keys = findOperation(op)?.parameters.map(({ key }) => key) ?? [];
  return Object.fromEntries(
    parsePairs(text, '--shape').map(([key, value]) => {
      const number = parseNumber(value);
      if (!keys.includes(key)) throw new Refusal(`${op} has no ${key}${didYouMean(key, keys)}`);
      if (number === undefined) throw new Refusal(`--shape ${key} must be a number, not "${value}".`);
      return [key, number];
    }),
  );
}

/** One line a shape: what matters while the others still run. */
function summary(report: ShapeReport): string {
  const parts = report.entries.map((entry) => {
    const time = entry.medianMs === null ? 'failed' : `${entry.medianMs.toPrecision(3)} ms`;
    return `${entry.id} ${time}${entry.status === 'wrong' ? ' (wrong)' : ''}`;
  });
  const best = report.entries
    .filter((entry) => isOurs(entry) && entry.status === 'correct')
    .map((entry) => hardestPeer(report, entry)?.ratio)
    .find((ratio) => ratio !== undefined);
  return `${title(report.op, report.shape)}: ${parts.join(', ')}${best === undefined ? '' : `; ratio ${best.toFixed(2)}`}`;
}

function versions(folder: string): Record<string, string> {
  return Object.fromEntries(
    PACKAGES.map((name) => {
      const manifest = readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8');
      return [name, (JSON.parse(manifest) as { version: string }).version];
    }),
  );
}
