/** All planted faults, and what became of them on a host. */
import type { Verdict } from '../../src/core/judge.ts';
import { resolve } from '../../src/lab/plan.ts';
import type { Request } from '../../src/lab/protocol.ts';
import type { Result } from '../../src/lab/result.ts';
import { attentionFaults } from './attention.ts';
import { type Runner, verifyOnly } from './batch.ts';
import { brokenRequest, type Fault, rightRequest } from './fault.ts';
import { matmulFaults } from './matmul.ts';
import { neuronFaults } from './neuron.ts';
import { softmaxFaults } from './softmax.ts';

export const faults: readonly Fault[] = [...neuronFaults, ...matmulFaults, ...softmaxFaults, ...attentionFaults];

const LIMIT_MS = 20_000;

/** What came of one fault on one host. */
export interface Finding {
  readonly fault: Fault;
  /** The broken kernel, judged as any kernel is: gates first. */
  readonly broken: Result;
  /** The broken kernel on the problem alone, as if there were no gates: how strong the bound is by itself. */
  readonly alone: Verdict | null;
  /** The right kernel on the same request. */
  readonly right: Result;
}

/** Faults that a device with these features can run at all. */
export function runnable(features: readonly string[]): Fault[] {
  return faults.filter(({ dtype }) => dtype !== 'f16' || features.includes('shader-f16'));
}

/** Runs each of `chosen` and the right kernel beside it, all in one call; then each on its problem alone. */
export async function findings(runner: Runner, chosen: readonly Fault[]): Promise<Finding[]> {
  const results = await runner.run([...chosen.map(brokenRequest), ...chosen.map(rightRequest)], verifyOnly(LIMIT_MS));
  const found: Finding[] = [];
  for (const [k, fault] of chosen.entries()) {
    const alone = (await runner.solve(brokenRequest(fault), inputsOf(rightRequest(fault)), LIMIT_MS)).verdict;
    found.push({ fault, broken: results[k], alone, right: results[chosen.length + k] });
  }
  return found;
}

function inputsOf(request: Request): Record<string, number[]> {
  const { operation, problem } = resolve(request);
  return Object.fromEntries(
    Object.entries(operation.inputs(problem)).map(([name, values]) => [name, Array.from(values)]),
  );
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
