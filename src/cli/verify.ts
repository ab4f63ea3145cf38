/** `verify PATH...`: other people's vectors through the float64 reference and every kernel that takes them. */
import { basename } from 'node:path';
import { Refusal, sentence } from '../core/errors.ts';
import { kernelsOf, operations } from '../kernels/index.ts';
import type { Kernel } from '../kernels/types.ts';
import { documentHead } from '../lab/document.ts';
import { type Arguments, choose, type FlagSpecs, parseFlags } from './args.ts';
import { selectKernels } from './bench-request.ts';
import type { JsonTarget } from './document.ts';
import { ALLOW_LONG, ALLOW_LONG_HELP } from './long-dispatch.ts';
import { ProgressLine } from './progress.ts';
import { EXIT, exitOf, Session, type Surroundings } from './session.ts';
import { asSentence, printable } from './text.ts';
import { checkCase, type Screen } from './vectors/check.ts';
import { readFlags } from './vectors/flags.ts';
import { formFlags, forms } from './vectors/forms.ts';
import { arraysHelp, flagsHelp } from './vectors/help.ts';
import type { NpzOptions } from './vectors/npz-case.ts';
import { endedRow, type Row, type VerifyDocument } from './vectors/row.ts';
import { findSources, readCases, type Source } from './vectors/sources.ts';
import { verifyTable } from './vectors/table.ts';

export const VERIFY_HELP = `npm run verify -- PATH... [flags]

Runs other people's vectors through the float64 reference and every kernel that takes them. A PATH is
  - an ONNX backend test case: a folder with model.onnx and test_data_set_N/input_N.pb, output_N.pb;
  - a NumPy .npz with the arrays of one operation (brackets: may be left out) and what it is expected to give (where
    that is several arrays, at least one of them):
${arraysHelp('      ')}
  - a folder with any of these in it, however deep.

  --op NAME          only this operation; for an .npz, what its arrays are
  --dtype bf16       arrays in an .npz that NumPy wrote as "V2" are bfloat16; they run in f32, which holds them exactly
  --kernel ID        only this kernel: its whole name, its number, or a part that only one kernel has; may be repeated
  --host NAME        chrome, dawn or deno (chrome); opened only where a kernel takes a case
  --adapter NAME     default, swiftshader or lavapipe; "default" is a hardware adapter where there is one
  --limits NAME      adapter or minimum: the adapter's own, or WebGPU's guaranteed limits and no optional
                     feature, as on the least device there is (adapter)
${ALLOW_LONG_HELP}
  --json FILE|-      writes the results as JSON; with "-" to stdout, and the table to stderr
                     (npm prints two lines of its own there unless it is called as npm run --silent)

${flagsHelp()}

Exit status: 0 nothing is wrong, 1 something was wrong or failed, 2 the request was unusable or nothing could be
checked, 3 there is no adapter.
`;

const FLAGS: FlagSpecs = {
  op: {},
  dtype: {},
  kernel: { multiple: true },
  host: {},
  adapter: {},
  limits: {},
  json: {},
  [ALLOW_LONG]: { boolean: true },
  ...Object.fromEntries(formFlags.map(({ name, value }) => [name, value === null ? { boolean: true } : {}])),
  help: { boolean: true },
};

export async function verify(argv: readonly string[], around: Surroundings, json: JsonTarget): Promise<number> {
  const args = parseFlags(argv, FLAGS);
  const session = new Session(args, around);
  const op = args.value('op');
  if (op !== undefined) {
    choose(
      op,
      forms.map((form) => form.op),
      'operation',
    );
  }
  const selected = operations.filter(({ id }) => op === undefined || id === op);
  const names = args.values('kernel');
  const kernels = names.length > 0 ? selectKernels(selected, names) : selected.flatMap(({ id }) => kernelsOf(id));
  const options: NpzOptions = { op, flags: readFlags(formFlags, args), bf16: isBfloat(args) };
  if (args.positionals.length === 0)
    throw new Refusal('verify needs a PATH: an ONNX test case, an .npz file, or a folder of them.');
  const sources = args.positionals.flatMap(findSources);
  const [flag] = [...(options.bf16 ? ['dtype'] : []), ...Object.keys(options.flags)];
  if (flag !== undefined && !sources.some(({ kind }) => kind === 'npz')) {
    throw new Refusal(`--${flag} applies to .npz files; an ONNX case says such things itself.`);
  }
  const { rows, error } = await checkAll(sources, options, kernels, session, around, args.has(ALLOW_LONG));
  const document: VerifyDocument = {
    ...documentHead(),
    command: 'verify',
    host: session.name,
    adapter: session.report?.adapter ?? null,
    error: error ? asSentence(sentence(error)) : null,
    results: rows,
  };
  (json.isStdout ? around.stderr : around.stdout).write(verifyTable(document));
  if (error) around.stderr.write(`${asSentence(sentence(error))}\n`);
  json.write(document);
  return error ? exitOf(error) : statusOf(rows);
}

function statusOf(rows: readonly Row[]): number {
  const has = (status: Row['status']): boolean => rows.some((row) => row.status === status);
  const checked = rows.some(({ verdict }) => verdict !== null);
  // A file that cannot be read is an unusable request where there is nothing else, and a fault among cases that ran.
  if (has('wrong') || (has('failed') && (checked || rows.some(({ kernel }) => kernel !== null)))) return EXIT.wrong;
  return checked ? EXIT.correct : EXIT.unusable;
}

async function checkAll(
  sources: readonly Source[],
  options: NpzOptions,
  kernels: readonly Kernel[],
  session: Session,
  around: Surroundings,
  allowLong: boolean,
): Promise<{ rows: Row[]; error: Error | null }> {
  const rows: Row[] = [];
  const progress = new ProgressLine(around.stderr);
  let usable = kernels;
  let error: Error | null = null;
  try {
    for (const [index, source] of sources.entries()) {
      const screen: Screen = {
        doing: (text) => progress.update(index, sources.length, printable(text)),
        say: (text) => progress.note(printable(text)),
      };
      screen.doing(basename(source.path));
      for (const vector of readCases(source, options)) {
        if ('status' in vector) {
          rows.push(endedRow(vector, vector));
          continue;
        }
        const checked = await checkCase(vector, usable, session, screen, allowLong);
        rows.push(...checked.rows);
        if (!checked.error) continue;
        error = checked.error;
        if (session.interrupted) return { rows, error };
        // Without a host the reference still says what it can about the cases to come.
        usable = [];
      }
    }
    return { rows, error };
  } finally {
    progress.clear();
    await session.drop();
  }
}

/** The one type that a file cannot name. */
function isBfloat(args: Arguments): boolean {
  const dtype = args.value('dtype');
  if (dtype === undefined || dtype === 'bf16') return dtype === 'bf16';
  throw new Refusal(
    `--dtype of verify can only be bf16, for arrays that NumPy writes as "V2", not "${dtype}": a file names ` +
      'every other one itself, so leave the flag out.',
  );
}
