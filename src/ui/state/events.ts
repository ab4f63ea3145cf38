/**
 * The custom events of the page: each by its name with what its detail holds. Whoever dispatches one and whoever listens
 * to it take the type from here. What only one view's own elements say to each other, that view declares beside them.
 */
import type { Change } from '../../core/errors.ts';
import type { KnobValue } from '../../kernels/types.ts';
import type { Operation, Problem } from '../../ops/types.ts';
import type { Missing } from './missing.ts';
import type { Sides } from './sides.ts';

export interface Events {
  /** Run and Cancel were pressed. */
  run: null;
  cancel: null;
  /** The verdict is asked for. */
  'verdict-show': null;
  /** The notices have been read. */
  dismiss: null;
  /** Ask for the GPU again. */
  retry: null;
  'power-change': { readonly power: string };
  /** A prediction of a lesson: a value, the label of a choice, or null where none is wanted. */
  guess: { readonly prediction: string; readonly guess: number | string | null };
  /** Evidence of a lesson is asked for by its ids: made on this device, or recorded. */
  'evidence-make': { readonly ids: readonly string[] };
  'evidence-play': { readonly ids: readonly string[] };
  'evidence-cancel': null;
  /** Whether kernels that choose may let their candidates race, and that what races have found is to go. */
  'racing-change': { readonly isOn: boolean };
  'races-forget': null;
  /** What was refused since it would hold the GPU for long is to run all the same. */
  'run-long': null;
  /** A run has shown that the GPU is gone. */
  'device-missing': { readonly missing: Missing };
  /** `what` names the control, so that repeated turns of one are one step of Back; `sameEntry` where none is wanted. */
  'address-change': { readonly search: string; readonly what: string; readonly sameEntry?: boolean };
  'operation-change': { readonly operation: Operation };
  'kernel-change': { readonly id: string };
  'knob-change': { readonly key: string; readonly value: KnobValue };
  /** Several knobs at once. */
  'knobs-change': { readonly change: Change };
  'parameter-change': { readonly key: string; readonly value: number };
  'problem-change': { readonly change: Partial<Problem>; readonly what: string };
  'cell-select': { readonly id: string };
  /** `whole` where all of the text was replaced at a stroke, so that what stood there is worth keeping. */
  'source-change': { readonly source: string; readonly whole: boolean };
  /** Back from a file to this device. */
  'close-file': null;
  /** A file was chosen or dropped. */
  'file-open': { readonly file: File };
  /** To another view, on the same measurements: as a link there, which can bring no files along. */
  'sides-carry': { readonly search: string; readonly sides: Sides };
  'go-to-line': { readonly line: number; readonly column: number };
}

/** What a listener gets. */
export type EventOf<Name extends keyof Events> = CustomEvent<Events[Name]>;

/** Events of elements that stand deeper than whoever listens: they pass through shadow roots on their way up. */
const RISING: ReadonlySet<string> = new Set<keyof Events>([
  'retry',
  'power-change',
  'racing-change',
  'races-forget',
  'kernel-change',
  'knob-change',
  'parameter-change',
  'file-open',
  'guess',
  'evidence-make',
  'evidence-play',
  'evidence-cancel',
]);

/** Dispatches an event from an element. */
export function emit<Name extends keyof Events>(
  from: EventTarget,
  name: Name,
  ...[detail]: Events[Name] extends null ? [] : [detail: Events[Name]]
): void {
  const rises = RISING.has(name);
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: rises, composed: rises }));
}
