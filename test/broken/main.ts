/**
 * `npm run faults` and `npm run mutants`: the checker put to the test. Counts go to stdout and docs/CHECKER.md, rows into
 * bench/results/; `--print [TEXT]` prints the stored rows, of those that hold TEXT.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { choose, parseFlags, wholeNumber } from '../../src/cli/args.ts';
import { openHost } from '../../src/cli/hosts/index.ts';
import { intoDocument } from '../../src/cli/markdown.ts';
import { ProgressLine } from '../../src/cli/progress.ts';
import { Refusal } from '../../src/core/errors.ts';
import { kernels } from '../../src/kernels/index.ts';
import type { Kernel } from '../../src/kernels/types.ts';
import { Runner } from './batch.ts';
import type { Fault } from './fault.ts';
import { caughtAt, type Finding, faults, findings, rightLimit, rightRatio, runnable } from './faults.ts';
import { runMutation, unexplained } from './mutation.ts';
import { faultRecord, type HostFindings, mutantRecord, store, stored, withFaults, withMutants } from './records.ts';
import { faultCounts, faultRows, mutantCounts, mutantRows } from './table.ts';
import { TARGETS, type Target } from './targets.ts';

const DOCUMENT = 'docs/CHECKER.md';
/** Edits of a kernel without `--most`: the large ones have many hundreds, most of them alike. */
const MOST = 40;
/** Where mutants run without `--host`: each is another pipeline, and lavapipe takes far longer to compile them. */
const MUTANTS_ON = 'dawn-swiftshader';

/**
 * Every fault on every host, or those of the kernels named, whose rows replace the stored ones. 1 where a broken kernel
 * passed, or a right one did not or came too near its bound.
 */
export async function faultsTask(root: string, args: readonly string[]): Promise<number> {
  const flags = parseFlags(args, { print: { boolean: true } });
  if (flags.has('print')) return print(faultRows(stored(root, 'faults'), flags.positionals.join(' ')));
  const names = flags.positionals;
  const chosen = names.length === 0 ? faults : faultsOf(names.flatMap(named));
  const hosts: HostFindings[] = [];
  for (const target of TARGETS) {
    process.stderr.write(`Running ${chosen.length} faults on ${target.title}\n`);
    const runner = runnerOn(target);
    try {
      hosts.push({ target, found: await findings(runner, runnable((await runner.device()).features, chosen), true) });
    } finally {
      await runner.close();
    }
  }
  const made = faultRecord(hosts, chosen);
  const record = chosen === faults ? made : withFaults(stored(root, 'faults'), made, faults);
  store(root, 'faults', record);
  write(root, 'faults', faultCounts(record));
  const bad = hosts.flatMap(({ target, found }) => found.filter(isBad).map((one) => ({ target, ...one })));
  for (const { target, fault, broken, right } of bad) {
    process.stderr.write(
      `${target.title}, ${fault.op} ${fault.id}: broken is ${broken.status}, right is ${right.status}\n`,
    );
  }
  return bad.length === 0 ? 0 : 1;
}

function isBad(finding: Finding): boolean {
  const { broken, right, fault } = finding;
  if (broken.status !== 'wrong' || right.status !== 'correct') return true;
  const hidesUnderGates = caughtAt(finding) === null && broken.verdict?.worst === null;
  return hidesUnderGates || !(rightRatio(finding) < rightLimit(fault));
}

/** The faults that are planted in one of the kernels. Throws a `Refusal` where there is none. */
function faultsOf(chosen: readonly Kernel[]): readonly Fault[] {
  const own = faults.filter(({ op, kernel }) => chosen.some((one) => one.op === op && one.id === kernel));
  if (own.length === 0) throw new Refusal('No fault is planted in the kernels named.');
  return own;
}

/**
 * Mutants of all kernels, or of those named, whose rows replace the stored ones where those were made in the same way. 1
 * where one survives without an explanation.
 */
export async function mutantsTask(root: string, args: readonly string[]): Promise<number> {
  const flags = parseFlags(args, { host: {}, most: {}, print: { boolean: true } });
  if (flags.has('print')) return print(mutantRows(stored(root, 'mutants'), flags.positionals.join(' ')));
  const id = choose(
    flags.value('host') ?? MUTANTS_ON,
    TARGETS.map((one) => one.id),
    'host',
  );
  const target = TARGETS.find((one) => one.id === id) as Target;
  const sample = wholeNumber(flags.value('most') ?? String(MOST), '--most', 1, Number.MAX_SAFE_INTEGER);
  const chosen = flags.positionals.length === 0 ? kernels : flags.positionals.flatMap(named);
  const progress = new ProgressLine(process.stderr);
  const runner = runnerOn(target);
  try {
    const outcomes = await runMutation(runner, chosen, {
      sample,
      onProgress: (done, total) => progress.update(done, total, `${done} of ${total} mutants are decided`),
    });
    progress.clear();
    const record = mutantRecord(target.title, sample, outcomes);
    const isWhole = chosen === kernels && sample >= MOST && target.id === MUTANTS_ON;
    if (!isWhole) print(`${mutantCounts(record)}\n\n${mutantRows(record, '')}`);
    const kept = isWhole ? record : withMutants(stored(root, 'mutants'), record, kernels);
    if (kept) {
      store(root, 'mutants', kept);
      write(root, 'mutants', mutantCounts(kept));
    }
    return unexplained(outcomes).length === 0 ? 0 : 1;
  } finally {
    await runner.close();
  }
}

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}

/** Kernels of an operation, or those whose path holds `name`. */
function named(name: string): readonly Kernel[] {
  const found = kernels.filter(({ op, id }) => op === name || `${op}/${id}`.includes(name));
  if (found.length === 0) throw new Refusal(`There is no operation and no kernel "${name}".`);
  return found;
}

function runnerOn({ name, adapter }: Target): Runner {
  return new Runner(() => openHost(name, { adapter }));
}

function write(root: string, section: string, text: string): void {
  process.stdout.write(`${text}\n`);
  const path = join(root, DOCUMENT);
  writeFileSync(path, intoDocument(readFileSync(path, 'utf8'), section, `npm run ${section}`, text));
}
