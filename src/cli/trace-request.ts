/** From the words of a `trace` command line to the one request that it stands for. Everything thrown is a `Refusal`. */
import { Refusal } from '../core/errors.ts';
import type { Kernel } from '../kernels/types.ts';
import type { Request } from '../lab/protocol.ts';
import type { Choice } from '../lab/trace-log.ts';
import { defaultMachine, type Machine, machines } from '../model/machines.ts';
import { type Arguments, choose, type FlagSpecs, parseAssignment, parsePairs, wholeNumber } from './args.ts';
import {
  checkShapeKeys,
  checkSwept,
  commonFields,
  knobValue,
  numbers,
  once,
  selectKernels,
  selectOperations,
} from './bench-request.ts';
import { type EditedSource, editedSource, ownSource } from './edited-source.ts';
import { ALLOW_LONG } from './long-dispatch.ts';

export const TRACE_FLAGS: FlagSpecs = {
  kernel: {},
  shape: { multiple: true },
  dtype: {},
  set: { multiple: true },
  source: {},
  workgroups: {},
  machine: {},
  seed: {},
  input: {},
  host: {},
  adapter: {},
  json: {},
  record: {},
  [ALLOW_LONG]: { boolean: true },
  help: { boolean: true },
};

export interface TracePlan {
  readonly kernel: Kernel;
  readonly request: Request;
  readonly workgroups: Choice;
  readonly machine: Machine;
  /** The text that stands in for the kernel's own; null where that runs as saved. */
  readonly edited: EditedSource | null;
}

/** The most workgroups that can be named one by one. */
const MOST_NAMED = 64;

export function tracePlan(args: Arguments): TracePlan {
  const selected = selectOperations('trace', args.positionals);
  const [operation] = selected;
  const own = ownSource(args, selected);
  if (!own && !args.has('kernel')) throw new Refusal(`trace takes one kernel: name it with --kernel.`);
  const kernels = own ? [own.kernel] : selectKernels(selected, args.values('kernel'));
  const [kernel] = kernels;
  const sizes = args.values('shape').flatMap((text) => parsePairs(text, '--shape'));
  checkShapeKeys(selected, sizes);
  const given = args.values('set').map((text) => parseAssignment(text, '--set'));
  for (const { key, values } of given) {
    if (values.length > 1)
      throw new Refusal(`A trace is of one setting: --set ${key} takes one value, not ${values.length}.`);
    if (!kernel.knobs.some((knob) => knob.key === key) && operation.parameters.some((one) => one.key === key))
      throw new Refusal(`${key} is a size: give it with --shape ${key}=...`);
    checkSwept(key, values, selected, kernels);
  }
  once([...sizes.map(([key]) => key), ...given.map(({ key }) => key)]);
  const edited = own?.edited ?? editedSource(args, kernels);
  const request: Request = {
    op: operation.id,
    kernel: kernel.id,
    shape: { ...(sizes.length === 0 ? operation.quick : {}), ...numbers(operation.parameters, sizes) },
    knobs: Object.fromEntries(given.map(({ key, values }) => [key, knobValue(kernel, key, values[0])])),
    ...commonFields(args, selected),
    ...(own?.fields ?? (edited ? { source: edited.text } : {})),
  };
  const machine = choose(
    args.value('machine') ?? defaultMachine.id,
    machines.map(({ id }) => id),
    'machine',
  );
  return {
    kernel,
    request,
    workgroups: choiceOf(args.value('workgroups') ?? 'all'),
    machine: machines.find(({ id }) => id === machine) as Machine,
    edited,
  };
}

function choiceOf(text: string): Choice {
  if (text === 'all' || text === 'sample') return text;
  const parts = text.split(',');
  if (parts.length > MOST_NAMED)
    throw new Refusal(`--workgroups takes at most ${MOST_NAMED} numbers, not ${parts.length}.`);
  if (!parts.every((part) => /^\s*\d+\s*$/.test(part)))
    throw new Refusal(`--workgroups takes all, sample or numbers such as 0,7, not "${text}".`);
  return parts.map((part) => wholeNumber(part.trim(), '--workgroups', 0, 2 ** 32 - 1));
}
