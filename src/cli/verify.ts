/** `verify PATH...`: other people's vectors through the float64 reference and every kernel that takes them. */
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Failure, Refusal, sentence } from '../core/errors.ts';
import { kernelsOf, operations } from '../kernels/index.ts';
import type { Kernel } from '../kernels/types.ts';
import type { AdapterReport } from '../lab/result.ts';
import { type Arguments, choose, type FlagSpecs, parseFlags, parseNumber, wholeNumber } from './args.ts';
import { selectKernels } from './bench-request.ts';
import { documentHead, type JsonTarget, reason } from './document.ts';
import { ProgressLine } from './progress.ts';
import { EXIT, exitOf, Session, type Surroundings } from './session.ts';
import { asSentence } from './text.ts';
import type { AttentionFlags } from './vectors/attention.ts';
import type { Case, Unread } from './vectors/case.ts';
import { blank, checkCase, type Row } from './vectors/check.ts';
import { NPZ_OPERATIONS, type NpzOptions, npzCase } from './vectors/npz-case.ts';
import { onnxCases } from './vectors/onnx-case.ts';
import { verifyTable } from './vectors/table.ts';

export const VERIFY_HELP = `npm run verify -- PATH... [flags]

Runs other people's vectors through the float64 reference and every kernel that takes them. A PATH is
  - an ONNX backend test case: a folder with model.onnx and test_data_set_N/input_N.pb, output_N.pb;
  - a NumPy .npz with the arrays x, w, b, y (neuron), a, b, [bias], c (matmul), q, k, v, [mask], o (attention) or
    x, y (softmax);
  - a folder with any of these in it, however deep.

  --op NAME          only this operation; for an .npz, what its arrays are
  --dtype bf16       arrays in an .npz that NumPy wrote as "V2" are bfloat16; they run in f32, which holds them exactly
  --kernel ID        only this kernel: its whole name, its number, or a part that only one kernel has; may be repeated
  --host NAME        chrome, dawn or deno (chrome); opened only where a kernel takes a case
  --adapter NAME     default, swiftshader or lavapipe; "default" is a hardware adapter where there is one
  --json FILE|-      writes the results as JSON; with "-" to stdout, and the table to stderr
                     (npm prints two lines of its own there unless it is called as npm run --silent)

For attention in an .npz:
  --causal           key j is visible to query i where j <= i + offset
  --offset N         that offset; keys - queries where not given
  --window N         key j is visible to query i only where j > i + offset - N
  --softcap X        scores become X tanh(score / X), before the mask
  --scale X          factor on the scores; 1 / sqrt(dim) where not given

Exit status: 0 nothing is wrong, 1 something was wrong or failed, 2 the request was unusable or nothing could be
checked, 3 there is no adapter.
`;

const FLAGS: FlagSpecs = {
  op: {},
  dtype: {},
  kernel: { multiple: true },
  host: {},
  adapter: {},
  json: {},
  causal: { boolean: true },
  offset: {},
  window: {},
  softcap: {},
  scale: {},
  help: { boolean: true },
};

export interface VerifyDocument {
  readonly tool: 'tilescope';
  readonly version: string;
  readonly createdAt: string;
  readonly command: 'verify';
  readonly host: string;
  /** Null where no kernel took a case, so that no host was opened. */
  readonly adapter: AdapterReport | null;
  readonly error: string | null;
  readonly results: readonly Row[];
}

/** A place where a case, or several data sets of one, can be read. */
interface Source {
  readonly kind: 'onnx' | 'npz';
  readonly path: string;
}

export async function verify(argv: readonly string[], around: Surroundings, json: JsonTarget): Promise<number> {
  const args = parseFlags(argv, FLAGS);
  const session = new Session(args, around);
  const op = args.value('op');
  if (op !== undefined) choose(op, NPZ_OPERATIONS, 'operation');
  const selected = operations.filter(({ id }) => op === undefined || id === op);
  const names = args.values('kernel');
  const kernels = names.length > 0 ? selectKernels(selected, names) : selected.flatMap(({ id }) => kernelsOf(id));
  const options: NpzOptions = { op, attention: attentionFlags(args), bf16: isBfloat(args) };
  if (args.positionals.length === 0)
    throw new Refusal('verify needs a PATH: an ONNX test case, an .npz file, or a folder of them.');
  const sources = args.positionals.flatMap(findSources);
  const [flag] = [...(options.bf16 ? ['dtype'] : []), ...Object.keys(options.attention)];
  if (flag !== undefined && !sources.some(({ kind }) => kind === 'npz')) {
    throw new Refusal(`--${flag} applies to .npz files; an ONNX case says such things itself.`);
  }
  const { rows, error } = await checkAll(sources, options, kernels, session, around);
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
): Promise<{ rows: Row[]; error: Error | null }> {
  const rows: Row[] = [];
  const progress = new ProgressLine(around.stderr);
  let usable = kernels;
  let error: Error | null = null;
  try {
    for (const [index, source] of sources.entries()) {
      const tell = (text: string): void => progress.update(index, sources.length, text);
      tell(basename(source.path));
      for (const vector of read(source, options)) {
        const routed = 'status' in vector ? vector : only(vector, options.op);
        if ('status' in routed) {
          rows.push({ ...blank(routed.name, routed.operator), status: routed.status, reason: routed.reason });
          continue;
        }
        try {
          rows.push(...(await checkCase(routed, usable, session, tell)));
        } catch (thrown) {
          if (!(thrown instanceof Failure || thrown instanceof Refusal)) throw thrown;
          error = thrown;
          if (session.interrupted) return { rows, error };
          // Without a host the reference still says what it can about this case and those to come.
          usable = [];
          rows.push(...(await checkCase(routed, usable, session, tell)));
        }
      }
    }
    return { rows, error };
  } finally {
    progress.clear();
    await session.drop();
  }
}

/** The case as `--op` leaves it. */
function only(vector: Case, op: string | undefined): Case | Unread {
  const routes = vector.routes.filter((route) => op === undefined || route.op === op);
  if (routes.length > 0) return { ...vector, routes };
  const runs = vector.routes.map((route) => route.op).join(' and ');
  const reason = `${vector.operator} runs as ${runs}, and --op asks for ${op}`;
  return { name: vector.name, operator: vector.operator, status: 'unsupported', reason };
}

function read(source: Source, options: NpzOptions): readonly (Case | Unread)[] {
  return source.kind === 'onnx' ? onnxCases(source.path) : [npzCase(source.path, options)];
}

/** The cases at a path. Throws a `Refusal` where there is none. */
function findSources(path: string): Source[] {
  if (!existsSync(path)) throw new Refusal(`${path} does not exist.`);
  if (!statSync(path).isDirectory()) {
    if (path.endsWith('.npz')) return [{ kind: 'npz', path }];
    if (basename(path) === 'model.onnx') return [{ kind: 'onnx', path: dirname(path) }];
    throw new Refusal(`${path} is neither an .npz file nor a folder with a model.onnx.`);
  }
  const found = walk(path, new Set());
  if (found.length === 0) throw new Refusal(`${path} holds neither an .npz file nor a folder with a model.onnx.`);
  return found;
}

/** `seen` holds the real paths of folders, so that a link to a folder above ends. */
function walk(folder: string, seen: Set<string>): Source[] {
  const real = realpathSync(folder);
  if (seen.has(real)) return [];
  seen.add(real);
  if (existsSync(join(folder, 'model.onnx'))) return [{ kind: 'onnx', path: folder }];
  try {
    return readdirSync(folder)
      .sort()
      .flatMap((name): Source[] => {
        const path = join(folder, name);
        if (name.endsWith('.npz')) return [{ kind: 'npz', path }];
        return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? walk(path, seen) : [];
      });
  } catch (error) {
    throw new Refusal(`${folder} cannot be read: ${reason(error)}.`);
  }
}

/** The one type that a file cannot name. */
function isBfloat(args: Arguments): boolean {
  const dtype = args.value('dtype');
  if (dtype === undefined || dtype === 'bf16') return dtype === 'bf16';
  throw new Refusal(
    `--dtype of verify can only be bf16, for arrays that NumPy writes as "V2"; "${dtype}" is no such type: a file names ` +
      'every other one itself, so leave the flag out.',
  );
}

function attentionFlags(args: Arguments): AttentionFlags {
  const real = (flag: string): number | undefined => {
    const text = args.value(flag);
    if (text === undefined) return undefined;
    const number = parseNumber(text);
    if (number === undefined || number <= 0) throw new Refusal(`--${flag} takes a number above 0; "${text}" is none.`);
    return number;
  };
  const whole = (flag: string, low: number): number | undefined => {
    const text = args.value(flag);
    return text === undefined ? undefined : wholeNumber(text, `--${flag}`, low, 2 ** 31);
  };
  const flags = {
    causal: args.has('causal') ? true : undefined,
    offset: whole('offset', -(2 ** 31)),
    window: whole('window', 1),
    softcap: real('softcap'),
    scale: real('scale'),
  };
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}
