/** What the Kernel view shows of a plan, of a ledger and of an outcome. */
import type { Diagnostic } from '../../../core/errors.ts';
import type { KernelPlan } from '../../../gpu/plan.ts';
import { findKernel, shader, source } from '../../../kernels/index.ts';
import { day } from '../../../lab/recorded-on.ts';
import type { LineValues } from '../../parts/editor/line-values.ts';
import type { Standing } from '../../parts/ts-ladder.ts';
import type { Standing as BesideStanding } from '../../state/baseline.ts';
import { adapterName, type DeviceState } from '../../state/device.ts';
import type { Examined } from '../../state/examine.ts';
import type { Origin } from '../../state/files/read.ts';
import type { Entry, Ledger } from '../../state/ledger.ts';
import type { Outcome } from '../../state/outcome.ts';
import { Reader } from '../../state/reader.ts';
import { operationOf, type Settings } from '../../state/settings.ts';

/** What is true of the settings shown: running, refused, finished, or not run yet. Of a file it is what the file says. */
export function outcomeOf(
  settings: Settings,
  { problem, fault }: Examined,
  entry: Entry | undefined,
  isRunning: boolean,
  recorded: Origin | null,
): Outcome {
  const gates = problem
    ? operationOf(settings)
        .gates(problem)
        .map(({ name }) => name)
    : [];
  if (isRunning) return { state: 'running', gates };
  if (recorded !== null && entry) return entry.outcome;
  return fault ?? entry?.outcome ?? { state: 'idle', gates };
}

/** The values that stand beside the declarations of a text. */
export function lineValues(plan: KernelPlan | null): LineValues {
  if (!plan) return {};
  const numbers = { ...plan.constants, ...Object.assign({}, ...plan.passes.map((pass) => pass.overrides)) };
  return {
    ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, String(value)])),
    ...plan.aliases,
  };
}

/** How the kernels stand that have run on the same problem, by their ids. */
export function standings(ledger: Ledger, settings: Settings): ReadonlyMap<string, Standing> {
  return new Map(
    [...ledger.onProblem(settings)].map(([kernel, { status, time }]) => [
      kernel,
      { correct: status === 'correct', medianNs: time?.medianNs ?? null },
    ]),
  );
}

/** A result as it stands beside another, with the text that ran: `path` is that of the saved WGSL. Null where an entry has none. */
export function besideStanding(
  entry: Entry,
  device: DeviceState,
  recorded: Origin | null,
  path: string,
): BesideStanding | null {
  if (!entry.result) return null;
  const name = device.kind === 'open' ? adapterName(device.report) : '';
  const where = recorded === null ? name : `${name}, recorded ${day(recorded.createdAt)}`;
  const chosen = entry.result.chosen && findKernel(entry.settings.op, entry.result.chosen.kernel);
  const code = entry.source ?? (chosen ? source(chosen) : shader(path));
  return { entry, result: entry.result, device: name, where, code };
}

export function errorsOf(outcome: Outcome): readonly Diagnostic[] {
  return outcome.state === 'failed' ? outcome.errors : [];
}

/** Whether an address asks for the saved text: ?code=saved. */
export function asksForSaved(search: string): boolean {
  return new Reader(search).parsed('code', (text) => text.toLowerCase() === 'saved' || undefined) ?? false;
}
