/** Which devices stand in the card, by what the address says of them. */
import { SHOWN_FIRST } from '../../state/fingerprints.ts';
import type { Sides } from '../../state/sides.ts';
import { NOTHING } from './settings.ts';

/** Id of what stands beside; "" for nothing. Where the address names nothing, a recording stands beside this device. */
export function besideOf({ from, beside }: Sides): string {
  if (beside === '') return from === '' ? SHOWN_FIRST : '';
  return beside === NOTHING || beside === from ? '' : beside;
}

/** The shortest form in the address of two devices, `beside` "" for nothing. */
export function sidesOf(from: string, beside: string): Sides {
  const explicit = beside === '' || beside === from ? NOTHING : beside;
  const isDefault = besideOf({ from, beside: '' }) === besideOf({ from, beside: explicit });
  return { from, beside: isDefault ? '' : explicit };
}
