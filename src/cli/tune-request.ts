/** From the words of a `tune` command line to the problem and the kernels it is about. Everything thrown is a `Refusal`. */
import { Refusal } from '../core/errors.ts';
import { withCommas } from '../core/words.ts';
import { AUTO } from '../kernels/tuned.ts';
import type { Kernel, Knobs } from '../kernels/types.ts';
import { resolve } from '../lab/plan.ts';
import type { Request } from '../lab/protocol.ts';
import type { Problem } from '../ops/types.ts';
import { type Arguments, didYouMean, type FlagSpecs, parseAssignment, parseNumber, parsePairs } from './args.ts';
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
import { ALLOW_LONG } from './long-dispatch.ts';

export const TUNE_FLAGS: FlagSpecs = {
  shape: { multiple: true },
  dtype: {},
  kernel: { multiple: true },
  limit: {},
  set: { multiple: true },
  input: {},
  seed: {},
  host: {},
  adapter: {},
  json: {},
  save: { boolean: true },
  [ALLOW_LONG]: { boolean: true },
  help: { boolean: true },
};

const LIMIT_S = 60;
const LONGEST_S = 86_400;

export interface TunePlan {
  /** Those that take the problem's type, in the order of the ladder. */
  readonly kernels: readonly Kernel[];
  readonly base: Omit<Request, 'kernel'>;
  readonly problem: Problem;
  readonly limitSeconds: number;
  /** Whether a dispatch may last over a second. */
  readonly allowLong: boolean;
}

export function tunePlan(args: Arguments): TunePlan {
  const selected = selectOperations('tune', args.positionals);
  const [operation] = selected;
  const chosen = selectKernels(selected, args.values('kernel'));
  const several = chosen.filter(({ id }) => id !== AUTO);
  if (several.length === 0)
    throw new Refusal(`${AUTO} chooses among the other kernels; there is nothing in it to tune.`);
  const sizes = args.values('shape').flatMap((text) => parsePairs(text, '--shape'));
  checkShapeKeys(selected, sizes);
  once(sizes.map(([key]) => key));
  const base = {
    op: operation.id,
    shape: numbers(operation.parameters, sizes),
    knobs: fixedKnobs(
      args,
      several,
      operation.parameters.map(({ key }) => key),
    ),
    ...commonFields(args, selected),
  };
  const { dtype } = base;
  const kernels = several.filter(({ dtypes }) => dtype === undefined || dtypes.includes(dtype));
  if (kernels.length === 0) {
    const [only] = several;
    throw new Refusal(`${several.length === 1 ? `${only.id} does` : 'These kernels do'} not work on ${dtype}.`);
  }
  const { problem } = resolve({ ...base, kernel: kernels[0].id, knobs: {} });
  if (args.has('save') && Object.keys(base.knobs).length > 0) {
    throw new Refusal('--save keeps what holds for data as they lie by default: leave --set or --save away.');
  }
  return { kernels, base, problem, limitSeconds: limitOf(args.value('limit')), allowLong: args.has(ALLOW_LONG) };
}

/** How the data lie, where it is given. */
function fixedKnobs(args: Arguments, kernels: readonly Kernel[], sizes: readonly string[]): Knobs {
  const all = kernels.flatMap(({ knobs }) => knobs);
  const fixed = [...new Set(all.filter((knob) => knob.fixed).map(({ key }) => key))];
  const given = args.values('set').map((text) => parseAssignment(text, '--set'));
  once(given.map(({ key }) => key));
  return Object.fromEntries(
    given.map(({ key, values }) => {
      if (!fixed.includes(key))
        throw new Refusal(
          notFixed(
            key,
            fixed,
            all.some((knob) => knob.key === key),
            sizes,
          ),
        );
      if (values.length > 1) throw new Refusal(`${key} takes one value in a search, not ${values.length}.`);
      checkSwept(key, values, [], kernels);
      const owner = kernels.find(({ knobs }) => knobs.some((knob) => knob.key === key)) as Kernel;
      return [key, knobValue(owner, key, values[0])];
    }),
  );
}

function notFixed(key: string, fixed: readonly string[], isKnob: boolean, sizes: readonly string[]): string {
  if (sizes.includes(key)) return `${key} is a size: give it with --shape ${key}=...`;
  const given = fixed.length > 0 ? `; what can be given is ${fixed.join(', ')}` : '';
  if (isKnob) return `${key} is what tune looks for${given}.`;
  return `These kernels have no knob "${key}" that says how the data lie${didYouMean(key, fixed)}`;
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return LIMIT_S;
  const seconds = parseNumber(text);
  if (seconds === undefined || seconds <= 0 || seconds > LONGEST_S) {
    throw new Refusal(`--limit takes seconds, more than 0 and at most ${withCommas(LONGEST_S)}, not "${text}".`);
  }
  return seconds;
}
