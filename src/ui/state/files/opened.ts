/**
 * A file that the reader has opened, as the views show it: with a ledger of its own, in which its results stand under
 * what was asked for, so that each view finds them as it finds those of this device.
 */
import { Refusal } from '../../../core/errors.ts';
import { NEEDS } from '../../../core/format.ts';
import { USEFUL_LIMITS } from '../../../gpu/limits.ts';
import { findKernel, findOperation, kernels, loadShaders, source as savedText } from '../../../kernels/index.ts';
import type { Capabilities } from '../../../kernels/types.ts';
import { capabilitiesOf } from '../../../lab/capabilities.ts';
import { resolve } from '../../../lab/plan.ts';
import type { Result } from '../../../lab/result.ts';
import type { TraceResult } from '../../../lab/trace-result.ts';
import type { DeviceState } from '../device.ts';
import { BUDGETS, type BudgetName } from '../effort.ts';
import { itemOf, Ledger } from '../ledger.ts';
import { fromResult } from '../outcome.ts';
import type { Settings } from '../settings.ts';
import { keepTrace } from '../traces.ts';
import type { Fingerprint } from './fingerprint.ts';
import { type OwnFile, ownIn } from './own.ts';
import { type Held, heldIn, MOST_BYTES, type Origin } from './read.ts';

/** What a view needs to know of a file to say whether and where it shows it. */
export type Holding =
  | { readonly kind: 'results'; readonly all: readonly Settings[] }
  | { readonly kind: 'trace'; readonly settings: Settings }
  /** Of a kernel that is in no registry, with its knobs as an address says them. */
  | ({ readonly kind: 'own' } & Pick<OwnFile, 'problem' | 'knobs'>)
  /** Measurements of a device by these probes, in the order of the file, and what wrote it. */
  | {
      readonly kind: 'fingerprint';
      readonly probes: readonly string[];
      readonly command: Extract<Held, { kind: 'fingerprint' }>['command'];
    };

export interface Opened {
  readonly name: string;
  readonly origin: Origin;
  readonly holding: Holding;
  /** The results and traces; null where it holds measurements of a device. */
  readonly ledger: Ledger | null;
  readonly fingerprint: Fingerprint | null;
  /** Of a kernel of the writer's own; left out where the file is not about one. */
  readonly own?: OwnFile;
  /** The device as the file describes it, and able to do whatever it has results of. */
  readonly device: DeviceState;
  /** The edited text that the first result was measured with; undefined where it was the saved one. */
  readonly code: string | undefined;
  /** One sentence for each part that could not be shown. */
  readonly notices: readonly string[];
}

/** Throws a `Refusal` that says in one sentence why the file cannot be opened. */
export async function openFile(file: File): Promise<Opened> {
  if (file.size > MOST_BYTES) throw new Refusal('This file is larger than any that Tilescope writes.');
  const held = heldIn(await file.text());
  await loadShaders();
  return opened(file.name, held);
}

/** The texts of kernels have to be loaded: a result whose code equals the saved one is one of the saved kernel. */
export function opened(name: string, held: Held): Opened {
  const { origin } = held;
  const timer = held.kind === 'results' ? held.timer : null;
  const common = { name, origin, fingerprint: null, device: deviceOf(origin, timer), notices: [] as readonly string[] };
  if (held.kind === 'fingerprint') {
    const { fingerprint, command } = held;
    const probes = fingerprint.results.map(({ kernel }) => kernel);
    return { ...common, holding: { kind: 'fingerprint', probes, command }, ledger: null, fingerprint, code: undefined };
  }
  const ledger = new Ledger();
  const own = ownIn(held);
  if (own) {
    const { problem, knobs, lost } = own;
    const all = held.kind === 'results' ? held.results.length : 1;
    const notices = lostIn(name, lost, all, OWN_LOST);
    return { ...common, holding: { kind: 'own', problem, knobs }, ledger, own, code: undefined, notices };
  }
  if (held.kind === 'trace') {
    const settings = settingsOf(held.result);
    const { result, steps } = held;
    if (settings === null) throw new Refusal(NOT_HERE);
    if (lacksCode(result)) throw new Refusal(NO_CODE);
    const code = codeOf(result);
    const options = { workgroups: 'all', machine: result.machine } as const;
    const reply = { result, restart: false, liveBytes: 0, steps };
    keepTrace(ledger, { ...options, item: itemOf(settings, code), reply, tookMs: null });
    return { ...common, holding: { kind: 'trace', settings }, ledger, code };
  }
  const shown = held.results.flatMap((result) => {
    const settings = settingsOf(result);
    return settings === null || lacksCode(result) ? [] : [{ result, settings, code: codeOf(result) }];
  });
  if (shown.length === 0)
    throw new Refusal(held.results.some((result) => settingsOf(result) !== null) ? NO_CODE : NOT_HERE);
  // The last one is kept last, and so is listed first: the first of the file shall be.
  for (const { result, settings, code } of shown.toReversed()) {
    for (const budget of Object.keys(BUDGETS) as BudgetName[]) {
      const rest = { budget, among: 1, liveBytes: null, tookMs: null };
      ledger.keep({ ...itemOf(settings, code), ...rest, outcome: fromResult(result, false), result });
    }
  }
  // A request that was refused may be one that the page cannot make at all, such as a type that a kernel does not take.
  const lost = held.results.filter(
    (result) => result.status !== 'refused' && !shown.some((one) => one.result === result),
  ).length;
  return {
    ...common,
    holding: { kind: 'results', all: shown.map(({ settings }) => settings) },
    ledger,
    code: shown[0].code,
    notices: lostIn(name, lost, held.results.length, LOST),
  };
}

/** The notice of results that are not shown, if there are any. */
function lostIn(name: string, lost: number, all: number, why: string): readonly string[] {
  return lost === 0 ? [] : [`${lost} of the ${all} results in ${name} are not shown: ${why}.`];
}

const LOST = 'this edition of the page lacks their kernel or settings, or the file lacks their edited code';
const OWN_LOST =
  'the page shows the first result of a kernel of the writer’s own, and beside it those of the ladder on the same problem';

const NOT_HERE = 'Nothing in this file can be shown: this edition of the page lacks its kernels or settings.';
const NO_CODE = 'Nothing in this file can be shown: it lacks the edited code that its results are of.';

/** Whether it names a text that was measured in place of the saved one, and does not hold it. */
function lacksCode({ source }: Result | TraceResult): boolean {
  return source !== undefined && source.text === undefined;
}

/** The text that it is of; undefined where that is the saved one. */
function codeOf({ op, kernel, source }: Result | TraceResult): string | undefined {
  const found = findKernel(op, kernel);
  return found && source?.text === savedText(found) ? undefined : source?.text;
}

/** Null where there is no such kernel here, or not with such settings. */
function settingsOf({ op, kernel: id, shape, dtype, knobs, seed, ...rest }: Result | TraceResult): Settings | null {
  const operation = findOperation(op);
  const kernel = findKernel(op, id);
  if (!operation || !kernel) return null;
  const input = ('input' in rest ? rest.input : null) || operation.inputCases[0].id;
  const isWhole =
    operation.parameters.every(({ key }) => typeof shape[key] === 'number') &&
    kernel.knobs.every(({ key, values }) => values.includes(knobs[key])) &&
    operation.inputCases.some((one) => one.id === input) &&
    kernel.dtypes.includes(dtype);
  if (!isWhole) return null;
  const ordered = Object.fromEntries(operation.parameters.map(({ key }) => [key, shape[key]]));
  const turned = Object.fromEntries(kernel.knobs.map(({ key }) => [key, knobs[key]]));
  const settings: Settings = { op, kernel: id, shape: ordered, dtype, knobs: turned, seed, input };
  return isPossible(settings) ? settings : null;
}

/** Whether it is a problem of the operation: what views draw and work out for it grows with its sizes. */
function isPossible(settings: Settings): boolean {
  try {
    resolve(settings);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

/** Files do not say what their device could do, but what has a result could run. */
const ANYTHING = Number.MAX_SAFE_INTEGER;

function deviceOf({ adapter }: Origin, timer: Extract<Held, { kind: 'results' }>['timer']): DeviceState {
  const report = {
    adapter,
    timer: timer ?? { source: 'gpu', quantumNs: 0, floorNs: null },
    subgroupSizes: [],
    features: [
      ...new Set([
        ...kernels.flatMap(({ features }) => features),
        ...Object.values(NEEDS).flatMap(({ features }) => features),
      ]),
    ],
    limits: Object.fromEntries(USEFUL_LIMITS.map((name) => [name, ANYTHING])),
    userAgent: '',
  } as const;
  const capabilities: Capabilities = capabilitiesOf(report);
  return { kind: 'open', report, capabilities };
}
