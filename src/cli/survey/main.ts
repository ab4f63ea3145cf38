/** The program behind `run` in a packed folder: surveys this machine's GPU with the command line beside it. */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Refusal, sentence } from '../../core/errors.ts';
import { type FlagSpecs, parseFlags, wholeNumber } from '../args.ts';
import { EXIT } from '../session.ts';
import { toStderr } from '../setup/files.ts';
import { asSentence } from '../text.ts';
import { survey } from './survey.ts';

const HELP = `./run [FOLDER] [--seconds N]

Surveys this machine's GPU: what it is, whether every kernel is right on it, and how fast they are, the most valuable
first. Everything is written into FOLDER (else $OUT, else ./results), each step's JSON when the step ends.

  --seconds N   the longest it may take (300); what does not fit is left out, and the summary says so

Exit status: 0 nothing is wrong, 1 something was wrong or failed, 2 the command line is not usable, 3 there is no adapter.
`;

const FLAGS: FlagSpecs = { seconds: {}, help: { boolean: true } };
const FIVE_MINUTES = '300';

async function main(argv: readonly string[]): Promise<number> {
  const args = parseFlags(argv, FLAGS);
  if (args.has('help')) {
    process.stdout.write(HELP);
    return EXIT.correct;
  }
  if (args.positionals.length > 1)
    throw new Refusal(`All results go to one folder; "${args.positionals[1]}" is a second one.`);
  return survey({
    file: join(dirname(fileURLToPath(import.meta.url)), 'tilescope.mjs'),
    folder: resolve(args.positionals[0] ?? process.env.OUT ?? 'results'),
    seconds: wholeNumber(args.value('seconds') ?? FIVE_MINUTES, '--seconds', 1, 86_400),
    say: toStderr,
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  toStderr(asSentence(sentence(error)));
  process.exitCode = EXIT.unusable;
}
