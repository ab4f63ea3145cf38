/** The command line: `bench`, `verify` and `device`. Every error is one sentence on stderr, never a stack trace. */
import { Failure, Refusal, sentence } from '../core/errors.ts';
import { jsonTarget } from './args.ts';
import { BENCH_HELP, bench } from './bench.ts';
import { DEVICE_HELP, device } from './device.ts';
import { documentHead, JsonTarget } from './document.ts';
import { EXIT, exitOf, realOpenHost, type Surroundings } from './session.ts';
import { asSentence, printable } from './table.ts';
import { VERIFY_HELP, verify } from './verify.ts';

const COMMANDS = {
  bench: { run: bench, help: BENCH_HELP, empty: { host: '', adapter: null, timer: null, results: [] } },
  verify: { run: verify, help: VERIFY_HELP, empty: { command: 'verify', host: '', adapter: null, results: [] } },
  device: { run: device, help: DEVICE_HELP, empty: { command: 'device', host: '', device: null } },
} as const;

/** Runs `argv[0]` with the rest of `argv`; returns the exit status. */
export async function main(argv: string[]): Promise<number> {
  const interrupt = new AbortController();
  let interrupts = 0;
  const onSignal = (): void => {
    if (++interrupts > 1) process.exit(EXIT.interrupted);
    process.stderr.write('\nInterrupted: ending the host and writing what is done. Once more to leave at once.\n');
    interrupt.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  // A reader that goes away, such as `head`, is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    const { stdout, stderr } = process;
    return await run(argv, { stdout, stderr, openHost: realOpenHost, signal: interrupt.signal });
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
    around.stdout.write(command.help);
    return EXIT.correct;
  }
  let json: JsonTarget | undefined;
  try {
    json = new JsonTarget(jsonTarget(rest), around.stdout);
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
