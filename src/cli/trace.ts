/** `trace OP --kernel ID`: what a kernel does to memory, line by line, and what it must not do; a table, JSON, a status. */
import { Failure, Refusal, sentence } from '../core/errors.ts';
import { source } from '../kernels/index.ts';
import type { Kernel } from '../kernels/types.ts';
import { capabilitiesOf } from '../lab/capabilities.ts';
import { chosenBy, chosenWords } from '../lab/chosen.ts';
import { documentHead } from '../lab/document.ts';
import { type Planned, tryPlan } from '../lab/plan.ts';
import type { Request } from '../lab/protocol.ts';
import { type Recording, recorded } from '../lab/recording.ts';
import type { DeviceReport } from '../lab/result.ts';
import type { TraceResult } from '../lab/trace-result.ts';
import { machines } from '../model/machines.ts';
import type { Steps } from '../trace/steps.ts';
import { type Arguments, parseFlags } from './args.ts';
import { checkWritable, type JsonTarget, writeWhole } from './document.ts';
import { ALLOW_LONG, ALLOW_LONG_HELP } from './long-dispatch.ts';
import { ProgressLine } from './progress.ts';
import { EXIT, exitOf, Session, type Surroundings } from './session.ts';
import { adapterLine, asSentence, wrap } from './text.ts';
import { TRACE_FLAGS, tracePlan } from './trace-request.ts';
import { traceTable } from './trace-table.ts';

export const TRACE_HELP = `npm run trace -- OP --kernel ID [flags]

Runs a copy of a kernel that logs every access to memory, counts what they ask of a machine, and says what the kernel
must not do: index past a buffer, race, read what nothing has written, part at a barrier, write an element twice.

  --kernel ID        the kernel: its whole name, its number, or a part that only one kernel has
  --shape KEY=N,...  sizes and flags of the problem (small ones)
  --dtype f32|f16    how tensors are stored (f32)
  --set KEY=V        sets a knob; may be repeated
  --source FILE      traces this WGSL in place of the kernel's own; without --kernel, a kernel of your own, whose
                     FILE begins with a header (CONTRIBUTING.md)
  --workgroups W     all (all that fit), sample (the first, the middle and the last), or numbers such as 0,7
  --machine NAME     whose lanes, sectors, banks and caches are counted; "list" lists them
  --input CASE       which seeded inputs to use (the operation's first)
  --seed N           seed of the inputs (1)
  --host NAME        chrome, dawn or deno (chrome)
  --adapter NAME     default, swiftshader or lavapipe; "default" is a hardware adapter where there is one
  --record FILE      writes the trace with each request and value of a workgroup, which the page can draw and play
${ALLOW_LONG_HELP}
  --json FILE|-      writes the result as JSON; with "-" to stdout, and the table to stderr
                     (npm prints two lines of its own there unless it is called as npm run --silent)

Exit status: 0 nothing was found, 1 something was found, or the run failed, 2 the request was unusable or was refused,
3 there is no adapter.
`;

/** Longest wait for the GPU: a log makes a kernel that is slow to compile slower. */
const LIMIT_MS = 120_000;

export const EMPTY_TRACE_DOCUMENT = { command: 'trace', host: '', adapter: null, results: [] } as const;

export async function trace(argv: readonly string[], around: Surroundings, json: JsonTarget): Promise<number> {
  const args = parseFlags(argv, TRACE_FLAGS);
  if (args.value('machine') === 'list') return listMachines(args, around);
  const session = new Session(args, around);
  const { kernel, request, workgroups, machine, edited } = tracePlan(args);
  const progress = new ProgressLine(around.stderr);
  const file = args.value('record');
  if (file !== undefined) checkWritable(file, '--record');
  let result: TraceResult | null = null;
  let steps: readonly Steps[] = [];
  let failure: Failure | Refusal | null = null;
  try {
    progress.note(`Opening ${session.name}...`);
    await session.device();
    const params = {
      request,
      workgroups,
      machine: machine.id,
      limitMs: LIMIT_MS,
      ...(file === undefined ? {} : { steps: 'values' as const }),
      ...(args.has(ALLOW_LONG) ? { allowLong: true } : {}),
    };
    const reply = await session.call('trace', params, (message) => {
      if (message.kind === 'step')
        progress.update(message.done, message.total, `${kernel.op} ${kernel.id}: ${message.phase}`);
    });
    ({ result, steps } = reply);
  } catch (thrown) {
    if (!(thrown instanceof Failure) && !(thrown instanceof Refusal)) throw thrown;
    failure = thrown;
  } finally {
    progress.clear();
    await session.drop();
  }
  const sink = json.isStdout ? around.stderr : around.stdout;
  const adapter = session.report?.adapter ?? null;
  if (result) {
    const { text, chosen } = edited ? { text: edited.text, chosen: null } : tracedText(kernel, request, session.report);
    const took = chosen ? `${kernel.id} took ${chosenWords(kernel.op, chosen)}, ${chosenBy(chosen)}.\n` : '';
    sink.write(`${adapterLine(session.name, adapter)}\n${took}${traceTable(result, machine, text)}`);
  }
  const error = failure ? asSentence(sentence(failure)) : null;
  if (error !== null) around.stderr.write(`${error}\n`);
  const own = edited ? { source: edited } : {};
  const results = result ? [{ ...result, ...own }] : [];
  json.write({ ...documentHead(), command: 'trace', host: session.name, adapter, error, results });
  if (file !== undefined && result?.traced) {
    const recording: Recording = { ...documentHead(), host: session.name, adapter, result, steps: recorded(steps) };
    writeWhole(file, `${JSON.stringify(recording)}\n`, '--record');
  }
  return failure ? exitOf(failure) : statusOf(result as TraceResult);
}

/** The saved text that ran: of a kernel that chooses, the text of the one that it took on this device. */
function tracedText(kernel: Kernel, request: Request, report: DeviceReport | null): Pick<Planned, 'text' | 'chosen'> {
  const planned = report && tryPlan(request, capabilitiesOf(report));
  return planned && !(planned instanceof Refusal) ? planned : { text: source(kernel), chosen: null };
}

function statusOf({ status }: TraceResult): number {
  if (status === 'refused') return EXIT.unusable;
  return status === 'clean' ? EXIT.correct : EXIT.wrong;
}

function listMachines(args: Arguments, around: Surroundings): number {
  if (args.positionals.length > 0) throw new Refusal('--machine list takes no operation.');
  const other = Object.keys(TRACE_FLAGS).find((name) => name !== 'machine' && args.has(name));
  if (other !== undefined) throw new Refusal(`--machine list takes no --${other}.`);
  for (const { id, title, sources } of machines) {
    around.stdout.write(`${id}: ${title}\n${sources.flatMap((text) => wrap(`  ${text}`, '    ')).join('\n')}\n`);
  }
  return EXIT.correct;
}
