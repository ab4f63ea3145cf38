/** How often workgroup memory has to be asked for one request of lanes that are apart. */
import { bankPasses } from '../../model/banks.ts';

/** Lanes that make one request, and banks of 4 bytes, of the model: NVIDIA's; AMD and Apple have 32 banks too. */
const GROUP = 32;
const MACHINE = { banks: 32 } as const;

/** Passes of one request of 32 lanes whose neighbours are `stride` words apart. */
export function passesAt(stride: number): number {
  const lanes = Array.from({ length: GROUP }, (_, lane) => lane);
  return bankPasses(
    lanes.map((lane) => 4 * lane * stride),
    lanes,
    4,
    MACHINE,
  ).passes;
}
