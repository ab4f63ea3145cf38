/** All planted faults, and what became of them on a host. */
import type { Verdict } from '../../src/core/judge.ts';
import { resolve } from '../../src/lab/plan.ts';
import type { Request } from '../../src/lab/protocol.ts';
import type { Result } from '../../src/lab/result.ts';
import { referenceOf } from '../../src/ops/references.ts';
import type { Tensors } from '../../src/ops/types.ts';
import { type Runner, verifyOnly } from './batch.ts';
import { broken } from './broken.ts';
import { brokenRequest, type Fault, rightRequest } from './fault.ts';
import { subtleFaults } from './subtle.ts';

export const faults: readonly Fault[] = [...[...broken.values()].flatMap((one) => one.faults), ...subtleFaults];

const LIMIT_MS = 120_000;

/** What came of one fault on one host. */
export interface Finding {
  readonly fault: Fault;
  /** The broken kernel, judged as any kernel is: gates first. */
  readonly broken: Result;
  /** The broken kernel on the problem alone, as if there were no gates: how strong the bound is. Null if not asked for. */
  readonly alone: Verdict | null;
  /** The right kernel on the same request. */
  readonly right: Result;
}

/** Those of `chosen` that a device with these features can run at all. */
export function runnable(features: readonly string[], chosen = faults): Fault[] {
  return chosen.filter(({ dtype }) => dtype !== 'f16' || features.includes('shader-f16'));
}

/**
 * Runs each of `chosen` and the right kernel beside it, all in one call; then, with `isAlone`, each on its problem alone.
 * Faults of one kernel on one problem share the right kernel's result.
 */
export async function findings(runner: Runner, chosen: readonly Fault[], isAlone: boolean): Promise<Finding[]> {
  const keyOf = (fault: Fault): string => JSON.stringify(rightRequest(fault));
  const rights = new Map(chosen.map((fault) => [keyOf(fault), rightRequest(fault)]));
  const results = await runner.run([...rights.values(), ...chosen.map(brokenRequest)], verifyOnly(LIMIT_MS));
  const right = new Map([...rights.keys()].map((key, k) => [key, results[k]]));
  const found: Finding[] = [];
  for (const [k, fault] of chosen.entries()) {
    const alone = isAlone
      ? (await runner.solve(brokenRequest(fault), inputsOf(rightRequest(fault)), LIMIT_MS)).verdict
      : null;
    found.push({ fault, broken: results[rights.size + k], alone, right: right.get(keyOf(fault)) as Result });
  }
  return found;
}

function inputsOf(request: Request): Tensors {
  const { problem } = resolve(request);
  return referenceOf(problem.op).inputs(problem);
}

/** The gate that the verdict fell at; null where it was the problem itself. */
export function caughtAt({ broken }: Finding): string | null {
  return broken.verdict?.gates.find(({ correct }) => !correct)?.name ?? null;
}

/** The largest ratio of the right kernel, its gates included. */
export function rightRatio({ right }: Finding): number {
  const { verdict } = right;
  return verdict === null ? Number.NaN : Math.max(...[verdict, ...verdict.gates].map(({ ratio }) => Number(ratio)));
}

/** What a right kernel must stay below: f16 output spends half of its bound on rounding alone. */
export function rightLimit({ dtype }: Fault): number {
  return dtype === 'f16' ? 0.6 : 0.5;
}
