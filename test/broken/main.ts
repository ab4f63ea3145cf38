/** `npm run faults` and `npm run mutants`: the checker put to the test, as tables on stdout and in docs/CHECKER.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { choose, parseFlags, wholeNumber } from '../../src/cli/args.ts';
import { openHost } from '../../src/cli/hosts/index.ts';
import { ProgressLine } from '../../src/cli/progress.ts';
import { Refusal } from '../../src/core/errors.ts';
import { kernels } from '../../src/kernels/index.ts';
import type { Kernel } from '../../src/kernels/types.ts';
import { Runner } from './batch.ts';
import { caughtAt, type Finding, faults, findings, rightLimit, rightRatio, runnable } from './faults.ts';
import { runMutation } from './mutation.ts';
import { faultTables, type HostFindings, intoDocument, mutantTables, unexplained } from './table.ts';
import { TARGETS, type Target } from './targets.ts';

const DOCUMENT = 'docs/CHECKER.md';
/** Edits of a kernel without `--most`: all of a small one's; the large ones have many hundreds, most of them alike. */
const MOST = 100;

/** Every fault on every host. 1 where a broken kernel passed, or a right one did not or came too near its bound. */
export async function faultsTask(root: string, args: readonly string[]): Promise<number> {
  if (args.length > 0) throw new Refusal(`npm run faults takes no arguments, and got "${args[0]}".`);
  const hosts: HostFindings[] = [];
  for (const target of TARGETS) {
    process.stderr.write(`Running ${faults.length} faults on ${target.title}\n`);
    const runner = runnerOn(target);
    try {
      hosts.push({ target, found: await findings(runner, runnable((await runner.device()).features)) });
    } finally {
      await runner.close();
    }
  }
  write(root, 'faults', faultTables(hosts, faults));
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
  const flags = parseFlags(args, { host: {}, most: {} });
  const id = choose(
    flags.value('host') ?? 'dawn',
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
    const text = `On ${target.title}, at most ${sample} edits of each kernel, drawn at random.\n\n${mutantTables(outcomes)}`;
    // A part of the kernels, or another host, must not replace the whole table.
    if (chosen === kernels && target.id === 'dawn') write(root, 'mutants', text);
    else process.stdout.write(`${text}\n`);
    return unexplained(outcomes).length === 0 ? 0 : 1;
  } finally {
    await runner.close();
  }
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
  writeFileSync(path, intoDocument(readFileSync(path, 'utf8'), section, text));
}
