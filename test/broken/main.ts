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
import { caughtAt, type Finding, faults, findings, rightLimit, rightRatio, runnable } from './faults.ts';
import { runMutation, unexplained } from './mutation.ts';
import { faultRecord, type HostFindings, mutantRecord, store, stored } from './records.ts';
import { faultCounts, faultRows, mutantCounts, mutantRows } from './table.ts';
import { TARGETS, type Target } from './targets.ts';

const DOCUMENT = 'docs/CHECKER.md';
/** Edits of a kernel without `--most`: the large ones have many hundreds, most of them alike. */
const MOST = 40;
/** Where mutants run without `--host`: each is another pipeline, and lavapipe takes far longer to compile them. */
const MUTANTS_ON = 'dawn-swiftshader';

/** Every fault on every host. 1 where a broken kernel passed, or a right one did not or came too near its bound. */
export async function faultsTask(root: string, args: readonly string[]): Promise<number> {
  const flags = parseFlags(args, { print: { boolean: true } });
  if (flags.has('print')) return print(faultRows(stored(root, 'faults'), flags.positionals.join(' ')));
  if (flags.positionals.length > 0) {
    throw new Refusal(`npm run faults runs all faults, and got "${flags.positionals[0]}": --print takes a text.`);
  }
  const hosts: HostFindings[] = [];
  for (const target of TARGETS) {
    process.stderr.write(`Running ${faults.length} faults on ${target.title}\n`);
    const runner = runnerOn(target);
    try {
      hosts.push({ target, found: await findings(runner, runnable((await runner.device()).features), true) });
    } finally {
      await runner.close();
    }
  }
  const record = faultRecord(hosts, faults);
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

/** Mutants of all kernels, or of those named. 1 where one survives without an explanation. */
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
    // A part of the kernels or of their edits, or another host, must not replace the whole record.
    if (chosen === kernels && sample >= MOST && target.id === MUTANTS_ON) {
      store(root, 'mutants', record);
      write(root, 'mutants', mutantCounts(record));
    } else print(`${mutantCounts(record)}\n\n${mutantRows(record, '')}`);
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
