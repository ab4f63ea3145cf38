/** What a kernel that chooses among others has taken, in words. */
import { findKernel } from '../kernels/index.ts';
import type { Choice, Chosen } from '../kernels/types.ts';

/** "KEY=value" for each knob that does not have its default, those that say how the data lie left out. */
export function changedKnobs(op: string, { kernel, knobs }: Choice): readonly string[] {
  const own = findKernel(op, kernel)?.knobs ?? [];
  return own.flatMap((knob) =>
    knob.fixed || knobs[knob.key] === knob.default ? [] : [`${knob.key}=${knobs[knob.key]}`],
  );
}

/** "7_from_cache with WX=4 WY=2", or "2_coalesced with its defaults". */
export function chosenWords(op: string, chosen: Choice): string {
  const changed = changedKnobs(op, chosen);
  return `${chosen.kernel} ${changed.length === 0 ? 'with its defaults' : `with ${changed.join(' ')}`}`;
}

/** How it came to be chosen, to stand after `chosenWords`. */
export function chosenBy({ by }: Pick<Chosen, 'by'>): string {
  switch (by) {
    case 'measured':
      return 'the fastest of a race on this device';
    case 'tuned':
      return 'as tuned for this adapter';
    case 'rule':
      return 'by a rule';
    default:
      return by satisfies never;
  }
}
