/** From the words of `bench memory` to the probes that it runs. Everything thrown is a `Refusal`. */
import { Refusal } from '../core/errors.ts';
import { fingerprintSuite, type ProbeSuite } from '../lab/fingerprint.ts';
import { PROBE_BUDGETS, PROBE_SEED } from '../lab/probe-result.ts';
import { probes } from '../probes/index.ts';
import type { Probe } from '../probes/types.ts';
import { type Arguments, didYouMean, type FlagSpecs, wholeNumber } from './args.ts';

/** The operation's name that stands for the probes. */
export const MEMORY = 'memory';

export const MEMORY_FLAGS: FlagSpecs = {
  kernel: { multiple: true },
  host: {},
  adapter: {},
  limits: {},
  json: {},
  quick: { boolean: true },
  samples: {},
  seed: {},
  help: { boolean: true },
};

const MOST_SAMPLES = 1000;
const MOST_SECONDS = 86_400;

export function memoryPlan(args: Arguments): ProbeSuite {
  const [, word] = args.positionals;
  if (word !== undefined) {
    throw new Refusal(`bench memory takes only flags, not "${word}": one probe is named by --kernel ID.`);
  }
  const quick = args.has('quick');
  const samples = args.value('samples');
  const seed = args.value('seed');
  const budget = PROBE_BUDGETS[quick ? 'quick' : 'full'];
  return {
    probes: selected(args.values('kernel')),
    budget: samples === undefined ? budget : { ...budget, samples: wholeNumber(samples, '--samples', 1, MOST_SAMPLES) },
    seed: seed === undefined ? PROBE_SEED : wholeNumber(seed, '--seed', 0, Number.MAX_SAFE_INTEGER),
    quick,
  };
}

export const DEVICE_FLAGS: FlagSpecs = {
  fingerprint: { boolean: true },
  thorough: { boolean: true },
  seconds: {},
  host: {},
  adapter: {},
  limits: {},
  json: {},
  help: { boolean: true },
};

export function fingerprintPlan(args: Arguments): ProbeSuite {
  if (args.positionals.length > 0) throw new Refusal(`device takes only flags, not "${args.positionals[0]}".`);
  const given = args.value('seconds');
  const seconds = given === undefined ? undefined : wholeNumber(given, '--seconds', 0, MOST_SECONDS);
  return fingerprintSuite(args.has('thorough') ? 'full' : 'quick', seconds);
}

/** All of them where none is named. */
function selected(names: readonly string[]): readonly Probe[] {
  const ids = probes.map(({ id }) => id);
  const chosen = names.map((name) => {
    const exact = ids.filter((id) => id === name);
    const [id, ...others] = exact.length > 0 ? exact : ids.filter((one) => one.includes(name));
    if (id === undefined) throw new Refusal(`There is no probe "${name}"${didYouMean(name, ids)}`);
    if (others.length > 0)
      throw new Refusal(`--kernel ${name} could be ${[id, ...others].join(', ')}; give the whole name.`);
    return id;
  });
  return names.length === 0 ? probes : probes.filter(({ id }) => chosen.includes(id));
}
