/** Runs mutants of real kernels and sorts them: refused by the compiler, killed, hung, survived. */
import type { FailureCode } from '../../src/core/errors.ts';
import { Random } from '../../src/core/random.ts';
import { shaderPath, source } from '../../src/kernels/index.ts';
import type { Kernel } from '../../src/kernels/types.ts';
import { capabilitiesOf } from '../../src/lab/capabilities.ts';
import type { Request } from '../../src/lab/protocol.ts';
import type { Result } from '../../src/lab/result.ts';
import { type Runner, verifyOnly } from './batch.ts';
import { requestsFor } from './cases.ts';
import { type Mutant, mutants } from './mutate.ts';
import { explanation } from './survivors.ts';

/** A mutant that loops for ever is given up after this long. Right kernels need milliseconds, but seconds to compile. */
const LIMIT_MS = 15_000;

export type Fate =
  /** The verdict was wrong. */
  | 'killed'
  /** It did not end, or took the device down. */
  | 'hung'
  /** WebGPU refuses it, so that it could never be run. */
  | 'invalid'
  | 'survived';

export interface Outcome {
  readonly kernel: Kernel;
  readonly mutant: Mutant;
  readonly fate: Fate;
  /** Why it survives, where that is known. */
  readonly explained: string | undefined;
}

export interface MutationOptions {
  /** At most so many mutants of each kernel, drawn at random but always the same; all by default. */
  readonly sample?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

interface Subject {
  readonly kernel: Kernel;
  readonly mutant: Mutant;
  readonly requests: readonly Request[];
  fate: Fate;
}

/**
 * Each mutant meets its kernel's requests in turn until one kills it. Throws an Error where a kernel as it stands does
 * not pass its own requests: then nothing can be said about its mutants.
 */
export async function runMutation(
  runner: Runner,
  kernels: readonly Kernel[],
  options: MutationOptions = {},
): Promise<Outcome[]> {
  const device = capabilitiesOf(await runner.device());
  const subjects = kernels.flatMap((kernel) => {
    const requests = requestsFor(kernel, device);
    if (requests.length === 0) return [];
    const all = mutantsOf(kernel);
    const taken = options.sample === undefined ? all : draw(all, options.sample, shaderPath(kernel));
    return taken.map((mutant): Subject => ({ kernel, mutant, requests, fate: 'survived' }));
  });
  const rounds = Math.max(0, ...subjects.map(({ requests }) => requests.length));
  for (let round = 0; round < rounds; round++) {
    const alive = subjects.filter(({ fate, requests }) => fate === 'survived' && round < requests.length);
    const right = [...new Map(alive.map(({ kernel, requests }) => [kernel, requests[round]])).values()];
    let done = subjects.length - alive.length - right.length;
    const results = await runner.run(
      [...right, ...alive.map(({ requests, mutant }) => ({ ...requests[round], source: mutant.source }))],
      verifyOnly(LIMIT_MS),
      () => options.onProgress?.(Math.max(0, ++done), subjects.length),
    );
    const bad = results.slice(0, right.length).find(({ status }) => status !== 'correct');
    if (bad) {
      throw new Error(`${bad.op}/${bad.kernel} itself is ${bad.status} on ${JSON.stringify(bad.shape)}: ${bad.reason}`);
    }
    alive.forEach((subject, k) => {
      subject.fate = fateOf(results[right.length + k]);
    });
  }
  return subjects.map(({ kernel, mutant, fate }) => ({
    kernel,
    mutant,
    fate,
    explained: fate === 'survived' ? explanation(shaderPath(kernel), mutant, device.subgroupMaxSize) : undefined,
  }));
}

export function unexplained(outcomes: readonly Outcome[]): Outcome[] {
  return outcomes.filter(({ fate, explained }) => fate === 'survived' && explained === undefined);
}

/** Every mutant of a kernel that can differ from it. */
export function mutantsOf(kernel: Kernel): Mutant[] {
  const numbers = kernel.knobs.flatMap(({ key, values }) => {
    return values.every((value) => typeof value === 'number') ? [[key, values] as const] : [];
  });
  return mutants(source(kernel), new Map(numbers));
}

/** WebGPU also refuses an override that makes an array of no length, and a kernel that leaves a binding unused. */
const INVALID: readonly FailureCode[] = ['compile', 'validation'];
const HUNG: readonly FailureCode[] = ['timeout', 'device-lost'];

function fateOf({ status, reason, failure }: Result): Fate {
  if (status === 'correct') return 'survived';
  if (status === 'wrong') return 'killed';
  if (failure && INVALID.includes(failure.code)) return 'invalid';
  if (failure && HUNG.includes(failure.code)) return 'hung';
  throw new Error(`A mutant came out ${status}, for no reason that is known here: ${reason}`);
}

/** `count` of them at random, in their order. Each has a lot of its own, which edits elsewhere in the kernel do not move. */
function draw(all: readonly Mutant[], count: number, path: string): Mutant[] {
  const order = all
    .map((mutant) => ({ mutant, lot: new Random(1, `${path}: ${mutant.before} => ${mutant.after}`).bits() }))
    .sort((a, b) => a.lot - b.lot);
  const chosen = new Set(order.slice(0, count).map(({ mutant }) => mutant));
  return all.filter((mutant) => chosen.has(mutant));
}
