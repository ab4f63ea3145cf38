/** The command line: `bench`, `tune`, `trace`, `grade`, `verify` and `device`. Every error is one sentence on stderr, never a stack trace. */
import { Failure, Refusal, sentence } from '../core/errors.ts';
import { documentHead } from '../lab/document.ts';
import { fileOf } from './args.ts';
import { BENCH_HELP, bench } from './bench.ts';
import { DEVICE_HELP, device } from './device.ts';
import { JsonTarget } from './document.ts';
import { GRADE_HELP, grade } from './grade.ts';
import { MEMORY_HELP } from './memory.ts';
import { MEMORY } from './memory-request.ts';
import { checkDashes } from './npm-flags.ts';
import { ROOFLINE, ROOFLINE_HELP } from './roofline.ts';
import { EXIT, exitOf, realOpenHost, type Surroundings } from './session.ts';
import { findRoot } from './setup/root.ts';
import { asSentence, printable } from './text.ts';
import { EMPTY_TRACE_DOCUMENT, TRACE_HELP, trace } from './trace.ts';
import { TUNE_HELP, tune } from './tune.ts';
import { EMPTY_TUNE_DOCUMENT } from './tune-document.ts';
import { VERIFY_HELP, verify } from './verify.ts';

export const COMMANDS = {
  bench: { run: bench, help: BENCH_HELP, empty: { host: '', adapter: null, timer: null, results: [] } },
  tune: { run: tune, help: TUNE_HELP, empty: EMPTY_TUNE_DOCUMENT },
  trace: { run: trace, help: TRACE_HELP, empty: EMPTY_TRACE_DOCUMENT },
  grade: { run: grade, help: GRADE_HELP, empty: { command: 'grade', host: '', adapter: null, results: [] } },
  verify: { run: verify, help: VERIFY_HELP, empty: { command: 'verify', host: '', adapter: null, results: [] } },
  device: { run: device, help: DEVICE_HELP, empty: { command: 'device', host: '', device: null } },
} as const;

/** Runs `argv[0]` with the rest of `argv`; returns the exit status. `root` is the repository's folder, null outside of it. */
export async function main(argv: string[], root = findRoot()): Promise<number> {
  const interrupt = new AbortController();
  let interrupts = 0;
  const onSignal = (): void => {
    if (++interrupts > 1) process.exit(EXIT.interrupted);
    process.stderr.write('\nInterrupted: ending the host and writing what is done. Interrupt again to stop at once.\n');
    interrupt.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // A reader that goes away, such as `head`, is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    const { stdout, stderr, env } = process;
    const { signal } = interrupt;
    return await run(argv, { stdout, stderr, env, root, openHost: realOpenHost, signal });
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

/** `main` with its surroundings given. */
export async function run(argv: readonly string[], around: Surroundings): Promise<number> {
  const [name, ...rest] = argv;
  const command = COMMANDS[name as keyof typeof COMMANDS];
  if (rest.includes('--help')) {
    const help: Readonly<Record<string, string>> = { [MEMORY]: MEMORY_HELP, [ROOFLINE]: ROOFLINE_HELP };
    around.stdout.write((name === 'bench' && help[rest[0]]) || command.help);
    return EXIT.correct;
  }
  let json: JsonTarget | undefined;
  try {
    checkFlags(name, rest, around.env);
    json = new JsonTarget(
      fileOf(rest, '--json'),
      around.stdout,
      name === 'bench' ? fileOf(rest, '--resume') : undefined,
    );
    return await command.run(rest, around, json);
  } catch (error) {
    const known = error instanceof Refusal || error instanceof Failure;
    const text = asSentence(known ? sentence(error) : `Tilescope itself failed: ${sentence(error)}`);
    around.stderr.write(`${printable(text)}\n`);
    try {
      json?.write({ ...documentHead(), ...command.empty, error: text });
    } catch (writing) {
      around.stderr.write(`${asSentence(sentence(writing))}\n`);
    }
    return known ? exitOf(error) : EXIT.wrong;
  }
}

/** Flags of ours that npm has no use for itself, though it takes any flag that it is given. */
const NOT_NPMS = [
  'kernel',
  'shape',
  'set',
  'dtype',
  'host',
  'adapter',
  'limits',
  'input',
  'seed',
  'resume',
  'quick',
  'samples',
  'no-race',
  'allow-long',
  'repeat-kernel',
  'tries',
  'beside',
  'limit',
  'source',
  'machine',
  'record',
  'fingerprint',
  'thorough',
  'workgroups',
];

/** Throws a `Refusal` where npm took flags. It has a --json of its own, which leaves the file's name behind. */
function checkFlags(command: string, words: readonly string[], env: Surroundings['env']): void {
  const named = words.filter((word) => word.endsWith('.json'));
  const isTaken = named.length > 0 && !words.some((word) => word.startsWith('-'));
  const example = command === 'device' ? 'npm run device --' : `npm run ${command} -- ${words[0] ?? 'OP'}`;
  checkDashes(isTaken ? [...NOT_NPMS, 'json'] : NOT_NPMS, env, example);
}
