/** Knobs that several attention kernels share. */
import { countKnob, OFFSET, pitchKnob } from '../knobs.ts';
import type { Knob } from '../types.ts';

/** Keys between two barriers, or between two rescalings. */
export function keyTileKnob(initial: number, values: readonly number[]): Knob {
  return countKnob(
    'KEY_TILE',
    'Key tile',
    'keys',
    initial,
    values,
    'Keys and values that are worked on together: more of them mean fewer barriers and rescalings, and more workgroup memory.',
  );
}

/** Where the tensors lie: layout, pitch alignment, base offset of K and V. `pitch` is its default in bytes. */
export function placement(pitch = 4): readonly Knob[] {
  return [
    {
      key: 'layout',
      title: 'Layout',
      default: 'heads',
      values: ['heads', 'tokens'],
      fixed: true,
      doc: 'Heads first keeps the keys of one head side by side; tokens first, as a projection writes them, puts the other heads between them.',
    },
    pitchKnob(pitch),
    {
      ...OFFSET,
      doc: 'Shifts the first key and the first value away from a 128-byte line, so that a load which filled one line may touch two.',
    },
  ];
}
